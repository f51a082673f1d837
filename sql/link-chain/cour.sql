-- The courts an affaire is known at: its own and those where it has a numéro parquet. The same court
-- may stand twice.
-- Grain: affaire × court.
CREATE TABLE {t}.cour AS
SELECT idx AS affaire_idx, juridiction FROM {id}.affaire
UNION ALL
SELECT parent_idx AS affaire_idx, juridiction FROM {id}.affaire_parquet
