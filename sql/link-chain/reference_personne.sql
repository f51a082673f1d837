-- The PV of origin that persons keep, in affaires without any resolved tie or with one left.
-- Grain: one text of an affaire's persons (odd idx).
CREATE TABLE {t}.affaire_ouverte AS
SELECT a.idx AS affaire_idx
FROM {id}.affaire AS a
LEFT JOIN {t}.reference AS r ON r.affaire_idx = a.idx
LEFT JOIN {t}.designe AS d ON d.reference_idx = r.idx
WHERE d.reference_idx IS NULL
GROUP BY a.idx;

INSERT INTO {t}.reference
SELECT v.idx, v.affaire_idx, NULL, NULL, NULL, v.reference_pv, NULL, NULL, a.origine,
       f.arrivee_min, f.arrivee_max, f.enregistrement_max
FROM (
    SELECT 2 * MIN(p.idx) + 1 AS idx, p.parent_idx AS affaire_idx, p.reference_pv
    FROM {id}.affaire_personne AS p
    JOIN {t}.affaire_ouverte AS o ON o.affaire_idx = p.parent_idx
    WHERE p.reference_pv IS NOT NULL
    GROUP BY p.parent_idx, p.reference_pv
) AS v
JOIN {id}.affaire AS a ON a.idx = v.affaire_idx
JOIN {t}.fenetre AS f ON f.affaire_idx = v.affaire_idx
