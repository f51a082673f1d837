-- What linkage reads of a tie from an affaire to a PV, with what it needs of the affaire.
-- Grain: one row of correspondance; key idx. cle is NULL where the structured key is incomplete.
CREATE TABLE {t}.reference AS
SELECT c.idx, c.parent_idx AS affaire_idx, k.cle, k.cle_actuelle, c.annee, c.reference_pv,
       c.idj_pv, n.numero AS numero_parquet, a.origine, a.juridiction,
       a.date_enregistrement AS date_affaire
FROM {id}.correspondance AS c
JOIN {id}.affaire AS a ON a.idx = c.parent_idx
LEFT JOIN {t}.cle_correspondance AS k ON k.idx = c.idx
LEFT JOIN {t}.parquet_correspondance AS n ON n.idx = c.idx
