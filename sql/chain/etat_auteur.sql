-- Where each author stands at the observation date.
-- Grain: host × rank of the author (0: the host as a whole); key (hote_no, rang).
--
-- An act without a rank concerns every author; where no author is known, every act counts. The
-- latest orientation replaces the former ones. A prosecution ends with the first decision (or
-- non-lieu) from the day of that orientation on; another orientation ends the chain by itself. A
-- decision without any orientation is a prosecution whose mode is not known.
CREATE TABLE {work}.etat_auteur AS
WITH auteur AS (
    SELECT DISTINCT hote_no, rang FROM {work}.auteur_hote_possible
),
acte AS (
    SELECT a.hote_no, a.rang, e.rang AS ordre, e.date, e.issue, e.mode, e.decision_ordre
    FROM auteur AS a
    JOIN {work}.acte AS e
      ON e.affaire_no = a.hote_no
     AND (a.rang = 0 OR e.rang_auteur IS NULL OR e.rang_auteur = a.rang)
),
orientation AS (
    SELECT hote_no, rang, date, issue, mode,
           MIN(date) OVER (PARTITION BY hote_no, rang) AS premiere,
           ROW_NUMBER() OVER (PARTITION BY hote_no, rang ORDER BY date DESC, ordre DESC) AS recence
    FROM acte
    WHERE issue IS NOT NULL
),
derniere AS (
    SELECT hote_no, rang, date, issue, mode, premiere FROM orientation WHERE recence = 1
),
fin AS (
    SELECT d.hote_no, d.rang, d.date, d.decision_ordre,
           ROW_NUMBER() OVER (PARTITION BY d.hote_no, d.rang ORDER BY d.date, d.ordre) AS place
    FROM acte AS d
    LEFT JOIN derniere AS o ON o.hote_no = d.hote_no AND o.rang = d.rang
    WHERE d.decision_ordre IS NOT NULL
      AND (o.date IS NULL OR (o.issue = 'poursuites' AND d.date >= o.date))
)
SELECT a.hote_no, a.rang,
       CASE WHEN o.issue IS NOT NULL THEN o.issue
            WHEN f.date IS NOT NULL THEN 'poursuites'
            ELSE 'en_cours' END AS issue,
       o.mode,
       o.premiere AS date_premiere_orientation,
       o.date AS date_orientation,
       CASE WHEN o.issue IS NULL OR o.issue = 'poursuites' THEN f.date ELSE o.date END AS date_fin,
       f.decision_ordre
FROM auteur AS a
LEFT JOIN derniere AS o ON o.hote_no = a.hote_no AND o.rang = a.rang
LEFT JOIN fin AS f ON f.hote_no = a.hote_no AND f.rang = a.rang AND f.place = 1
