-- The outcome of the victims of a procedure, from its authors, by the study's priority rule.
-- Grain: one linked procedure of the field; key procedure_no.
--
-- The issue of highest priority among the authors wins, and only its authors tell mode, dates and
-- decision: the mode of the earliest oriented (then the study's order of modes), the earliest
-- orientation, the decision first in the study's order. The chain ends with the last of them to end
-- ($toutes = 1), or with the first ($toutes = 0).
CREATE TABLE {work}.issue_procedure AS
WITH etat AS (
    SELECT a.procedure_no, i.ordre AS issue_ordre, m.ordre AS mode_ordre,
           e.date_premiere_orientation, e.date_orientation, e.date_fin, e.decision_ordre,
           CASE WHEN e.issue = 'en_cours' THEN NULL ELSE e.issue END AS orientee,
           ROW_NUMBER() OVER (
               PARTITION BY a.procedure_no
               ORDER BY i.ordre, COALESCE(e.date_orientation, DATE '9999-12-31'),
                        COALESCE(m.ordre, 1000)) AS place,
           MIN(i.ordre) OVER (PARTITION BY a.procedure_no) AS premiere
    FROM {work}.auteur_hote_possible AS a
    JOIN {work}.etat_auteur AS e ON e.hote_no = a.hote_no AND e.rang = a.rang
    JOIN {work}.issue AS i ON i.code = e.issue
    LEFT JOIN {work}.mode AS m ON m.code = e.mode
)
SELECT procedure_no,
       COUNT(*) AS nb_auteurs,
       COUNT(DISTINCT orientee) AS nb_issues,
       MIN(issue_ordre) AS issue_ordre,
       MIN(CASE WHEN place = 1 THEN mode_ordre END) AS mode_ordre,
       MIN(CASE WHEN issue_ordre = premiere THEN date_premiere_orientation END)
           AS date_premiere_orientation,
       MIN(CASE WHEN issue_ordre = premiere THEN date_orientation END) AS date_orientation,
       CASE WHEN $toutes = 0 OR COUNT(CASE WHEN issue_ordre = premiere THEN date_fin END)
                              = COUNT(CASE WHEN issue_ordre = premiere THEN 1 END)
            THEN CASE WHEN $toutes = 0
                      THEN MIN(CASE WHEN issue_ordre = premiere THEN date_fin END)
                      ELSE MAX(CASE WHEN issue_ordre = premiere THEN date_fin END) END
       END AS date_issue,
       MIN(CASE WHEN issue_ordre = premiere THEN decision_ordre END) AS decision_ordre
FROM etat
GROUP BY procedure_no
