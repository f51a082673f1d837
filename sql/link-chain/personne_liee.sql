-- Persons of the procedures in each link, for the counts. Grain: link × person of the procedure.
CREATE TABLE {t}.personne_liee AS
SELECT l.lien_no, p.rang
FROM {t}.lien_numerote AS l
JOIN {id}.proc_personne AS p ON p.parent_idx = l.procedure_idx
