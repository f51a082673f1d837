-- The only offence that stays unmatched on each side of a link (requalified before the first state
-- Justice kept). Where several procedures of a joined affaire are left with one offence each and the
-- affaire with one, it goes to the one of the same first day; if that does not decide, to none.
-- Grain: link × offence.
INSERT INTO {t}.lien_infraction
WITH pris AS (
    SELECT DISTINCT n.affaire_no, l.rang_affaire
    FROM {t}.lien_infraction AS l
    JOIN {t}.lien_numerote AS n ON n.lien_no = l.lien_no
),
reste_procedure AS (
    SELECT i.lien_no, MIN(i.rang) AS rang, MIN(i.date_debut_min) AS debut
    FROM {t}.infraction_procedure AS i
    LEFT JOIN {t}.lien_infraction AS l
      ON l.lien_no = i.lien_no AND l.rang_procedure = i.rang
    WHERE l.lien_no IS NULL
    GROUP BY i.lien_no
    HAVING COUNT(*) = 1
),
reste_affaire AS (
    SELECT i.lien_no, i.affaire_no, MIN(i.rang) AS rang, MIN(i.date_debut_min) AS debut
    FROM {t}.infraction_affaire AS i
    LEFT JOIN pris ON pris.affaire_no = i.affaire_no AND pris.rang_affaire = i.rang
    WHERE pris.affaire_no IS NULL
    GROUP BY i.lien_no, i.affaire_no
    HAVING COUNT(*) = 1
),
pretendant AS (
    SELECT p.lien_no, p.rang AS rang_procedure, a.affaire_no, a.rang AS rang_affaire,
           CASE WHEN p.debut = a.debut THEN 0 ELSE 1 END AS ecart
    FROM reste_procedure AS p
    JOIN reste_affaire AS a ON a.lien_no = p.lien_no
),
classe AS (
    SELECT lien_no, rang_procedure, rang_affaire, ecart,
           MIN(ecart) OVER (PARTITION BY affaire_no, rang_affaire) AS meilleur,
           COUNT(*) OVER (PARTITION BY affaire_no, rang_affaire, ecart) AS ex_aequo
    FROM pretendant
)
SELECT lien_no, rang_procedure, rang_affaire, 'seule' AS passe
FROM classe
WHERE ecart = meilleur AND ex_aequo = 1
