-- Persons of a link with the same CSNS and role.
-- Grain: link × person of the affaire.
-- One such person in the procedure (nearly always) takes all those of the affaire: duplicates.
INSERT INTO {t}.lien_personne
SELECT a.lien_no, p.rang AS rang_procedure, a.rang AS rang_affaire, 'csns' AS passe
FROM {t}.cote_affaire AS a
JOIN (
    SELECT lien_no, role, csns, MIN(rang) AS rang
    FROM {t}.cote_procedure
    WHERE csns IS NOT NULL
    GROUP BY lien_no, role, csns
    HAVING COUNT(*) = 1
) AS p ON p.lien_no = a.lien_no AND p.role = a.role AND p.csns = a.csns;

-- Several: by rank on both sides; more in the affaire are duplicates of the last.
INSERT INTO {t}.lien_personne
WITH plusieurs AS (
    SELECT lien_no, role, csns, COUNT(*) AS n
    FROM {t}.cote_procedure
    WHERE csns IS NOT NULL
    GROUP BY lien_no, role, csns
    HAVING COUNT(*) > 1
)
SELECT a.lien_no, p.rang, a.rang, 'csns'
FROM (
    SELECT c.lien_no, c.role, c.csns, c.rang,
           LEAST(ROW_NUMBER() OVER (PARTITION BY c.lien_no, c.role, c.csns ORDER BY c.rang), s.n)
               AS k
    FROM {t}.cote_affaire AS c
    JOIN plusieurs AS s ON s.lien_no = c.lien_no AND s.role = c.role AND s.csns = c.csns
) AS a
JOIN (
    SELECT c.lien_no, c.role, c.csns, c.rang,
           ROW_NUMBER() OVER (PARTITION BY c.lien_no, c.role, c.csns ORDER BY c.rang) AS k
    FROM {t}.cote_procedure AS c
    JOIN plusieurs AS s ON s.lien_no = c.lien_no AND s.role = c.role AND s.csns = c.csns
) AS p
  ON p.lien_no = a.lien_no AND p.role = a.role AND p.csns = a.csns AND p.k = a.k
