-- The authors whose acts tell the outcome of a procedure of the field, in the affaires linked to it.
-- Grain: procedure × affaire × rank of the author in the affaire; rang 0: the affaire as a whole,
-- where it has no author.
--
-- If some of the procedure's own mis en cause are linked to persons of these affaires, those
-- persons; else all mis en cause of these affaires.
CREATE TABLE {work}.auteur AS
WITH champ AS (
    SELECT DISTINCT procedure_no FROM {work}.victime WHERE motif IS NULL
),
lie AS (
    SELECT DISTINCT l.procedure_no, l.affaire_no, l.rang_affaire AS rang
    FROM {base}.lien_personne AS l
    JOIN champ AS c ON c.procedure_no = l.procedure_no
    JOIN {base}.proc_personne AS m
      ON m.procedure_no = l.procedure_no AND m.rang = l.rang_procedure
    WHERE m.role = 'mis_en_cause'
),
sans_lien AS (
    SELECT l.procedure_no, l.affaire_no
    FROM {base}.lien_procedure_affaire AS l
    JOIN champ AS c ON c.procedure_no = l.procedure_no
    WHERE NOT EXISTS (SELECT 1 FROM lie WHERE lie.procedure_no = l.procedure_no)
)
SELECT procedure_no, affaire_no, rang FROM lie
UNION ALL
SELECT s.procedure_no, s.affaire_no, COALESCE(m.rang, 0) AS rang
FROM sans_lien AS s
LEFT JOIN {base}.affaire_personne AS m
  ON m.affaire_no = s.affaire_no AND m.role = 'mis_en_cause'
