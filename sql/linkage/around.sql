-- The scored pairs of either of two records, links first. Grain: a pair. Key: (left_id, right_id).
-- $any 1: a deduplication, where each record may stand on either side.
SELECT CAST(left_id AS VARCHAR) AS left_id, CAST(right_id AS VARCHAR) AS right_id, weight_log2, decision, probability
FROM (
    SELECT left_id, right_id, weight_log2, probability, 'linked' AS decision
    FROM read_parquet($pairs)
    UNION ALL
    SELECT left_id, right_id, weight_log2, probability, decision
    FROM read_parquet($candidates)
) AS scored
WHERE left_id = $left OR right_id = $right
    OR ($any = 1 AND (left_id = $right OR right_id = $left))
ORDER BY decision = 'linked' DESC, weight_log2 DESC, left_id, right_id
