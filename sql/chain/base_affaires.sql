-- Justice side of the pseudonymised base: content joined to the pivot by idx, without idx.
-- Grain: affaire (affaire_no); person in an affaire (affaire_no, rang); offence in an affaire, in
-- one state (affaire_no, rang, etat); act (affaire_no, rang); tie (affaire_no, affaire_cible_no,
-- type; the target is NULL outside the extract).
CREATE TABLE {base}.affaire AS
SELECT p.affaire_no, p.affaire_id, c.nataff, c.date_arrivee, c.date_enregistrement, c.origine,
       c.juridiction, c.petit_x, c.nb_mis_en_cause, c.nb_victimes
FROM {pivot}.affaire AS p
JOIN {content}.affaire AS c ON c.idx = p.idx
ORDER BY p.affaire_no;

CREATE TABLE {base}.affaire_personne AS
SELECT p.affaire_no, p.rang, p.personne_id, c.role, c.nature, c.sexe, p.age_faits,
       p.age_faits_min, p.age_faits_max,
       n.groupe AS nationalite_groupe, SUBSTRING(c.profession, 1, 1) AS pcs1,
       c.situation_famille, c.nb_enfants, c.nb_freres_soeurs, c.rang_fratrie, c.lien_auteur
FROM {pivot}.affaire_personne AS p
JOIN {content}.affaire_personne AS c ON c.idx = p.idx
LEFT JOIN (SELECT code, MIN(groupe) AS groupe FROM {work}.pays GROUP BY code) AS n
  ON n.code = c.nationalite
ORDER BY p.affaire_no, p.rang;

CREATE TABLE {base}.affaire_infraction AS
SELECT p.affaire_no, c.rang, c.etat, c.natinf, c.classe, c.rangs_auteurs
FROM {pivot}.affaire_infraction AS p
JOIN {content}.affaire_infraction AS c ON c.idx = p.idx
ORDER BY p.affaire_no, c.rang, c.etat;

CREATE TABLE {base}.evenement AS
SELECT p.affaire_no, c.rang, c.rang_auteur, c.type, c.date, c.code, c.natinf, c.peine
FROM {pivot}.evenement AS p
JOIN {content}.evenement AS c ON c.idx = p.idx
ORDER BY p.affaire_no, c.rang;

CREATE TABLE {base}.lien_affaire AS
SELECT p.affaire_no, p.affaire_cible_no, c.type, c.date, c.juridiction, c.juridiction_cible
FROM {pivot}.lien_affaire AS p
JOIN {content}.lien_affaire AS c ON c.idx = p.idx
ORDER BY p.affaire_no, p.affaire_cible_no, c.type;
