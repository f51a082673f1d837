-- The links of a former result. Grain: a link. Key: (left_id, right_id).
SELECT CAST(left_id AS VARCHAR) AS left_id, CAST(right_id AS VARCHAR) AS right_id
FROM read_parquet($pairs)
ORDER BY left_id, right_id
