-- The links of the joint pass, and their probability under the rows' own idx.
-- Grain: procedure × affaire.
CREATE TABLE {t}.lien_probable AS
SELECT c.procedure_idx, c.affaire_idx, l.probabilite
FROM {t}.conjoint_lien AS l
JOIN {t}.conjoint_candidat AS c
  ON c.procedure_no = l.procedure_no AND c.affaire_no = l.affaire_no;

INSERT INTO {t}.lien
SELECT procedure_idx, affaire_idx, 5 FROM {t}.lien_probable
