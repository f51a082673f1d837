-- Stocks and flows of the stages, by year.
-- Grain: unite × etape × annee × mouvement, with n units (n may be 0).
--   unite      affaire, auteur (author of an affaire), victime (of the field, matched)
--   etape      enquete (victims alone), orientation, instruction, jugement, appel, terminee
--   mouvement  stock_initial  in the stage when the year begins
--              entrees        came in for the first time
--              retours        came back: from a later stage, or into a stage they had been in (the
--                             first appeal after a decision is no return)
--              sorties        left it
--              stock_final    in the stage when the year ends; in the last year, on the observation
--                             date
-- For each unit, stage and year: stock_initial + entrees + retours = sorties + stock_final, and the
-- stock_final of a year is the stock_initial of the next. A unit that stays in a stage for less than
-- a day came in and left. Before the study's period all is in the first stock_initial.
CREATE TABLE {work}.sejour AS
WITH suite AS (
    SELECT unite, no, etape, date AS entree,
           LEAD(date) OVER (PARTITION BY unite, no, sous
                            ORDER BY tour, moment, place, ordre) AS sortie,
           -- the stages before, a bit each: 64 for the last
           BIT_OR(1 << etape) OVER (PARTITION BY unite, no, sous
                                    ORDER BY tour, moment, place, ordre
                                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS passees
    FROM {work}.passage
)
SELECT CASE s.unite WHEN 1 THEN 'auteur' WHEN 2 THEN 'affaire' ELSE 'victime' END AS unite, s.etape,
       CAST(EXTRACT(YEAR FROM s.entree) AS INTEGER) AS annee_entree,
       CAST(EXTRACT(YEAR FROM s.sortie) AS INTEGER) AS annee_sortie,
       CASE WHEN s.etape = 5 AND (s.passees & 32) = 0 THEN 0
            WHEN s.passees >= (1 << s.etape) THEN 1 ELSE 0 END AS retour,
       SUM(COALESCE(p.nb_victimes_champ, 1)) AS n
FROM suite AS s
LEFT JOIN {base}.chaine_procedure AS p
  ON p.procedure_no = CASE WHEN s.unite = 3 THEN s.no END
GROUP BY 1, 2, 3, 4, 5;

CREATE TABLE {base}.flux AS
WITH annee AS (
    SELECT annee_entree AS annee FROM {work}.sejour
    UNION
    SELECT annee_sortie FROM {work}.sejour
    UNION
    SELECT CAST(EXTRACT(YEAR FROM $observation) AS INTEGER)
),
bilan AS (
    SELECT s.unite, s.etape, a.annee,
           SUM(CASE WHEN s.annee_entree < a.annee AND COALESCE(s.annee_sortie, 9999) >= a.annee
                    THEN s.n ELSE 0 END) AS stock_initial,
           SUM(CASE WHEN s.annee_entree = a.annee AND s.retour = 0 THEN s.n ELSE 0 END) AS entrees,
           SUM(CASE WHEN s.annee_entree = a.annee AND s.retour = 1 THEN s.n ELSE 0 END) AS retours,
           SUM(CASE WHEN s.annee_sortie = a.annee THEN s.n ELSE 0 END) AS sorties,
           SUM(CASE WHEN s.annee_entree <= a.annee AND COALESCE(s.annee_sortie, 9999) > a.annee
                    THEN s.n ELSE 0 END) AS stock_final
    FROM {work}.sejour AS s
    CROSS JOIN annee AS a
    WHERE a.annee BETWEEN EXTRACT(YEAR FROM $debut) AND EXTRACT(YEAR FROM $observation)
    GROUP BY s.unite, s.etape, a.annee
)
SELECT b.unite,
       CASE b.etape WHEN 1 THEN 'enquete' WHEN 2 THEN 'orientation' WHEN 3 THEN 'instruction'
                    WHEN 4 THEN 'jugement' WHEN 5 THEN 'appel' ELSE 'terminee' END AS etape,
       b.annee, m.mouvement,
       CAST(CASE m.mouvement WHEN 'stock_initial' THEN b.stock_initial WHEN 'entrees' THEN b.entrees
                             WHEN 'retours' THEN b.retours WHEN 'sorties' THEN b.sorties
                             ELSE b.stock_final END AS BIGINT) AS n
FROM bilan AS b
CROSS JOIN (SELECT 'stock_initial' AS mouvement UNION ALL SELECT 'entrees'
            UNION ALL SELECT 'retours' UNION ALL SELECT 'sorties'
            UNION ALL SELECT 'stock_final') AS m
ORDER BY 1, 2, 3, 4
