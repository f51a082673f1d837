-- The stages that units of count pass, for the stocks and flows.
--   etape  1 enquete: recorded, not yet at the parquet   4 jugement: prosecuted, or sent to trial
--          2 orientation: at the parquet                 5 appel: an appeal was lodged
--          3 instruction: before the investigating judge 6 terminee: dismissed, settled, decided
-- An act alone tells the stage it leads to: the latest orientation replaces the former ones (outcome
-- prosecution: 3 or 4 by its mode, else 6); an ordonnance de règlement leads to 4, a non-lieu (an
-- act of the study's `ends`) to 6; a decision to 6, an appeal to 5. On one day the acts follow in
-- that order. What is dated before a unit came in counts on the day it came in (date), in the order
-- of the days of the acts (tour, moment).
--
-- Grain of passage: one change of stage of a unit; unite 1 author of an affaire, 2 affaire, 3 procedure;
-- key (unite, no, sous, tour, moment, place, ordre), which is also the order of the changes.
--
-- Affaires are those linked to a procedure of the field and their hosts. They come in with their
-- registration, at 2; one that moved into another affaire ends on that day. A procedure comes in
-- with its recording, at 1, and is at 2 from the first registration of its affaires on: of those to
-- which it is linked, but not because another of them went on there.
--
-- Of several authors, the first stage among 3 4 5 6 2 1 that one of them is in, as for outcomes: who
-- still awaits an orientation, or was entered twice and never gets one, keeps nothing open once
-- another is oriented; an affaire (a procedure) is through when all who were oriented are. Found by
-- one running sum of weights (poids), a power of a million a stage in that order: its largest power is
-- the first stage with an author in it, of a million authors or fewer. Changes of one day and place
-- count together.
CREATE TABLE {work}.acte_etape AS
SELECT affaire_no, rang_auteur, date, rang AS ordre,
       CASE type WHEN 'ordonnance_reglement' THEN 2 WHEN 'decision' THEN 3 WHEN 'appel' THEN 4
                 ELSE 1 END AS place,
       CASE type WHEN 'ordonnance_reglement' THEN CASE WHEN decision_ordre IS NULL THEN 4 ELSE 6 END
                 WHEN 'decision' THEN 6
                 WHEN 'appel' THEN 5
                 ELSE CASE WHEN issue <> 'poursuites' THEN 6 WHEN mode = 'INST' THEN 3 ELSE 4 END
       END AS etape
FROM {work}.acte
WHERE issue IS NOT NULL OR type IN ('ordonnance_reglement', 'decision', 'appel');

CREATE TABLE {work}.affaire_suivie AS
WITH concernee AS (
    SELECT affaire_no FROM {work}.auteur
    UNION
    SELECT hote_no FROM {work}.auteur_hote
),
depart AS (
    SELECT l.affaire_no, MIN(l.date) AS date
    FROM {base}.lien_affaire AS l
    WHERE l.type <> 'disjonction' AND l.affaire_cible_no IS NOT NULL
      AND (l.date IS NULL OR l.date <= $observation)
      AND NOT EXISTS (SELECT 1 FROM {base}.hote AS h
                      WHERE h.affaire_no = l.affaire_no AND h.hote_no = l.affaire_no)
    GROUP BY l.affaire_no
)
SELECT c.affaire_no, a.date_enregistrement AS entree,
       CASE WHEN d.affaire_no IS NOT NULL
            THEN GREATEST(a.date_enregistrement, COALESCE(d.date, a.date_enregistrement))
       END AS depart
FROM concernee AS c
JOIN {base}.affaire AS a ON a.affaire_no = c.affaire_no
LEFT JOIN depart AS d ON d.affaire_no = c.affaire_no
WHERE a.date_enregistrement <= $observation;

CREATE TABLE {work}.passage_auteur AS
WITH auteur AS (
    SELECT s.affaire_no, COALESCE(m.rang, 0) AS rang, s.entree, s.depart
    FROM {work}.affaire_suivie AS s
    LEFT JOIN {base}.affaire_personne AS m
      ON m.affaire_no = s.affaire_no AND m.role = 'mis_en_cause'
    UNION
    SELECT s.affaire_no, h.rang, s.entree, s.depart
    FROM {work}.auteur_hote AS h
    JOIN {work}.affaire_suivie AS s ON s.affaire_no = h.hote_no
),
pas AS (
    SELECT affaire_no, rang, 0 AS tour, entree AS moment, 0 AS place, 0 AS ordre, entree AS date,
           2 AS etape
    FROM auteur
    UNION ALL
    SELECT a.affaire_no, a.rang, 1, e.date, e.place, e.ordre, GREATEST(e.date, a.entree), e.etape
    FROM auteur AS a
    JOIN {work}.acte_etape AS e
      ON e.affaire_no = a.affaire_no
     AND (a.rang = 0 OR e.rang_auteur IS NULL OR e.rang_auteur = a.rang)
    WHERE a.depart IS NULL OR e.date < a.depart
    UNION ALL
    SELECT affaire_no, rang, 2, depart, 0, 0, depart, 6 FROM auteur WHERE depart IS NOT NULL
),
suite AS (
    SELECT affaire_no, rang, tour, moment, place, ordre, date, etape,
           COALESCE(LAG(etape) OVER (PARTITION BY affaire_no, rang
                                     ORDER BY tour, moment, place, ordre), 0) AS avant
    FROM pas
)
SELECT affaire_no, rang, tour, moment, place, ordre, date, avant, etape
FROM suite
WHERE avant <> etape;

CREATE TABLE {work}.passage AS
WITH dossier AS (
    SELECT l.procedure_no, p.date_enregistrement AS entree,
           GREATEST(COALESCE(MIN(CASE WHEN s.hote_no IS NULL THEN a.date_enregistrement END),
                             MIN(a.date_enregistrement)), p.date_enregistrement) AS arrivee
    FROM (SELECT DISTINCT procedure_no FROM {work}.auteur_hote) AS c
    JOIN {base}.procedure AS p ON p.procedure_no = c.procedure_no
    JOIN {base}.lien_procedure_affaire AS l ON l.procedure_no = c.procedure_no
    JOIN {base}.affaire AS a ON a.affaire_no = l.affaire_no
    LEFT JOIN (SELECT DISTINCT o.procedure_no, h.hote_no
               FROM {base}.lien_procedure_affaire AS o
               JOIN {base}.hote AS h ON h.affaire_no = o.affaire_no
               WHERE h.hote_no <> h.affaire_no) AS s
      ON s.procedure_no = l.procedure_no AND s.hote_no = l.affaire_no
    GROUP BY l.procedure_no, p.date_enregistrement
),
pas AS (
    SELECT 2 AS unite, affaire_no AS no, tour, moment, place, date, avant, etape
    FROM {work}.passage_auteur
    UNION ALL
    SELECT 3, h.procedure_no, -2, d.entree, 0, d.entree, 0, 1
    FROM {work}.auteur_hote AS h
    JOIN dossier AS d ON d.procedure_no = h.procedure_no
    UNION ALL
    SELECT 3, h.procedure_no, -1, d.arrivee, 0, d.arrivee, 1, 2
    FROM {work}.auteur_hote AS h
    JOIN dossier AS d ON d.procedure_no = h.procedure_no
    WHERE d.arrivee <= $observation
    UNION ALL
    SELECT 3, h.procedure_no, p.tour, p.moment, p.place, GREATEST(p.moment, d.arrivee), p.avant,
           p.etape
    FROM {work}.auteur_hote AS h
    JOIN dossier AS d ON d.procedure_no = h.procedure_no
    JOIN {work}.passage_auteur AS p ON p.affaire_no = h.hote_no AND p.rang = h.rang
    WHERE p.tour = 1 AND d.arrivee <= $observation
),
poids AS (
    SELECT 0 AS etape, CAST(0 AS DECIMAL(38, 0)) AS poids
    UNION ALL SELECT 1, 1
    UNION ALL SELECT 2, 1000000
    UNION ALL SELECT 6, 1000000000000
    UNION ALL SELECT 5, 1000000000000000000
    UNION ALL SELECT 4, CAST('1000000000000000000000000' AS DECIMAL(38, 0))
    UNION ALL SELECT 3, CAST('1000000000000000000000000000000' AS DECIMAL(38, 0))
),
jour AS (
    SELECT p.unite, p.no, p.tour, p.moment, p.place, MIN(p.date) AS date,
           SUM(e.poids - a.poids) AS plus
    FROM pas AS p
    JOIN poids AS e ON e.etape = p.etape
    JOIN poids AS a ON a.etape = p.avant
    GROUP BY p.unite, p.no, p.tour, p.moment, p.place
),
compte AS (
    SELECT unite, no, tour, moment, place, date, plus,
           SUM(plus) OVER (PARTITION BY unite, no ORDER BY tour, moment, place
                           ROWS UNBOUNDED PRECEDING) AS total
    FROM jour
),
etat AS (
    SELECT c.unite, c.no, c.tour, c.moment, c.place, c.date,
           CASE WHEN c.total >= p.p3 THEN 3 WHEN c.total >= p.p4 THEN 4
                WHEN c.total >= p.p5 THEN 5 WHEN c.total >= p.p6 THEN 6
                WHEN c.total >= p.p2 THEN 2 ELSE 1 END AS etape,
           CASE WHEN c.total - c.plus >= p.p3 THEN 3 WHEN c.total - c.plus >= p.p4 THEN 4
                WHEN c.total - c.plus >= p.p5 THEN 5 WHEN c.total - c.plus >= p.p6 THEN 6
                WHEN c.total - c.plus >= p.p2 THEN 2 WHEN c.total > c.plus THEN 1
                ELSE 0 END AS avant
    FROM compte AS c
    CROSS JOIN (SELECT MAX(CASE WHEN etape = 2 THEN poids END) AS p2,
                       MAX(CASE WHEN etape = 3 THEN poids END) AS p3,
                       MAX(CASE WHEN etape = 4 THEN poids END) AS p4,
                       MAX(CASE WHEN etape = 5 THEN poids END) AS p5,
                       MAX(CASE WHEN etape = 6 THEN poids END) AS p6
                FROM poids) AS p
)
SELECT unite, no, CAST(0 AS INTEGER) AS sous, tour, moment, place, 0 AS ordre, date, etape
FROM etat
WHERE avant <> etape
UNION ALL
SELECT 1, affaire_no, rang, tour, moment, place, ordre, date, etape
FROM {work}.passage_auteur
