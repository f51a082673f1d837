-- The acts that move an author from stage to stage, up to the observation date, classed by the
-- nomenclature of events.
-- Grain: one act of base.evenement; key (affaire_no, rang).
--   issue, mode       of an orientation, or of a transmission to instruction (which needs no code)
--   decision_ordre    of an act that ends a prosecution: its place in the study's order, or 1000
--                     for a decision whose code is not known: it ends the prosecution all the same
-- An ordonnance or an appeal moves an author whatever its code.
CREATE TABLE {work}.acte AS
SELECT e.affaire_no, e.rang, e.rang_auteur, e.type, e.date,
       CASE WHEN e.type = 'transmission_instruction' THEN 'poursuites' ELSE c.issue END AS issue,
       CASE WHEN e.type = 'transmission_instruction' THEN 'INST' ELSE c.mode END AS mode,
       CASE WHEN e.type = 'decision' THEN COALESCE(c.decision_ordre, 1000)
            ELSE c.decision_ordre END AS decision_ordre
FROM {base}.evenement AS e
LEFT JOIN {work}.code_acte AS c
  ON c.type = CASE WHEN e.type = 'reorientation' THEN 'orientation' ELSE e.type END
 AND c.code = e.code
 AND e.date BETWEEN c.debut AND c.fin
WHERE e.date <= $observation
  AND (e.type IN ('transmission_instruction', 'ordonnance_reglement', 'decision', 'appel')
       OR c.code IS NOT NULL)
