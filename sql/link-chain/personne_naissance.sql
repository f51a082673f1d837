-- Persons of a link not matched yet with the same role, complete birth date and sex, and no other
-- CSNS.
-- Grain: link × person of the affaire.
CREATE TABLE {t}.reste_affaire AS
SELECT c.lien_no, c.role, c.naissance, c.sexe, c.csns, c.csns_sur, c.rang
FROM {t}.cote_affaire AS c
LEFT JOIN {t}.lien_personne AS l ON l.lien_no = c.lien_no AND l.rang_affaire = c.rang
WHERE l.lien_no IS NULL AND c.naissance IS NOT NULL AND c.sexe IS NOT NULL
  AND c.nature = 'physique';

-- How many persons of the procedure look so, for the signatures that are sought.
CREATE TABLE {t}.signature AS
SELECT p.lien_no, p.role, p.naissance, p.sexe, COUNT(*) AS n, MIN(p.rang) AS rang,
       MIN(p.csns) AS csns, MIN(p.csns_sur) AS csns_sur
FROM {t}.cote_procedure AS p
JOIN (SELECT DISTINCT lien_no, role, naissance, sexe FROM {t}.reste_affaire) AS r
  ON r.lien_no = p.lien_no AND r.role = p.role AND r.naissance = p.naissance AND r.sexe = p.sexe
WHERE p.nature = 'physique'
GROUP BY p.lien_no, p.role, p.naissance, p.sexe;

-- One takes all those of the affaire (duplicates), even if a CSNS matched another of them already.
INSERT INTO {t}.lien_personne
SELECT a.lien_no, s.rang AS rang_procedure, a.rang AS rang_affaire, 'naissance' AS passe
FROM {t}.reste_affaire AS a
JOIN {t}.signature AS s
  ON s.lien_no = a.lien_no AND s.role = a.role AND s.naissance = a.naissance AND s.sexe = a.sexe
WHERE s.n = 1
  AND (a.csns IS NULL OR s.csns IS NULL OR a.csns = s.csns OR a.csns_sur = 0 OR s.csns_sur = 0);

-- Several (twins): by rank among those still free.
INSERT INTO {t}.lien_personne
SELECT a.lien_no, p.rang, a.rang, 'naissance'
FROM (
    SELECT r.lien_no, r.role, r.naissance, r.sexe, r.csns, r.csns_sur, r.rang,
           ROW_NUMBER() OVER (
               PARTITION BY r.lien_no, r.role, r.naissance, r.sexe ORDER BY r.rang) AS k
    FROM {t}.reste_affaire AS r
    JOIN {t}.signature AS s
      ON s.lien_no = r.lien_no AND s.role = r.role AND s.naissance = r.naissance
     AND s.sexe = r.sexe
    WHERE s.n > 1
) AS a
JOIN (
    SELECT c.lien_no, c.role, c.naissance, c.sexe, c.csns, c.csns_sur, c.rang,
           ROW_NUMBER() OVER (
               PARTITION BY c.lien_no, c.role, c.naissance, c.sexe ORDER BY c.rang) AS k
    FROM {t}.cote_procedure AS c
    JOIN {t}.signature AS s
      ON s.lien_no = c.lien_no AND s.role = c.role AND s.naissance = c.naissance
     AND s.sexe = c.sexe
    LEFT JOIN {t}.lien_personne AS l ON l.lien_no = c.lien_no AND l.rang_procedure = c.rang
    WHERE s.n > 1 AND l.lien_no IS NULL AND c.nature = 'physique'
) AS p
  ON p.lien_no = a.lien_no AND p.role = a.role AND p.naissance = a.naissance
 AND p.sexe = a.sexe AND p.k = a.k
WHERE a.csns IS NULL OR p.csns IS NULL OR a.csns = p.csns OR a.csns_sur = 0 OR p.csns_sur = 0
