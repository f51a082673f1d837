-- The links of the three levels. probabilite is that of the joint pass; NULL where a key decided: to
-- write 1 would be to say that keys never err.
-- Grain: procedure × affaire; person × person; offence × offence.
CREATE TABLE {pivot}.lien_procedure_affaire AS
SELECT n.procedure_no, n.affaire_no, n.passe, c.probabilite
FROM {t}.lien_numerote AS n
LEFT JOIN {t}.lien_probable AS c
  ON c.procedure_idx = n.procedure_idx AND c.affaire_idx = n.affaire_idx;

CREATE TABLE {pivot}.lien_personne AS
SELECT n.procedure_no, l.rang_procedure, n.affaire_no, l.rang_affaire, l.passe, c.probabilite
FROM {t}.lien_personne AS l
JOIN {t}.lien_numerote AS n ON n.lien_no = l.lien_no
LEFT JOIN {t}.conjoint_personne_liee AS c
  ON c.lien_no = l.lien_no AND c.rang_affaire = l.rang_affaire;

CREATE TABLE {pivot}.lien_infraction AS
SELECT n.procedure_no, l.rang_procedure, n.affaire_no, l.rang_affaire, l.passe,
       CAST(NULL AS DOUBLE) AS probabilite
FROM {t}.lien_infraction AS l
JOIN {t}.lien_numerote AS n ON n.lien_no = l.lien_no
