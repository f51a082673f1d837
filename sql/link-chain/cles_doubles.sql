-- Procedures whose canonical key is also that of another one, and those without a canonical key.
-- Grain: one row.
SELECT COUNT(*) - COUNT(DISTINCT cle) AS doubles,
       (SELECT COUNT(*) FROM {id}.procedure) - COUNT(*) AS sans_cle
FROM {t}.cle_procedure
