-- Pass idj: an identifiant justice that goes with one procedure only leads to it the affaires that
-- carry it and are not linked yet, by themselves or by a tie without a usable key.
-- Grain: procedure × affaire.
--   porte     IDJ → procedure: of a resolved tie; of an affaire all of whose ties say one procedure
--   cherche   IDJ ← affaire: its own, while it has no link; of its ties not resolved
INSERT INTO {t}.lien
WITH cherche AS (
    SELECT a.idx AS affaire_idx, a.idj
    FROM {id}.affaire AS a
    LEFT JOIN {t}.lien AS l ON l.affaire_idx = a.idx
    WHERE a.idj IS NOT NULL AND l.affaire_idx IS NULL
    UNION
    SELECT r.affaire_idx, r.idj_pv
    FROM {t}.reference AS r
    LEFT JOIN {t}.designe AS d ON d.reference_idx = r.idx
    WHERE r.idj_pv IS NOT NULL AND d.reference_idx IS NULL
),
seule AS (
    SELECT affaire_idx, MIN(procedure_idx) AS procedure_idx
    FROM {t}.lien
    GROUP BY affaire_idx
    HAVING COUNT(*) = 1
),
porte AS (
    SELECT r.idj_pv AS idj, d.procedure_idx
    FROM {t}.designe AS d
    JOIN {t}.reference AS r ON r.idx = d.reference_idx
    JOIN cherche AS c ON c.idj = r.idj_pv
    UNION
    SELECT a.idj, s.procedure_idx
    FROM seule AS s
    JOIN {id}.affaire AS a ON a.idx = s.affaire_idx
    JOIN cherche AS c ON c.idj = a.idj
),
univoque AS (
    SELECT idj, MIN(procedure_idx) AS procedure_idx
    FROM porte
    GROUP BY idj
    HAVING COUNT(*) = 1
)
SELECT DISTINCT u.procedure_idx, c.affaire_idx, 3 AS passe
FROM cherche AS c
JOIN univoque AS u ON u.idj = c.idj
JOIN {t}.fenetre AS f ON f.affaire_idx = c.affaire_idx
JOIN {t}.procedure AS p ON p.idx = u.procedure_idx
LEFT JOIN {t}.lien AS l
  ON l.procedure_idx = u.procedure_idx AND l.affaire_idx = c.affaire_idx
WHERE l.affaire_idx IS NULL
  AND p.date_enregistrement <= f.enregistrement_max + CAST($avance AS INTEGER)
