-- What is not sure, with the pseudonym of the procedure that names its draw. Grain: kind of doubt ×
-- procedure, in the order that units are numbered in; key (quoi, procedure_no). quoi: 0 lien, 1 champ, 2 genre,
-- 3 manque.
SELECT x.quoi, CAST(x.procedure_no AS BIGINT) AS procedure_no, p.procedure_id,
       CAST(x.probabilite AS DOUBLE) AS probabilite, x.taux_no
FROM (
    SELECT CAST(CASE d.quoi WHEN 'lien' THEN 0 WHEN 'champ' THEN 1 WHEN 'genre' THEN 2
                     ELSE 3 END AS INTEGER) AS quoi,
           d.procedure_no, d.probabilite, d.taux_no
    FROM {base}.doute AS d
) AS x
JOIN {base}.procedure AS p ON p.procedure_no = x.procedure_no
ORDER BY x.quoi, x.procedure_no
