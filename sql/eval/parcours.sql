-- Stages and persons as obtained and as they truly are. Grain: figure × category; columns as
-- chiffres.sql.
--   victims by stage at the end of the year: of the victims recorded until then (matched, truly with
--       an affaire), those in each stage; the last year ends on the observation date
--   first entries, returns of victims: into each stage over all years, by victim
--   persons: obtained, those with an identifier; true, all of them
--   another procedure within 365 days: of persons, from their first procedure (Kaplan-Meier)
WITH victimes AS (
    SELECT procedure_no, COUNT(*) AS n
    FROM {t}.vraie_victime
    WHERE issue IS NOT NULL AND procedure_no IS NOT NULL
    GROUP BY procedure_no
),
sejour AS (
    SELECT s.procedure_no, s.etape, s.entree, s.sortie, v.n,
           ROW_NUMBER() OVER (PARTITION BY s.procedure_no, s.etape ORDER BY s.entree) AS passage,
           MAX(CASE s.etape WHEN 'enquete' THEN 1 WHEN 'orientation' THEN 2 WHEN 'instruction' THEN 3
                            WHEN 'jugement' THEN 4 WHEN 'terminee' THEN 6 ELSE 5 END)
               OVER (PARTITION BY s.procedure_no ORDER BY s.ordre
                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS plus_loin,
           CASE s.etape WHEN 'enquete' THEN 1 WHEN 'orientation' THEN 2 WHEN 'instruction' THEN 3
                        WHEN 'jugement' THEN 4 WHEN 'terminee' THEN 6 ELSE 5 END AS rang
    FROM {t}.vrai_sejour AS s
    JOIN victimes AS v ON v.procedure_no = s.procedure_no
),
flux AS (
    SELECT etape, annee, mouvement, SUM(n) AS n
    FROM {base}.flux
    WHERE unite = 'victime'
    GROUP BY etape, annee, mouvement
),
stock AS (
    SELECT 0 AS vrai, annee, etape, n FROM flux WHERE mouvement = 'stock_final'
    UNION ALL
    SELECT 1, a.annee, s.etape,
           SUM(CASE WHEN EXTRACT(YEAR FROM s.entree) <= a.annee
                     AND COALESCE(EXTRACT(YEAR FROM s.sortie), 9999) > a.annee THEN s.n ELSE 0 END)
    FROM (SELECT DISTINCT annee FROM flux) AS a
    CROSS JOIN sejour AS s
    GROUP BY a.annee, s.etape
),
mouvement AS (
    SELECT 0 AS vrai, etape, mouvement, SUM(n) AS n
    FROM flux
    WHERE mouvement IN ('entrees', 'retours')
    GROUP BY etape, mouvement
    UNION ALL
    SELECT 1, etape,
           CASE WHEN passage > 1 OR (etape <> 'appel' AND plus_loin > rang) THEN 'retours'
                ELSE 'entrees' END, SUM(n)
    FROM sejour
    GROUP BY 2, 3
),
parts AS (
    SELECT 1 AS ordre, 'victims by stage at the end of the year' AS figure,
           CONCAT(CAST(annee AS VARCHAR(10)), ' ', etape) AS modalite, vrai, n,
           SUM(n) OVER (PARTITION BY vrai, annee) AS base
    FROM stock
    UNION ALL
    SELECT CASE mouvement WHEN 'entrees' THEN 2 ELSE 3 END,
           CASE mouvement WHEN 'entrees' THEN 'first entries of victims'
                ELSE 'returns of victims' END, etape, vrai, n,
           MAX(CASE WHEN etape = 'enquete' AND mouvement = 'entrees' THEN n END)
               OVER (PARTITION BY vrai)
    FROM mouvement
    WHERE n > 0
),
fin AS (
    SELECT MAX(date_enregistrement) AS jour FROM {base}.participation
),
procedures AS (
    SELECT CASE i.role WHEN 'victime' THEN 'victime' ELSE 'auteur' END AS role, i.personne,
           p.procedure_no, MIN(p.date_enregistrement) AS date
    FROM {t}.vraie_identite AS i
    JOIN {t}.procedure_connue AS p ON p.procedure_no = i.procedure_no
    LEFT JOIN {t}.vraie_victime AS v ON v.procedure_no = i.procedure_no AND v.rang = i.rang
    WHERE (i.role = 'victime' AND v.procedure_no IS NOT NULL)
       OR (i.role <> 'victime'
           AND i.procedure_no IN (SELECT procedure_no FROM {t}.vraie_victime))
    GROUP BY i.role, i.personne, p.procedure_no
),
rangees AS (
    SELECT role, personne, date,
           ROW_NUMBER() OVER (PARTITION BY role, personne ORDER BY date, procedure_no) AS place
    FROM procedures
),
personne AS (
    SELECT 1 AS vrai, r.role, COUNT(*) AS nb_procedures,
           CASE WHEN COUNT(*) > 1 THEN 0 ELSE 1 END AS en_cours,
           COALESCE(MAX(CASE WHEN r.place = 2 THEN r.date END), MAX(f.jour)) - MIN(r.date) AS jours,
           MAX(CASE WHEN d.personne IS NULL THEN 0 ELSE 1 END) AS deux_roles
    FROM rangees AS r
    CROSS JOIN fin AS f
    LEFT JOIN (SELECT personne FROM procedures GROUP BY personne HAVING COUNT(DISTINCT role) > 1)
        AS d ON d.personne = r.personne
    GROUP BY r.role, r.personne
    UNION ALL
    SELECT 0, role, nb_procedures, en_cours, duree_jours, deux_roles FROM {base}.personne
),
jour AS (
    SELECT vrai, role, jours, COUNT(*) AS n, SUM(1 - en_cours) AS evenements
    FROM personne
    GROUP BY vrai, role, jours
),
risque AS (
    SELECT vrai, role, jours, evenements,
           SUM(n) OVER (PARTITION BY vrai, role ORDER BY jours DESC) AS n
    FROM jour
),
survie AS (
    SELECT vrai, role,
           CASE WHEN MAX(CASE WHEN jours <= 365 AND evenements = n THEN 1 ELSE 0 END) = 1 THEN 1.0
                ELSE 1.0 - EXP(SUM(CASE WHEN jours <= 365 AND evenements < n
                                        THEN LN(1.0 - evenements * 1.0 / n) ELSE 0 END)) END AS part
    FROM risque
    GROUP BY vrai, role
),
resume AS (
    SELECT vrai, role, COUNT(*) AS n,
           AVG(CASE WHEN nb_procedures > 1 THEN 1.0 ELSE 0.0 END) AS plusieurs,
           AVG(CASE WHEN deux_roles = 1 THEN 1.0 ELSE 0.0 END) AS deux_roles
    FROM personne
    GROUP BY vrai, role
),
mesures AS (
    SELECT COALESCE(o.ordre, v.ordre) AS ordre, COALESCE(o.figure, v.figure) AS figure,
           COALESCE(o.modalite, v.modalite) AS modalite, 'part' AS unite,
           COALESCE(o.n * 1.0 / NULLIF(o.base, 0), 0) AS obtenu,
           COALESCE(v.n * 1.0 / NULLIF(v.base, 0), 0) AS vrai,
           COALESCE(o.base, 0) AS base_obtenue, COALESCE(v.base, 0) AS base_vraie
    FROM (SELECT ordre, figure, modalite, n, base FROM parts WHERE vrai = 0) AS o
    FULL OUTER JOIN (SELECT ordre, figure, modalite, n, base FROM parts WHERE vrai = 1) AS v
      ON v.figure = o.figure AND v.modalite = o.modalite
    UNION ALL
    SELECT f.ordre, f.figure, o.role, f.unite,
           CASE f.ordre WHEN 4 THEN o.n WHEN 5 THEN o.plusieurs WHEN 6 THEN so.part
                        ELSE o.deux_roles END,
           CASE f.ordre WHEN 4 THEN v.n WHEN 5 THEN v.plusieurs WHEN 6 THEN sv.part
                        ELSE v.deux_roles END, o.n, v.n
    FROM (SELECT 4 AS ordre, 'persons' AS figure, 'n' AS unite
          UNION ALL SELECT 5, 'persons with several procedures', 'part'
          UNION ALL SELECT 6, 'another procedure within 365 days', 'part'
          UNION ALL SELECT 7, 'persons in both roles', 'part') AS f
    CROSS JOIN resume AS o
    JOIN resume AS v ON v.role = o.role AND v.vrai = 1
    JOIN survie AS so ON so.role = o.role AND so.vrai = 0
    JOIN survie AS sv ON sv.role = o.role AND sv.vrai = 1
    WHERE o.vrai = 0
)
SELECT figure, modalite, unite, CAST(obtenu AS DOUBLE) AS obtenu, CAST(vrai AS DOUBLE) AS vrai,
       CAST(base_obtenue AS BIGINT) AS base_obtenue, CAST(base_vraie AS BIGINT) AS base_vraie
FROM mesures
ORDER BY ordre, modalite
