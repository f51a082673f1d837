-- Offences of a link with the same NATINF and the same first day (or the same incomplete one), by
-- rank. The date tells apart the offences of the procedures that one affaire joins.
-- Grain: link × offence.
INSERT INTO {t}.lien_infraction
SELECT p.lien_no, p.rang AS rang_procedure, a.rang AS rang_affaire, 'natinf_date' AS passe
FROM (
    SELECT lien_no, rang, natinf, date_debut_min, date_debut_max,
           ROW_NUMBER() OVER (
               PARTITION BY lien_no, natinf, date_debut_min, date_debut_max ORDER BY rang) AS k
    FROM {t}.infraction_procedure
    WHERE date_debut_min IS NOT NULL
) AS p
JOIN (
    SELECT lien_no, rang, natinf, date_debut_min, date_debut_max,
           ROW_NUMBER() OVER (
               PARTITION BY lien_no, natinf, date_debut_min, date_debut_max ORDER BY rang) AS k
    FROM {t}.infraction_affaire
    WHERE date_debut_min IS NOT NULL
) AS a
  ON a.lien_no = p.lien_no AND a.natinf = p.natinf AND a.date_debut_min = p.date_debut_min
 AND a.date_debut_max = p.date_debut_max AND a.k = p.k
