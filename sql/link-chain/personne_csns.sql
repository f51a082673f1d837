-- Persons of a link with the same CSNS and role. Where it occurs several times, by rank on both
-- sides; more in the affaire than in the procedure are duplicates of the last.
-- Grain: link × person of the affaire.
INSERT INTO {t}.lien_personne
SELECT a.lien_no, p.rang AS rang_procedure, a.rang AS rang_affaire, 'csns' AS passe
FROM (
    SELECT lien_no, role, csns, rang,
           ROW_NUMBER() OVER (PARTITION BY lien_no, role, csns ORDER BY rang) AS k
    FROM {t}.cote_affaire
    WHERE csns IS NOT NULL
) AS a
JOIN (
    SELECT lien_no, role, csns, rang,
           ROW_NUMBER() OVER (PARTITION BY lien_no, role, csns ORDER BY rang) AS k,
           COUNT(*) OVER (PARTITION BY lien_no, role, csns) AS n
    FROM {t}.cote_procedure
    WHERE csns IS NOT NULL
) AS p
  ON p.lien_no = a.lien_no AND p.role = a.role AND p.csns = a.csns AND p.k = LEAST(a.k, p.n)
