-- The links of the three levels. probabilite is NULL: the passes by key decide without one, and to
-- write 1 would be to say that they never err.
-- Grain: procedure × affaire; person × person; offence × offence.
CREATE TABLE {pivot}.lien_procedure_affaire AS
SELECT procedure_no, affaire_no, passe, CAST(NULL AS DOUBLE) AS probabilite
FROM {t}.lien_numerote;

CREATE TABLE {pivot}.lien_personne AS
SELECT n.procedure_no, l.rang_procedure, n.affaire_no, l.rang_affaire, l.passe,
       CAST(NULL AS DOUBLE) AS probabilite
FROM {t}.lien_personne AS l
JOIN {t}.lien_numerote AS n ON n.lien_no = l.lien_no;

CREATE TABLE {pivot}.lien_infraction AS
SELECT n.procedure_no, l.rang_procedure, n.affaire_no, l.rang_affaire, l.passe,
       CAST(NULL AS DOUBLE) AS probabilite
FROM {t}.lien_infraction AS l
JOIN {t}.lien_numerote AS n ON n.lien_no = l.lien_no
