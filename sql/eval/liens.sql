-- Links found against true ones. Grain: level × pass; the pass NULL is the whole level.
WITH jugement AS (
    SELECT f.niveau, f.passe, CASE WHEN v.niveau IS NULL THEN 0 ELSE 1 END AS juste
    FROM {t}.trouve AS f
    LEFT JOIN (SELECT DISTINCT niveau, procedure_no, rang_procedure, affaire_no, rang_affaire
               FROM {t}.vrai_lien) AS v
      ON v.niveau = f.niveau AND v.procedure_no = f.procedure_no
     AND v.rang_procedure = f.rang_procedure AND v.affaire_no = f.affaire_no
     AND v.rang_affaire = f.rang_affaire
),
niveau AS (
    SELECT 1 AS ordre, 'procedure_affaire' AS niveau
    UNION ALL SELECT 2, 'personne'
    UNION ALL SELECT 3, 'infraction'
),
vrais AS (
    SELECT niveau, COUNT(*) AS n FROM {t}.vrai_lien GROUP BY niveau
),
tous AS (
    SELECT niveau, COUNT(*) AS n, SUM(juste) AS justes FROM jugement GROUP BY niveau
),
passes AS (
    SELECT niveau, passe, COUNT(*) AS n, SUM(juste) AS justes
    FROM jugement
    GROUP BY niveau, passe
)
SELECT x.niveau, x.passe, CAST(x.vrais AS BIGINT) AS vrais, CAST(x.trouves AS BIGINT) AS trouves,
       CAST(x.justes AS BIGINT) AS justes
FROM (
    SELECT n.ordre, n.niveau, NULL AS passe, COALESCE(v.n, 0) AS vrais,
           COALESCE(t.n, 0) AS trouves, COALESCE(t.justes, 0) AS justes
    FROM niveau AS n
    LEFT JOIN vrais AS v ON v.niveau = n.niveau
    LEFT JOIN tous AS t ON t.niveau = n.niveau
    UNION ALL
    SELECT n.ordre, n.niveau, p.passe, NULL, p.n, p.justes
    FROM niveau AS n
    JOIN passes AS p ON p.niveau = n.niveau
) AS x
ORDER BY x.ordre, CASE WHEN x.passe IS NULL THEN 0 ELSE 1 END, x.trouves DESC, x.passe
