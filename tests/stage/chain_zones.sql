-- The hand-worked case as ingest and link-chain would leave it; the order of rows and idx are the
-- caller's ($sens = 1: as written; -1: backwards).
CREATE TABLE {content}.procedure AS SELECT $sens * idx AS idx, force, 2021 AS annee, date_enregistrement,
  CAST(NULL AS DATE) AS date_faits_debut_min, CAST(NULL AS DATE) AS date_faits_debut_max,
  CAST(NULL AS DATE) AS date_faits_fin_min, CAST(NULL AS DATE) AS date_faits_fin_max,
  CAST(NULL AS DATE) AS date_transmission, juridiction_destinataire, 1 AS nb_mis_en_cause, 1 AS nb_victimes
  FROM {work}.procedure ORDER BY $sens * idx;
CREATE TABLE {pivot}.procedure AS SELECT CAST(procedure_no AS BIGINT) AS procedure_no, $sens * idx AS idx,
  CONCAT('p', CAST(procedure_no AS VARCHAR)) AS procedure_id, 'u' AS unite_id, '75' AS departement_faits, 'intermediaire' AS densite_faits, 'D7_2' AS densite_detail_faits
  FROM {work}.procedure ORDER BY $sens * idx DESC;
CREATE TABLE {content}.proc_personne AS SELECT $sens * idx AS idx, rang, role, nature, sexe,
  '99100' AS nationalite, '42' AS profession, 'M' AS situation_famille, 1 AS nb_enfants,
  1 AS nb_freres_soeurs, 1 AS rang_fratrie, lien_auteur FROM {work}.proc_personne ORDER BY $sens * idx;
CREATE TABLE {pivot}.proc_personne AS SELECT $sens * idx AS idx, CAST(procedure_no AS BIGINT) AS procedure_no,
  rang, k.personne_id, i.personne_id AS identite_id, i.source AS identite_source, age_faits, age_faits AS age_faits_min,
  age_faits AS age_faits_max, '75' AS departement_residence
  FROM {work}.proc_personne LEFT JOIN {work}.personne_connue AS k USING (procedure_no, rang)
  LEFT JOIN {work}.identite AS i USING (procedure_no, rang)
  ORDER BY $sens * idx DESC;
CREATE TABLE {content}.proc_infraction AS SELECT $sens * idx AS idx, rang, natinf, 0 AS tentative,
  rangs_victimes, CAST(NULL AS VARCHAR) AS rangs_mis_en_cause FROM {work}.proc_infraction ORDER BY $sens * idx;
CREATE TABLE {pivot}.proc_infraction AS SELECT $sens * idx AS idx, CAST(procedure_no AS BIGINT) AS procedure_no,
  rang FROM {work}.proc_infraction;
CREATE TABLE {content}.affaire AS SELECT $sens * idx AS idx, 'A1' AS nataff, DATE '2021-02-02' AS date_arrivee,
  DATE '2021-02-03' AS date_enregistrement, 'PN' AS origine, 'tj75056' AS juridiction, petit_x,
  1 AS nb_mis_en_cause, 1 AS nb_victimes FROM {work}.affaire ORDER BY $sens * idx;
CREATE TABLE {pivot}.affaire AS SELECT CAST(affaire_no AS BIGINT) AS affaire_no, $sens * idx AS idx,
  CONCAT('a', CAST(affaire_no AS VARCHAR)) AS affaire_id FROM {work}.affaire;
CREATE TABLE {content}.affaire_personne AS SELECT $sens * idx AS idx, rang, role, 'physique' AS nature,
  'M' AS sexe, '99999' AS nationalite, CAST(NULL AS VARCHAR) AS profession, 'M' AS situation_famille,
  1 AS nb_enfants, 1 AS nb_freres_soeurs, 1 AS rang_fratrie, CAST(NULL AS VARCHAR) AS lien_auteur
  FROM {work}.affaire_personne ORDER BY $sens * idx;
CREATE TABLE {pivot}.affaire_personne AS SELECT $sens * idx AS idx, CAST(affaire_no AS BIGINT) AS affaire_no,
  rang, personne_id, a.age AS age_faits, a.age AS age_faits_min, a.age AS age_faits_max
  FROM (SELECT *, CASE WHEN affaire_no = 120 AND rang = 9 THEN 14 ELSE 30 END AS age
        FROM {work}.affaire_personne) AS a;
CREATE TABLE {content}.affaire_infraction AS SELECT $sens * idx AS idx, rang, etat, natinf, 'delit' AS classe,
  CAST(NULL AS VARCHAR) AS rangs_auteurs FROM {work}.affaire_infraction ORDER BY $sens * idx;
CREATE TABLE {pivot}.affaire_infraction AS SELECT $sens * idx AS idx, CAST(affaire_no AS BIGINT) AS affaire_no
  FROM {work}.affaire_infraction;
CREATE TABLE {content}.evenement AS SELECT $sens * idx AS idx, rang, rang_auteur, type, date, code,
  CAST(NULL AS VARCHAR) AS natinf, CAST(NULL AS VARCHAR) AS peine FROM {work}.evenement ORDER BY $sens * idx;
CREATE TABLE {pivot}.evenement AS SELECT $sens * idx AS idx, CAST(affaire_no AS BIGINT) AS affaire_no
  FROM {work}.evenement;
CREATE TABLE {content}.lien_affaire AS SELECT $sens * idx AS idx, type, date, 'tj75056' AS juridiction,
  'tj75056' AS juridiction_cible FROM {work}.lien_affaire ORDER BY $sens * idx;
CREATE TABLE {pivot}.lien_affaire AS SELECT $sens * idx AS idx, CAST(affaire_no AS BIGINT) AS affaire_no,
  CAST(affaire_cible_no AS BIGINT) AS affaire_cible_no FROM {work}.lien_affaire;
CREATE TABLE {pivot}.lien_procedure_affaire AS SELECT CAST(procedure_no AS BIGINT) AS procedure_no,
  CAST(affaire_no AS BIGINT) AS affaire_no, passe, probabilite FROM {work}.lien_procedure_affaire;
CREATE TABLE {pivot}.lien_personne AS SELECT CAST(procedure_no AS BIGINT) AS procedure_no, rang_procedure,
  CAST(affaire_no AS BIGINT) AS affaire_no, rang_affaire, passe, probabilite FROM {work}.lien_personne;
CREATE TABLE {pivot}.lien_infraction AS SELECT CAST(procedure_no AS BIGINT) AS procedure_no, rang_procedure,
  CAST(affaire_no AS BIGINT) AS affaire_no, rang_affaire, passe, CAST(NULL AS DOUBLE) AS probabilite
  FROM {work}.lien_infraction;
CREATE TABLE {pivot}.non_lie AS SELECT cote, CAST(no AS BIGINT) AS no, motif FROM {work}.non_lie;
