-- The history of every procedure of the field: its dated events in their order, at the hosts where
-- its affaires really are, up to the observation date; Interior's alone while it is not matched. The
-- history of a victim is that of her procedure; that of one of her authors the rows of its affaire
-- with its rank or without any. Affaires have theirs in histoire_affaire.
-- Grain: one event of a procedure; key (procedure_no, ordre).
--   type      faits, enregistrement, transmission (Interior); arrivee, enregistrement_parquet, then the
--             types of evenement (Justice)
--   date_min, date_max   an incomplete date is an interval; ordered by its last day
--   affaire_no           the host; NULL for Interior's events
--   rang_auteur          NULL: of all authors
CREATE TABLE {base}.histoire AS
WITH hote AS (
    SELECT procedure_no, hote_no, MIN(rang) AS rang FROM {work}.auteur_hote
    GROUP BY procedure_no, hote_no
),
champ AS (
    SELECT DISTINCT procedure_no FROM {work}.victime WHERE motif IS NULL
),
fait AS (
    SELECT p.procedure_no, 1 AS place, 'faits' AS type, p.date_faits_debut_min AS date_min,
           p.date_faits_debut_max AS date_max, CAST(NULL AS BIGINT) AS affaire_no, 0 AS rang,
           CAST(NULL AS INTEGER) AS rang_auteur, CAST(NULL AS VARCHAR) AS code
    FROM {base}.procedure AS p
    JOIN champ AS c ON c.procedure_no = p.procedure_no
    UNION ALL
    SELECT p.procedure_no, 2, 'enregistrement', p.date_enregistrement, p.date_enregistrement, NULL,
           0, NULL, NULL
    FROM {base}.procedure AS p
    JOIN champ AS c ON c.procedure_no = p.procedure_no
    UNION ALL
    SELECT p.procedure_no, 3, 'transmission', p.date_transmission, p.date_transmission, NULL, 0,
           NULL, NULL
    FROM {base}.procedure AS p
    JOIN champ AS c ON c.procedure_no = p.procedure_no
    UNION ALL
    SELECT h.procedure_no, 4, 'arrivee', a.date_arrivee, a.date_arrivee, a.affaire_no, 0, NULL, NULL
    FROM hote AS h
    JOIN {base}.affaire AS a ON a.affaire_no = h.hote_no
    UNION ALL
    SELECT h.procedure_no, 5, 'enregistrement_parquet', a.date_enregistrement, a.date_enregistrement,
           a.affaire_no, 0, NULL, NULL
    FROM hote AS h
    JOIN {base}.affaire AS a ON a.affaire_no = h.hote_no
    UNION ALL
    SELECT h.procedure_no, 6, e.type, e.date, e.date, e.affaire_no, e.rang, e.rang_auteur, e.code
    FROM hote AS h
    JOIN {base}.evenement AS e
      ON e.affaire_no = h.hote_no AND (h.rang = 0 OR e.rang_auteur IS NULL)
    WHERE e.type <> 'enregistrement'
    UNION ALL
    SELECT h.procedure_no, 6, e.type, e.date, e.date, e.affaire_no, e.rang, e.rang_auteur, e.code
    FROM {work}.auteur_hote AS h
    JOIN hote AS t ON t.procedure_no = h.procedure_no AND t.hote_no = h.hote_no
    JOIN {base}.evenement AS e ON e.affaire_no = h.hote_no AND e.rang_auteur = h.rang
    WHERE t.rang > 0 AND e.type <> 'enregistrement'
)
SELECT procedure_no,
       CAST(ROW_NUMBER() OVER (
           PARTITION BY procedure_no
           ORDER BY date_max, place, affaire_no, rang, rang_auteur) AS INTEGER) AS ordre,
       type, date_min, date_max, affaire_no, rang_auteur, code
FROM fait
WHERE date_max <= $observation
ORDER BY 1, 2
