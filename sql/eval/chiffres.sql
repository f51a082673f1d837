-- Each published figure as obtained and as it truly is. Grain: figure × category.
--   unite   n: a count; part: a share of `base` units; jours: a statistic of `base` durations
-- Match rates: over all procedures of the extract; over the victims of the field, each side its own
-- field. Outcomes, kinds and durations: victims of the field whose procedure has an affaire.
WITH vrai_apparie AS (
    SELECT DISTINCT procedure_no
    FROM {t}.vrai_lien
    WHERE niveau = 'procedure_affaire' AND procedure_no IS NOT NULL
),
obtenu_apparie AS (
    SELECT DISTINCT procedure_no FROM {pivot}.lien_procedure_affaire
),
procedures AS (
    SELECT p.procedure_no, p.force, p.annee_enregistrement AS annee,
           CASE WHEN o.procedure_no IS NULL THEN 0 ELSE 1 END AS obtenu,
           CASE WHEN v.procedure_no IS NULL THEN 0 ELSE 1 END AS vrai
    FROM {t}.procedure_connue AS p
    LEFT JOIN obtenu_apparie AS o ON o.procedure_no = p.procedure_no
    LEFT JOIN vrai_apparie AS v ON v.procedure_no = p.procedure_no
),
victimes AS (
    SELECT 0 AS vrai, force, annee, genre, densite, issue, mode, classe, classe_orientation,
           CASE WHEN classe_jugement IN ('non_jugee', 'inconnue') THEN 'non_retenue'
                ELSE classe_jugement END AS classe_jugement,
           CASE WHEN en_cours = 0 THEN duree_jours END AS duree, lie
    FROM {base}.chaine_victime
    UNION ALL
    SELECT 1, force, annee, genre, densite, issue, mode, classe, classe_orientation,
           classe_jugement, duree_jours,
           CASE WHEN issue IS NULL THEN 0 ELSE 1 END
    FROM {t}.vraie_victime
),
liees AS (
    SELECT vrai, force, annee, genre, densite, issue, mode, classe, classe_orientation,
           classe_jugement, duree
    FROM victimes WHERE lie = 1
),
ensemble AS (
    SELECT vrai, COUNT(*) AS n, SUM(lie) AS lies FROM victimes GROUP BY vrai
),
parts AS (
    SELECT 2 AS ordre, 'match of victims by kind of violence' AS figure, genre AS modalite, vrai,
           SUM(lie) AS n, COUNT(*) AS base
    FROM victimes
    GROUP BY genre, vrai
    UNION ALL
    SELECT 2, 'match of victims by density', densite, vrai, SUM(lie), COUNT(*)
    FROM victimes
    WHERE densite IS NOT NULL
    GROUP BY densite, vrai
    UNION ALL
    SELECT 3, 'outcome of victims', l.issue, l.vrai, COUNT(*), MAX(e.lies)
    FROM liees AS l
    JOIN ensemble AS e ON e.vrai = l.vrai
    GROUP BY l.issue, l.vrai
    UNION ALL
    SELECT 4, 'prosecution by kind of violence', genre, vrai,
           SUM(CASE WHEN issue = 'poursuites' THEN 1 ELSE 0 END), COUNT(*)
    FROM liees
    GROUP BY genre, vrai
    UNION ALL
    SELECT 5, 'mode of prosecution', m.mode, m.vrai, COUNT(*), MAX(t.n)
    FROM liees AS m
    JOIN (SELECT vrai, COUNT(*) AS n FROM liees WHERE issue = 'poursuites' GROUP BY vrai) AS t
      ON t.vrai = m.vrai
    WHERE m.issue = 'poursuites'
    GROUP BY m.mode, m.vrai
    UNION ALL
    SELECT 6, 'prosecution by year', CAST(annee AS VARCHAR(10)), vrai,
           SUM(CASE WHEN issue = 'poursuites' THEN 1 ELSE 0 END), COUNT(*)
    FROM liees
    GROUP BY annee, vrai
    UNION ALL
    SELECT 7, 'prosecution by density', densite, vrai,
           SUM(CASE WHEN issue = 'poursuites' THEN 1 ELSE 0 END), COUNT(*)
    FROM liees
    WHERE densite IS NOT NULL
    GROUP BY densite, vrai
    UNION ALL
    SELECT 8, 'class of the offence at orientation', l.classe_orientation, l.vrai, COUNT(*),
           MAX(e.lies)
    FROM liees AS l
    JOIN ensemble AS e ON e.vrai = l.vrai
    WHERE l.classe IS NOT NULL
    GROUP BY l.classe_orientation, l.vrai
    UNION ALL
    SELECT 9, 'class of the offence at judgment', l.classe_jugement, l.vrai, COUNT(*), MAX(e.lies)
    FROM liees AS l
    JOIN ensemble AS e ON e.vrai = l.vrai
    WHERE l.classe IS NOT NULL
    GROUP BY l.classe_jugement, l.vrai
    UNION ALL
    SELECT 10, 'same class at orientation as recorded', classe, vrai,
           SUM(CASE WHEN classe_orientation = classe THEN 1 ELSE 0 END), COUNT(*)
    FROM liees
    WHERE classe IS NOT NULL
    GROUP BY classe, vrai
),
durees AS (
    SELECT vrai, COUNT(duree) AS n,
           PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY duree) AS q1,
           PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY duree) AS q2,
           PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY duree) AS q3,
           AVG(duree) AS moyenne
    FROM liees
    WHERE duree IS NOT NULL
    GROUP BY vrai
),
mesures AS (
    SELECT 1 AS ordre, 'match of procedures' AS figure, 'all' AS modalite, 'part' AS unite,
           SUM(obtenu) * 1.0 / COUNT(*) AS obtenu, SUM(vrai) * 1.0 / COUNT(*) AS vrai,
           COUNT(*) AS base_obtenue, COUNT(*) AS base_vraie
    FROM procedures
    UNION ALL
    SELECT 1, 'match of procedures', force, 'part', SUM(obtenu) * 1.0 / COUNT(*),
           SUM(vrai) * 1.0 / COUNT(*), COUNT(*), COUNT(*)
    FROM procedures
    GROUP BY force
    UNION ALL
    SELECT 1, 'match of procedures', CAST(annee AS VARCHAR(10)), 'part',
           SUM(obtenu) * 1.0 / COUNT(*), SUM(vrai) * 1.0 / COUNT(*), COUNT(*), COUNT(*)
    FROM procedures
    GROUP BY annee
    UNION ALL
    SELECT 2, 'victims', 'in the field', 'n', o.n, v.n, o.n, v.n
    FROM ensemble AS o
    JOIN ensemble AS v ON o.vrai = 0 AND v.vrai = 1
    UNION ALL
    SELECT 2, 'victims', 'matched', 'part', o.lies * 1.0 / o.n, v.lies * 1.0 / v.n, o.n, v.n
    FROM ensemble AS o
    JOIN ensemble AS v ON o.vrai = 0 AND v.vrai = 1
    UNION ALL
    SELECT COALESCE(o.ordre, v.ordre), COALESCE(o.figure, v.figure),
           COALESCE(o.modalite, v.modalite), 'part', COALESCE(o.n * 1.0 / o.base, 0),
           COALESCE(v.n * 1.0 / v.base, 0), COALESCE(o.base, 0), COALESCE(v.base, 0)
    FROM (SELECT ordre, figure, modalite, n, base FROM parts WHERE vrai = 0) AS o
    FULL OUTER JOIN (SELECT ordre, figure, modalite, n, base FROM parts WHERE vrai = 1) AS v
      ON v.figure = o.figure AND v.modalite = o.modalite
    UNION ALL
    SELECT 11, 'days from recording to end', s.modalite, 'jours',
           CASE s.rang WHEN 1 THEN o.q1 WHEN 2 THEN o.q2 WHEN 3 THEN o.q3 ELSE o.moyenne END,
           CASE s.rang WHEN 1 THEN v.q1 WHEN 2 THEN v.q2 WHEN 3 THEN v.q3 ELSE v.moyenne END,
           o.n, v.n
    FROM (SELECT 1 AS rang, '1 first quartile' AS modalite
          UNION ALL SELECT 2, '2 median'
          UNION ALL SELECT 3, '3 third quartile'
          UNION ALL SELECT 4, '4 mean') AS s
    CROSS JOIN (SELECT n, q1, q2, q3, moyenne FROM durees WHERE vrai = 0) AS o
    CROSS JOIN (SELECT n, q1, q2, q3, moyenne FROM durees WHERE vrai = 1) AS v
)
SELECT figure, COALESCE(modalite, '-') AS modalite, unite, CAST(obtenu AS DOUBLE) AS obtenu,
       CAST(vrai AS DOUBLE) AS vrai, CAST(base_obtenue AS BIGINT) AS base_obtenue,
       CAST(base_vraie AS BIGINT) AS base_vraie
FROM mesures
ORDER BY ordre, figure, CASE modalite WHEN 'all' THEN 0 ELSE 1 END, modalite
