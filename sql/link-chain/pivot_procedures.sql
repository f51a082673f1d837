-- The Interior side of the pivot: from idx to number and pseudonyms, and what is derived from the
-- identifiers (age, départements, density). No identifier in clear.
-- Grain: procedure (idx); person in a procedure (procedure_no, rang); offence (procedure_no, rang).
--
-- personne_id: the pseudonym of the CSNS as delivered; identite_id: that of who she is
-- (identite.sql), NULL: not known.
-- age_faits: whole years between birth and the first day of the facts, only where every day that
-- the two incomplete dates may be gives the same age; NULL when birth would be after the facts.
-- age_faits_min, age_faits_max: the least and the greatest of these ages, NULL without a birth.
-- With days written as the number yyyymmdd, the age is the whole ten thousands of the difference;
-- someone born on 29 February is a year older on 1 March of common years.
CREATE TABLE {pivot}.procedure AS
SELECT n.no AS procedure_no, n.idx, n.pseudonyme AS procedure_id, u.pseudonyme AS unite_id,
       c.departement AS departement_faits, c.densite AS densite_faits,
       c.densite_detail AS densite_detail_faits
FROM {t}.numero_procedure AS n
JOIN {id}.procedure AS p ON p.idx = n.idx
LEFT JOIN {t}.unite AS e ON e.force = p.force AND e.code_unite = p.code_unite
LEFT JOIN {t}.pseudonyme_unite AS u ON u.idx = e.no
LEFT JOIN {t}.commune AS c ON c.code = p.commune_faits;

CREATE TABLE {t}.faits_procedure AS
SELECT p.idx, n.no,
       EXTRACT(YEAR FROM p.date_faits_debut_min) * 10000
       + EXTRACT(MONTH FROM p.date_faits_debut_min) * 100
       + EXTRACT(DAY FROM p.date_faits_debut_min) AS faits_min,
       EXTRACT(YEAR FROM p.date_faits_debut_max) * 10000
       + EXTRACT(MONTH FROM p.date_faits_debut_max) * 100
       + EXTRACT(DAY FROM p.date_faits_debut_max) AS faits_max
FROM {id}.procedure AS p
JOIN {t}.numero_procedure AS n ON n.idx = p.idx;

CREATE TABLE {pivot}.proc_personne AS
SELECT v.idx, v.procedure_no, v.rang, v.personne_id, v.identite_id, v.identite_source,
       CASE WHEN v.age_min = v.age_max AND v.age_min >= 0 THEN v.age_min END AS age_faits,
       CASE WHEN v.age_max >= 0 THEN GREATEST(v.age_min, 0) END AS age_faits_min,
       CASE WHEN v.age_max >= 0 THEN v.age_max END AS age_faits_max,
       v.departement_residence
FROM (
    SELECT i.idx, n.no AS procedure_no, i.rang, x.pseudonyme AS personne_id,
           y.pseudonyme AS identite_id, w.source AS identite_source,
           CAST(FLOOR((n.faits_min - i.ne_max) / 10000.0) AS INTEGER) AS age_min,
           CAST(FLOOR((n.faits_max - i.ne_min) / 10000.0) AS INTEGER) AS age_max,
           c.departement AS departement_residence
    FROM (SELECT idx, parent_idx, rang, csns, commune_residence,
                 EXTRACT(YEAR FROM date_naissance_min) * 10000
                 + EXTRACT(MONTH FROM date_naissance_min) * 100
                 + EXTRACT(DAY FROM date_naissance_min) AS ne_min,
                 EXTRACT(YEAR FROM date_naissance_max) * 10000
                 + EXTRACT(MONTH FROM date_naissance_max) * 100
                 + EXTRACT(DAY FROM date_naissance_max) AS ne_max
          FROM {id}.proc_personne) AS i
    JOIN {t}.faits_procedure AS n ON n.idx = i.parent_idx
    LEFT JOIN {t}.personne_id AS x ON x.csns = i.csns
    LEFT JOIN {t}.identite AS w ON w.idx = i.idx
    LEFT JOIN {t}.personne_id AS y ON y.csns = w.csns
    LEFT JOIN {t}.commune AS c ON c.code = i.commune_residence
) AS v;

CREATE TABLE {pivot}.proc_infraction AS
SELECT i.idx, n.no AS procedure_no, i.rang
FROM {id}.proc_infraction AS i
JOIN {t}.numero_procedure AS n ON n.idx = i.parent_idx
