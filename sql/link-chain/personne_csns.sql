-- Persons of a link with the same CSNS and role. Duplicates on one side are the same person: those
-- of the affaire all go to the first one of the procedure.
-- Grain: link × person of the affaire.
CREATE TABLE {t}.lien_personne AS
SELECT l.lien_no, MIN(p.rang) AS rang_procedure, a.rang AS rang_affaire, 'csns' AS passe
FROM {t}.lien_numerote AS l
JOIN {id}.proc_personne AS p ON p.parent_idx = l.procedure_idx
JOIN {id}.affaire_personne AS a
  ON a.parent_idx = l.affaire_idx AND a.csns = p.csns AND a.role = p.role
GROUP BY l.lien_no, a.rang
