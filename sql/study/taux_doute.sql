-- The rates of doubts, in their order. Grain: one rate; key taux_no, from 1.
SELECT CAST(CASE quoi WHEN 'champ' THEN 1 WHEN 'genre' THEN 2 ELSE 3 END AS INTEGER) AS quoi, n, evenements
FROM {base}.taux_doute
ORDER BY taux_no
