-- What may name a procedure, with what linkage needs of its affaire. First the ties of
-- correspondance; reference_personne.sql adds the PV of origin that persons keep.
-- Grain: one row of correspondance (even idx). cle is NULL where there is no complete structured key.
CREATE TABLE {t}.reference AS
SELECT 2 * c.idx AS idx, c.parent_idx AS affaire_idx, k.cle, k.cle_actuelle, c.annee,
       c.reference_pv, c.idj_pv, n.numero AS numero_parquet, a.origine, f.arrivee_min,
       f.arrivee_max, f.enregistrement_max
FROM {id}.correspondance AS c
JOIN {id}.affaire AS a ON a.idx = c.parent_idx
JOIN {t}.fenetre AS f ON f.affaire_idx = c.parent_idx
LEFT JOIN {t}.cle_correspondance AS k ON k.idx = c.idx
LEFT JOIN {t}.parquet_correspondance AS n ON n.idx = c.idx
