-- The history of every affaire of the field (linked to a procedure of it, or host of one that is): its
-- own events in their order, up to the observation date, and where parts of it went. The history of
-- an author of an affaire is its rows with her rank or without any.
-- Grain: one event of an affaire; key (affaire_no, ordre).
--   type             arrivee, enregistrement_parquet, the types of evenement, and ties of this affaire
--                    to another: jonction, disjonction, transmission
--   autre_affaire_no of a tie: the other affaire; NULL outside the extract
--   rang_auteur      NULL: of all authors
-- A tie without a date, in force all the same, comes first, with date NULL.
CREATE TABLE {base}.histoire_affaire AS
WITH fait AS (
    SELECT s.affaire_no, 1 AS place, 'arrivee' AS type, a.date_arrivee AS date, 0 AS rang,
           CAST(NULL AS INTEGER) AS rang_auteur, CAST(NULL AS VARCHAR) AS code,
           CAST(NULL AS BIGINT) AS autre_affaire_no
    FROM {work}.affaire_suivie AS s
    JOIN {base}.affaire AS a ON a.affaire_no = s.affaire_no
    WHERE a.date_arrivee <= $observation
    UNION ALL
    SELECT affaire_no, 2, 'enregistrement_parquet', entree, 0, NULL, NULL, NULL
    FROM {work}.affaire_suivie
    UNION ALL
    SELECT s.affaire_no, 3, e.type, e.date, e.rang, e.rang_auteur, e.code, NULL
    FROM {work}.affaire_suivie AS s
    JOIN {base}.evenement AS e ON e.affaire_no = s.affaire_no
    WHERE e.type <> 'enregistrement' AND e.date <= $observation
    UNION ALL
    SELECT s.affaire_no, 4, l.type, l.date, 0, NULL, NULL, l.affaire_cible_no
    FROM {work}.affaire_suivie AS s
    JOIN {base}.lien_affaire AS l ON l.affaire_no = s.affaire_no
    WHERE l.date IS NULL OR l.date <= $observation
)
SELECT affaire_no,
       CAST(ROW_NUMBER() OVER (
           PARTITION BY affaire_no
           ORDER BY COALESCE(date, DATE '0001-01-01'), place, rang, type, autre_affaire_no)
           AS INTEGER) AS ordre,
       type, date, rang_auteur, code, autre_affaire_no
FROM fait
ORDER BY 1, 2
