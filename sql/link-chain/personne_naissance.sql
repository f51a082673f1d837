-- Natural persons of a link not matched yet with the same role, complete birth date and sex, and no
-- other CSNS.
-- Grain: link × person of the affaire.
-- How many persons of the procedure look so, and the first of them.
CREATE TABLE {t}.signature AS
SELECT lien_no, role, debut AS naissance, sexe, COUNT(*) AS n, MIN(rang) AS rang,
       MIN(csns) AS csns
FROM {t}.reste_procedure
WHERE debut = fin AND sexe IS NOT NULL AND nature = 'physique'
GROUP BY lien_no, role, debut, sexe;

-- One takes all those of the affaire (duplicates), even if a CSNS matched another of them already.
INSERT INTO {t}.lien_personne
SELECT a.lien_no, s.rang AS rang_procedure, a.rang AS rang_affaire, 'naissance' AS passe
FROM {t}.reste_affaire AS a
JOIN {t}.signature AS s
  ON s.lien_no = a.lien_no AND s.role = a.role AND s.naissance = a.debut AND s.sexe = a.sexe
WHERE s.n = 1 AND a.debut = a.fin AND a.nature = 'physique'
  AND (a.csns IS NULL OR s.csns IS NULL OR a.csns = s.csns);

-- Several (twins): by rank among those still free.
INSERT INTO {t}.lien_personne
SELECT a.lien_no, p.rang, a.rang, 'naissance'
FROM (
    SELECT r.lien_no, r.role, r.debut, r.sexe, r.csns, r.rang,
           ROW_NUMBER() OVER (
               PARTITION BY r.lien_no, r.role, r.debut, r.sexe ORDER BY r.rang) AS k
    FROM {t}.reste_affaire AS r
    JOIN {t}.signature AS s
      ON s.lien_no = r.lien_no AND s.role = r.role AND s.naissance = r.debut AND s.sexe = r.sexe
    WHERE s.n > 1 AND r.debut = r.fin AND r.nature = 'physique'
) AS a
JOIN (
    SELECT r.lien_no, r.role, r.debut, r.sexe, r.csns, r.rang,
           ROW_NUMBER() OVER (
               PARTITION BY r.lien_no, r.role, r.debut, r.sexe ORDER BY r.rang) AS k
    FROM {t}.reste_procedure AS r
    JOIN {t}.signature AS s
      ON s.lien_no = r.lien_no AND s.role = r.role AND s.naissance = r.debut AND s.sexe = r.sexe
    WHERE s.n > 1 AND r.pris = 0 AND r.debut = r.fin AND r.nature = 'physique'
) AS p
  ON p.lien_no = a.lien_no AND p.role = a.role AND p.debut = a.debut AND p.sexe = a.sexe
 AND p.k = a.k
WHERE a.csns IS NULL OR p.csns IS NULL OR a.csns = p.csns
