-- The offences on the two sides of each link. Of an offence of the affaire, the first state it had.
-- Grain: link × offence; key (lien_no, rang).
CREATE TABLE {t}.infraction_procedure AS
SELECT l.lien_no, i.rang, i.natinf, i.date_debut_min, i.date_debut_max
FROM {t}.lien_numerote AS l
JOIN {id}.proc_infraction AS i ON i.parent_idx = l.procedure_idx;

CREATE TABLE {t}.infraction_affaire AS
WITH sans_initiale AS (
    SELECT i.parent_idx, i.rang, MIN(CASE i.etat WHEN 'requalifiee' THEN 1 ELSE 2 END) AS choix
    FROM {id}.affaire_infraction AS i
    LEFT JOIN {id}.affaire_infraction AS d
      ON d.parent_idx = i.parent_idx AND d.rang = i.rang AND d.etat = 'initiale'
    WHERE i.etat <> 'initiale' AND d.rang IS NULL
    GROUP BY i.parent_idx, i.rang
)
SELECT l.lien_no, l.affaire_no, i.rang, i.natinf, i.date_debut_min, i.date_debut_max
FROM {t}.lien_numerote AS l
JOIN {id}.affaire_infraction AS i ON i.parent_idx = l.affaire_idx
WHERE i.etat = 'initiale'
UNION ALL
SELECT l.lien_no, l.affaire_no, i.rang, i.natinf, i.date_debut_min, i.date_debut_max
FROM {t}.lien_numerote AS l
JOIN sans_initiale AS s ON s.parent_idx = l.affaire_idx
JOIN {id}.affaire_infraction AS i
  ON i.parent_idx = s.parent_idx AND i.rang = s.rang
 AND s.choix = CASE i.etat WHEN 'requalifiee' THEN 1 WHEN 'jugement' THEN 2 END;

CREATE TABLE {t}.lien_infraction (
    lien_no BIGINT, rang_procedure INTEGER, rang_affaire INTEGER, passe VARCHAR
)
