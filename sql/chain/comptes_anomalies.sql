-- Anomalies by kind, for the manifest. Grain: one kind of anomaly that occurs.
SELECT motif, CAST(COUNT(*) AS DOUBLE) AS n
FROM {base}.anomalie
GROUP BY motif
ORDER BY motif
