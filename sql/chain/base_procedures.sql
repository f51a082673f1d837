-- Interior side of the pseudonymised base: content joined to the pivot by idx, without idx.
-- Grain: procedure (procedure_no); person in a procedure (procedure_no, rang); offence in a
-- procedure (procedure_no, rang). Quasi-identifiers are reduced on the way in: nationality to its
-- group, profession to its first digit.
CREATE TABLE {base}.procedure AS
SELECT p.procedure_no, p.procedure_id, p.unite_id, c.force, c.annee, c.date_enregistrement,
       c.date_faits_debut_min, c.date_faits_debut_max, c.date_faits_fin_min, c.date_faits_fin_max,
       p.departement_faits, p.densite_faits, p.densite_detail_faits, c.date_transmission, c.juridiction_destinataire,
       c.nb_mis_en_cause, c.nb_victimes
FROM {pivot}.procedure AS p
JOIN {content}.procedure AS c ON c.idx = p.idx
ORDER BY p.procedure_no;

CREATE TABLE {base}.proc_personne AS
SELECT p.procedure_no, p.rang, p.personne_id, p.identite_id, p.identite_source, c.role,
       c.nature, c.sexe, p.age_faits,
       p.age_faits_min, p.age_faits_max,
       p.departement_residence, n.groupe AS nationalite_groupe,
       SUBSTRING(c.profession, 1, 1) AS pcs1, c.situation_famille, c.nb_enfants,
       c.nb_freres_soeurs, c.rang_fratrie, c.lien_auteur
FROM {pivot}.proc_personne AS p
JOIN {content}.proc_personne AS c ON c.idx = p.idx
LEFT JOIN (SELECT code, MIN(groupe) AS groupe FROM {work}.pays GROUP BY code) AS n
  ON n.code = c.nationalite
ORDER BY p.procedure_no, p.rang;

CREATE TABLE {base}.proc_infraction AS
SELECT p.procedure_no, p.rang, c.natinf, c.tentative, c.rangs_victimes, c.rangs_mis_en_cause
FROM {pivot}.proc_infraction AS p
JOIN {content}.proc_infraction AS c ON c.idx = p.idx
ORDER BY p.procedure_no, p.rang;
