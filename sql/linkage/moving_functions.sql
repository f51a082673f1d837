-- Functions whose value is not settled by their arguments. Grain: a name.
SELECT DISTINCT function_name AS name
FROM duckdb_functions()
WHERE stability IS NOT NULL AND stability <> 'CONSISTENT'
ORDER BY name
