-- What may name a procedure, with what linkage needs of its affaire: the ties of correspondance, and
-- the PV of origin that persons of the affaire keep.
-- Grain: one row of correspondance (even idx); one text of an affaire's persons (odd idx).
-- cle is NULL where there is no complete structured key.
CREATE TABLE {t}.reference AS
SELECT v.idx, v.source, v.affaire_idx, v.cle, v.cle_actuelle, v.annee, v.reference_pv, v.idj_pv,
       v.numero_parquet, a.origine, f.arrivee_min, f.arrivee_max, f.enregistrement_max
FROM (
    SELECT 2 * c.idx AS idx, 'correspondance' AS source, c.parent_idx AS affaire_idx, k.cle,
           k.cle_actuelle, c.annee, c.reference_pv, c.idj_pv, n.numero AS numero_parquet
    FROM {id}.correspondance AS c
    LEFT JOIN {t}.cle_correspondance AS k ON k.idx = c.idx
    LEFT JOIN {t}.parquet_correspondance AS n ON n.idx = c.idx
    UNION ALL
    SELECT 2 * MIN(p.idx) + 1, 'personne', p.parent_idx, NULL, NULL, NULL, p.reference_pv, NULL,
           NULL
    FROM {id}.affaire_personne AS p
    WHERE p.reference_pv IS NOT NULL
    GROUP BY p.parent_idx, p.reference_pv
) AS v
JOIN {id}.affaire AS a ON a.idx = v.affaire_idx
JOIN {t}.fenetre AS f ON f.affaire_idx = v.affaire_idx
