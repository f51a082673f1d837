-- The free texts to read: of references that no structured key resolved.
-- Grain: one reference. The last year it may mean is that of the last registration.
CREATE TABLE {t}.texte AS
SELECT r.idx, r.reference_pv AS reference,
       CAST(EXTRACT(YEAR FROM r.enregistrement_max) AS INTEGER) AS annee_max
FROM {t}.reference AS r
LEFT JOIN {t}.designe AS d ON d.reference_idx = r.idx
WHERE r.reference_pv IS NOT NULL AND d.reference_idx IS NULL
