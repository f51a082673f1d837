-- The Justice side of the pivot: from idx to number and pseudonyms, and the age at the facts. No
-- identifier in clear.
-- Grain: affaire (idx); its rows (idx). The first day of the facts is that of the earliest offence;
-- age_faits as on the Interior side.
CREATE TABLE {pivot}.affaire AS
SELECT no AS affaire_no, idx, pseudonyme AS affaire_id
FROM {t}.numero_affaire;

CREATE TABLE {t}.faits_affaire AS
SELECT n.idx, n.no,
       EXTRACT(YEAR FROM f.debut_min) * 10000 + EXTRACT(MONTH FROM f.debut_min) * 100
       + EXTRACT(DAY FROM f.debut_min) AS faits_min,
       EXTRACT(YEAR FROM f.debut_max) * 10000 + EXTRACT(MONTH FROM f.debut_max) * 100
       + EXTRACT(DAY FROM f.debut_max) AS faits_max
FROM {t}.numero_affaire AS n
LEFT JOIN (
    SELECT parent_idx, MIN(date_debut_min) AS debut_min, MIN(date_debut_max) AS debut_max
    FROM {id}.affaire_infraction
    GROUP BY parent_idx
) AS f ON f.parent_idx = n.idx;

CREATE TABLE {pivot}.affaire_personne AS
SELECT v.idx, v.affaire_no, v.rang, v.personne_id,
       CASE WHEN v.age_min = v.age_max AND v.age_min >= 0 THEN v.age_min END AS age_faits,
       CASE WHEN v.age_max >= 0 THEN GREATEST(v.age_min, 0) END AS age_faits_min,
       CASE WHEN v.age_max >= 0 THEN v.age_max END AS age_faits_max
FROM (
    SELECT i.idx, n.no AS affaire_no, i.rang, x.pseudonyme AS personne_id,
           CAST(FLOOR((n.faits_min - i.ne_max) / 10000.0) AS INTEGER) AS age_min,
           CAST(FLOOR((n.faits_max - i.ne_min) / 10000.0) AS INTEGER) AS age_max
    FROM (SELECT idx, parent_idx, rang, csns,
                 EXTRACT(YEAR FROM date_naissance_min) * 10000
                 + EXTRACT(MONTH FROM date_naissance_min) * 100
                 + EXTRACT(DAY FROM date_naissance_min) AS ne_min,
                 EXTRACT(YEAR FROM date_naissance_max) * 10000
                 + EXTRACT(MONTH FROM date_naissance_max) * 100
                 + EXTRACT(DAY FROM date_naissance_max) AS ne_max
          FROM {id}.affaire_personne) AS i
    JOIN {t}.faits_affaire AS n ON n.idx = i.parent_idx
    LEFT JOIN {t}.personne_id AS x ON x.csns = i.csns
) AS v;

CREATE TABLE {pivot}.affaire_infraction AS
SELECT i.idx, n.no AS affaire_no
FROM {id}.affaire_infraction AS i
JOIN {t}.numero_affaire AS n ON n.idx = i.parent_idx;

CREATE TABLE {pivot}.evenement AS
SELECT i.idx, n.no AS affaire_no
FROM {id}.evenement AS i
JOIN {t}.numero_affaire AS n ON n.idx = i.parent_idx;

CREATE TABLE {pivot}.affaire_parquet AS
SELECT i.idx, n.no AS affaire_no
FROM {id}.affaire_parquet AS i
JOIN {t}.numero_affaire AS n ON n.idx = i.parent_idx;

CREATE TABLE {pivot}.correspondance AS
SELECT i.idx, n.no AS affaire_no
FROM {id}.correspondance AS i
JOIN {t}.numero_affaire AS n ON n.idx = i.parent_idx;

CREATE TABLE {pivot}.lien_affaire AS
SELECT i.idx, n.no AS affaire_no, c.no AS affaire_cible_no
FROM {id}.lien_affaire AS i
JOIN {t}.numero_affaire AS n ON n.idx = i.parent_idx
LEFT JOIN {t}.numero_affaire AS c ON c.idx = i.cible_idx
