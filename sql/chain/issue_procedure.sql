-- The outcome of the victims of a procedure, from its authors, by the study's priority rule.
-- Grain: one linked procedure of the field; key procedure_no.
--
-- The issue of highest priority among the authors wins, and only its authors tell mode, dates and
-- decision: the mode and the decision first in the study's order, the earliest orientation. The
-- chain ends with the last of them to end ($toutes = 1), or with the first ($toutes = 0).
CREATE TABLE {work}.issue_procedure AS
WITH etat AS (
    SELECT a.procedure_no, a.hote_no, i.ordre AS issue_ordre, m.ordre AS mode_ordre,
           e.date_premiere_orientation, e.date_orientation, e.date_fin, e.decision_ordre
    FROM {work}.auteur_hote AS a
    JOIN {work}.etat_auteur AS e ON e.hote_no = a.hote_no AND e.rang = a.rang
    JOIN {work}.issue AS i ON i.code = e.issue
    LEFT JOIN {work}.mode AS m ON m.code = e.mode
),
priorite AS (
    SELECT procedure_no, MIN(issue_ordre) AS issue_ordre, COUNT(*) AS nb_auteurs,
           COUNT(DISTINCT issue_ordre) AS nb_issues
    FROM etat
    GROUP BY procedure_no
)
SELECT e.procedure_no, e.issue_ordre, p.nb_auteurs, p.nb_issues,
       MIN(e.mode_ordre) AS mode_ordre,
       MIN(e.date_premiere_orientation) AS date_premiere_orientation,
       MIN(e.date_orientation) AS date_orientation,
       CASE WHEN $toutes = 0 THEN MIN(e.date_fin)
            WHEN COUNT(e.date_fin) = COUNT(*) THEN MAX(e.date_fin) END AS date_issue,
       MIN(e.decision_ordre) AS decision_ordre
FROM etat AS e
JOIN priorite AS p ON p.procedure_no = e.procedure_no AND p.issue_ordre = e.issue_ordre
GROUP BY e.procedure_no, e.issue_ordre, p.nb_auteurs, p.nb_issues
