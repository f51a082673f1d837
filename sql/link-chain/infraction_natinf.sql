-- Offences of a link with the same NATINF, by rank: those of the procedure not matched in this link,
-- those of the affaire not matched in any.
-- Grain: link × offence.
INSERT INTO {t}.lien_infraction
WITH pris AS (
    SELECT DISTINCT n.affaire_no, l.rang_affaire
    FROM {t}.lien_infraction AS l
    JOIN {t}.lien_numerote AS n ON n.lien_no = l.lien_no
)
SELECT p.lien_no, p.rang AS rang_procedure, a.rang AS rang_affaire, 'natinf' AS passe
FROM (
    SELECT i.lien_no, i.rang, i.natinf,
           ROW_NUMBER() OVER (PARTITION BY i.lien_no, i.natinf ORDER BY i.rang) AS k
    FROM {t}.infraction_procedure AS i
    LEFT JOIN {t}.lien_infraction AS l
      ON l.lien_no = i.lien_no AND l.rang_procedure = i.rang
    WHERE l.lien_no IS NULL
) AS p
JOIN (
    SELECT i.lien_no, i.rang, i.natinf,
           ROW_NUMBER() OVER (PARTITION BY i.lien_no, i.natinf ORDER BY i.rang) AS k
    FROM {t}.infraction_affaire AS i
    LEFT JOIN pris ON pris.affaire_no = i.affaire_no AND pris.rang_affaire = i.rang
    WHERE pris.affaire_no IS NULL
) AS a
  ON a.lien_no = p.lien_no AND a.natinf = p.natinf AND a.k = p.k
