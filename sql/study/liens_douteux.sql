-- The procedures of the field whose link is not sure, with the pseudonym that names their draw.
-- Grain: one procedure; key procedure_no.
SELECT CAST(v.procedure_no AS BIGINT) AS procedure_no, p.procedure_id, v.probabilite_lien
FROM (
    SELECT procedure_no, MIN(probabilite_lien) AS probabilite_lien
    FROM {base}.chaine_victime
    WHERE probabilite_lien < 1
    GROUP BY procedure_no
) AS v
JOIN {base}.procedure AS p ON p.procedure_no = v.procedure_no
ORDER BY v.procedure_no
