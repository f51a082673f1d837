-- The affaires that the joint pass looks at: those that a tie leaves open, or that have no link; and,
-- to learn from, a sample of those that keys resolved.
-- Grain: one affaire; keys affaire_idx, and no.
--   apprise     1: resolved by keys, taken to learn how true pairs look
--   capacite    how many procedures it may still take: its ties not resolved, at least one
CREATE TABLE {t}.conjoint_affaire AS
WITH etat AS (
    SELECT a.idx AS affaire_idx, n.no,
           CASE WHEN l.affaire_idx IS NULL THEN 0 ELSE 1 END AS liee,
           COALESCE(r.ouvertes, 0) AS ouvertes
    FROM {id}.affaire AS a
    JOIN {t}.numero_affaire AS n ON n.idx = a.idx
    LEFT JOIN (SELECT DISTINCT affaire_idx FROM {t}.lien) AS l ON l.affaire_idx = a.idx
    LEFT JOIN (
        SELECT r.affaire_idx, COUNT(*) AS ouvertes
        FROM {t}.reference AS r
        LEFT JOIN {t}.designe AS d ON d.reference_idx = r.idx
        WHERE d.reference_idx IS NULL AND MOD(r.idx, 2) = 0
        GROUP BY r.affaire_idx
    ) AS r ON r.affaire_idx = a.idx
),
pas AS (
    SELECT 1 + CAST(FLOOR(COUNT(*) / 20000.0) AS BIGINT) AS n
    FROM etat WHERE liee = 1 AND ouvertes = 0
)
SELECT e.affaire_idx, e.no, 1 - CASE WHEN e.liee = 0 OR e.ouvertes > 0 THEN 1 ELSE 0 END AS apprise,
       CASE WHEN e.ouvertes > 1 THEN e.ouvertes ELSE 1 END AS capacite
FROM etat AS e
CROSS JOIN pas AS p
WHERE e.liee = 0 OR e.ouvertes > 0 OR MOD(e.no, p.n) = 0
