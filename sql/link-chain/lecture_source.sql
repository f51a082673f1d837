-- The free-text references that no structured key resolved, for the kernel that reads them.
-- Grain: one row of correspondance. The last year a reference may mean is that of the affaire.
SELECT r.idx, r.reference_pv AS reference,
       CAST(EXTRACT(YEAR FROM r.date_affaire) AS INTEGER) AS annee_max
FROM {t}.reference AS r
LEFT JOIN {t}.designe AS d ON d.reference_idx = r.idx
WHERE r.reference_pv IS NOT NULL AND d.reference_idx IS NULL
