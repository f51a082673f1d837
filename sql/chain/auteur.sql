-- The authors whose acts tell the outcome of a procedure of the field, in the affaires linked to it:
-- `auteur`; and `auteur_possible`, also those of procedures that may be in it (victime.champ).
-- Grain: procedure × affaire × rank of the author in the affaire; rang 0: the affaire as a whole,
-- where it has no author.
--
-- The persons of these affaires that are linked to the procedure's own mis en cause; if there are
-- none, all the mis en cause of these affaires. With $tous = 1, also all those of an affaire that is
-- linked to this procedure alone: an author whom only Justice knows is hers too.
CREATE TABLE {work}.auteur_possible AS
WITH champ AS (
    SELECT DISTINCT procedure_no FROM {work}.victime WHERE champ IS NOT NULL
),
lie AS (
    SELECT DISTINCT l.procedure_no, l.affaire_no, l.rang_affaire AS rang
    FROM {base}.lien_personne AS l
    JOIN champ AS c ON c.procedure_no = l.procedure_no
    JOIN {base}.proc_personne AS m
      ON m.procedure_no = l.procedure_no AND m.rang = l.rang_procedure
    WHERE m.role = 'mis_en_cause'
),
partage AS (
    SELECT affaire_no, COUNT(*) AS nb_procedures
    FROM {base}.lien_procedure_affaire
    GROUP BY affaire_no
),
entiere AS (
    SELECT l.procedure_no, l.affaire_no
    FROM {base}.lien_procedure_affaire AS l
    JOIN champ AS c ON c.procedure_no = l.procedure_no
    JOIN partage AS p ON p.affaire_no = l.affaire_no
    WHERE ($tous = 1 AND p.nb_procedures = 1)
       OR NOT EXISTS (SELECT 1 FROM lie WHERE lie.procedure_no = l.procedure_no)
)
SELECT procedure_no, affaire_no, rang FROM lie
UNION
SELECT e.procedure_no, e.affaire_no, COALESCE(m.rang, 0) AS rang
FROM entiere AS e
LEFT JOIN {base}.affaire_personne AS m
  ON m.affaire_no = e.affaire_no AND m.role = 'mis_en_cause';

CREATE TABLE {work}.auteur AS
SELECT a.procedure_no, a.affaire_no, a.rang
FROM {work}.auteur_possible AS a
WHERE a.procedure_no IN (SELECT procedure_no FROM {work}.victime WHERE champ = 1)
