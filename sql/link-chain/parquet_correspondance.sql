-- Numéros parquet noted on ties, for the kernel that reads them. Grain: one row of correspondance.
SELECT idx, numero_parquet FROM {id}.correspondance WHERE numero_parquet IS NOT NULL
