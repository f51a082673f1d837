-- Numéros parquet of affaires, for the kernel that reads them. Grain: affaire × court.
SELECT idx, numero_parquet FROM {id}.affaire_parquet
