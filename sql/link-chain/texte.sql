-- The free texts to read: those of ties that no structured key resolved; those of persons in
-- affaires without any resolved tie, or with one left unresolved.
-- Grain: one reference. The last year it may mean is that of the last registration.
CREATE TABLE {t}.texte AS
SELECT r.idx, r.reference_pv AS reference,
       CAST(EXTRACT(YEAR FROM r.enregistrement_max) AS INTEGER) AS annee_max
FROM {t}.reference AS r
LEFT JOIN {t}.designe AS d ON d.reference_idx = r.idx
LEFT JOIN (
    SELECT t.affaire_idx, MIN(CASE WHEN s.reference_idx IS NULL THEN 0 ELSE 1 END) AS resolue
    FROM {t}.reference AS t
    LEFT JOIN {t}.designe AS s ON s.reference_idx = t.idx
    WHERE t.source = 'correspondance'
    GROUP BY t.affaire_idx
) AS liens ON liens.affaire_idx = r.affaire_idx
WHERE r.reference_pv IS NOT NULL AND d.reference_idx IS NULL
  AND (r.source = 'correspondance' OR COALESCE(liens.resolue, 0) = 0)
