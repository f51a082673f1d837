-- The affaires that the joint pass looks at: those that a tie leaves open, or that have no link; and,
-- to learn from, a sample of those that keys resolved. The sample and the numbers come from the affaires'
-- own identifiers: neither the order of rows nor the keys of pseudonyms change what is learnt.
-- Grain: one affaire; keys affaire_idx, and no.
--   apprise     1: resolved by keys, taken to learn how true pairs look
--   capacite    how many procedures it may still take: its ties not resolved, at least one
CREATE TABLE {t}.conjoint_affaire AS
WITH etat AS (
    SELECT a.idx AS affaire_idx, a.affaire_id, COALESCE(r.ouvertes, 0) AS ouvertes,
           CASE WHEN l.affaire_idx IS NOT NULL AND r.ouvertes IS NULL THEN 1 ELSE 0 END AS apprise
    FROM {id}.affaire AS a
    LEFT JOIN (SELECT DISTINCT affaire_idx FROM {t}.lien) AS l ON l.affaire_idx = a.idx
    LEFT JOIN (
        SELECT r.affaire_idx, COUNT(*) AS ouvertes
        FROM {t}.reference AS r
        LEFT JOIN {t}.designe AS d ON d.reference_idx = r.idx
        WHERE d.reference_idx IS NULL AND MOD(r.idx, 2) = 0
        GROUP BY r.affaire_idx
    ) AS r ON r.affaire_idx = a.idx
),
tirage AS (
    SELECT affaire_idx FROM etat WHERE apprise = 1 ORDER BY MD5(affaire_id), affaire_id LIMIT 20000
)
SELECT e.affaire_idx, ROW_NUMBER() OVER (ORDER BY e.affaire_id) AS no, e.apprise,
       CASE WHEN e.ouvertes > 1 THEN e.ouvertes ELSE 1 END AS capacite
FROM etat AS e
LEFT JOIN tirage AS t ON t.affaire_idx = e.affaire_idx
WHERE e.apprise = 0 OR t.affaire_idx IS NOT NULL
