-- The clusters of a former result, by cluster. Grain: a record. Key: id.
SELECT CAST(id AS VARCHAR) AS id, CAST(cluster_id AS BIGINT) AS cluster_id
FROM read_parquet($clusters)
ORDER BY cluster_id, id
