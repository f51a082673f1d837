-- What each pass looked at and found, and how many procedures owe it their first link.
-- Grain: one pass.
--   cle_pv, reference_pv    lus: ties with a structured key; texts of ties and of persons tried
--   idj, numero_parquet, conjoint   lus: affaires without a link before the pass; trouves: linked by it
WITH passe AS (
    SELECT 1 AS passe, 'cle_pv' AS nom
    UNION ALL SELECT 2, 'reference_pv'
    UNION ALL SELECT 3, 'idj'
    UNION ALL SELECT 4, 'numero_parquet'
    UNION ALL SELECT 5, 'conjoint'
),
affaires AS (
    SELECT v.passe, COUNT(*) AS n
    FROM (SELECT affaire_idx, MIN(passe) AS passe FROM {t}.lien GROUP BY affaire_idx) AS v
    GROUP BY v.passe
),
procedures AS (
    SELECT v.passe, COUNT(*) AS n
    FROM (SELECT procedure_idx, MIN(passe) AS passe FROM {t}.lien GROUP BY procedure_idx) AS v
    GROUP BY v.passe
),
references_lues AS (
    SELECT COUNT(CASE WHEN r.cle IS NOT NULL THEN 1 END) AS avec_cle,
           COUNT(CASE WHEN d.passe = 1 THEN 1 END) AS par_cle,
           (SELECT COUNT(*) FROM {t}.texte) AS avec_texte,
           COUNT(CASE WHEN d.passe = 2 THEN 1 END) AS par_texte
    FROM {t}.reference AS r
    LEFT JOIN {t}.designe AS d ON d.reference_idx = r.idx
),
avant AS (
    SELECT p.passe, SUM(CASE WHEN a.passe < p.passe THEN a.n ELSE 0 END) AS affaires_avant,
           SUM(CASE WHEN a.passe = p.passe THEN a.n ELSE 0 END) AS affaires_ici
    FROM passe AS p
    CROSS JOIN (SELECT passe, n FROM affaires UNION ALL SELECT 0, 0) AS a
    GROUP BY p.passe
),
toutes AS (
    SELECT (SELECT COUNT(*) FROM {id}.affaire) AS affaires,
           (SELECT COUNT(*) FROM {id}.procedure) AS procedures
)
SELECT p.nom,
       CAST(CASE p.passe WHEN 1 THEN r.avec_cle WHEN 2 THEN r.avec_texte
                         ELSE t.affaires - b.affaires_avant END AS BIGINT) AS lus,
       CAST(CASE p.passe WHEN 1 THEN r.par_cle WHEN 2 THEN r.par_texte
                         ELSE b.affaires_ici END AS BIGINT) AS trouves,
       CAST(COALESCE(q.n, 0) AS BIGINT) AS procedures, t.procedures AS toutes
FROM passe AS p
JOIN avant AS b ON b.passe = p.passe
CROSS JOIN references_lues AS r
CROSS JOIN toutes AS t
LEFT JOIN procedures AS q ON q.passe = p.passe
ORDER BY p.passe
