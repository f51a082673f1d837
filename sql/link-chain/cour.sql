-- The courts an affaire is known at: its own and those where it has a numéro parquet.
-- Grain: affaire × court.
CREATE TABLE {t}.cour AS
SELECT idx AS affaire_idx, juridiction FROM {id}.affaire
UNION
SELECT parent_idx AS affaire_idx, juridiction FROM {id}.affaire_parquet
