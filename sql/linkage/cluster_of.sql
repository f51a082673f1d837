-- The clusters of two records. Grain: a record. Key: id.
SELECT CAST(id AS VARCHAR) AS id, CAST(cluster_id AS BIGINT) AS cluster_id
FROM read_parquet($clusters)
WHERE id = $left OR id = $right
ORDER BY id
