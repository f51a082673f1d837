-- Persons of a link not matched yet with the same role, complete birth date and sex, and no other
-- CSNS. One such person in the procedure takes all those of the affaire (duplicates); several
-- (twins) are matched by rank among those still free.
-- Grain: link × person of the affaire.
INSERT INTO {t}.lien_personne
SELECT a.lien_no, p.rang AS rang_procedure, a.rang AS rang_affaire, 'naissance' AS passe
FROM (
    SELECT c.lien_no, c.role, c.naissance, c.sexe, c.csns, c.csns_sur, c.rang,
           ROW_NUMBER() OVER (
               PARTITION BY c.lien_no, c.role, c.naissance, c.sexe ORDER BY c.rang) AS k
    FROM {t}.cote_affaire AS c
    LEFT JOIN {t}.lien_personne AS l ON l.lien_no = c.lien_no AND l.rang_affaire = c.rang
    WHERE l.lien_no IS NULL AND c.naissance IS NOT NULL AND c.sexe IS NOT NULL
      AND c.nature = 'physique'
) AS a
JOIN (
    SELECT c.lien_no, c.role, c.naissance, c.sexe, c.csns, c.csns_sur, c.rang,
           l.lien_no AS pris,
           ROW_NUMBER() OVER (
               PARTITION BY c.lien_no, c.role, c.naissance, c.sexe
               ORDER BY CASE WHEN l.lien_no IS NULL THEN 0 ELSE 1 END, c.rang) AS k,
           COUNT(*) OVER (PARTITION BY c.lien_no, c.role, c.naissance, c.sexe) AS n
    FROM {t}.cote_procedure AS c
    LEFT JOIN (SELECT DISTINCT lien_no, rang_procedure FROM {t}.lien_personne) AS l
      ON l.lien_no = c.lien_no AND l.rang_procedure = c.rang
    WHERE c.naissance IS NOT NULL AND c.sexe IS NOT NULL AND c.nature = 'physique'
) AS p
  ON p.lien_no = a.lien_no AND p.role = a.role AND p.naissance = a.naissance
 AND p.sexe = a.sexe AND p.k = CASE WHEN p.n = 1 THEN 1 ELSE a.k END
WHERE (p.n = 1 OR p.pris IS NULL)
  AND (a.csns IS NULL OR p.csns IS NULL OR a.csns = p.csns
       OR a.csns_sur = 0 OR p.csns_sur = 0)
