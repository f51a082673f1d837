-- The offences on the two sides of each link. Of an offence of the affaire, the state it had first.
-- Grain: link × offence; key (lien_no, rang).
CREATE TABLE {t}.infraction_procedure AS
SELECT l.lien_no, i.rang, i.natinf, i.date_debut_min, i.date_debut_max
FROM {t}.lien_numerote AS l
JOIN {id}.proc_infraction AS i ON i.parent_idx = l.procedure_idx;

CREATE TABLE {t}.infraction_affaire AS
SELECT l.lien_no, l.affaire_no, i.rang, i.natinf, i.date_debut_min, i.date_debut_max
FROM {t}.lien_numerote AS l
JOIN (
    SELECT parent_idx, rang, natinf, date_debut_min, date_debut_max,
           ROW_NUMBER() OVER (
               PARTITION BY parent_idx, rang
               ORDER BY CASE etat WHEN 'initiale' THEN 1 WHEN 'requalifiee' THEN 2 ELSE 3 END
           ) AS choix
    FROM {id}.affaire_infraction
) AS i ON i.parent_idx = l.affaire_idx AND i.choix = 1;

CREATE TABLE {t}.lien_infraction (
    lien_no BIGINT, rang_procedure INTEGER, rang_affaire INTEGER, passe VARCHAR
)
