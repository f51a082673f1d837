-- The persons of the affaires that no CSNS matched, and those of the procedures they may be.
-- Grain: link × person; key (lien_no, rang).
--   csns    only where it is sure (not of quality C): two sure ones that differ are two persons
--   pris    1: matched already (a duplicate of the affaire may still go to her)
CREATE TABLE {t}.reste_affaire AS
SELECT l.lien_no, l.affaire_no, a.rang, a.role, a.nature, a.sexe, a.date_naissance_min AS debut,
       a.date_naissance_max AS fin,
       CASE WHEN a.csns_qualite = 'C' THEN NULL ELSE a.csns END AS csns
FROM {t}.lien_numerote AS l
JOIN {id}.affaire_personne AS a ON a.parent_idx = l.affaire_idx
LEFT JOIN {t}.lien_personne AS m ON m.lien_no = l.lien_no AND m.rang_affaire = a.rang
WHERE m.lien_no IS NULL;

CREATE TABLE {t}.lien_reste AS
SELECT DISTINCT lien_no FROM {t}.reste_affaire;

CREATE TABLE {t}.reste_procedure AS
SELECT l.lien_no, p.rang, p.role, p.nature, p.sexe, p.date_naissance_min AS debut,
       p.date_naissance_max AS fin,
       CASE WHEN p.csns_qualite = 'C' THEN NULL ELSE p.csns END AS csns,
       CASE WHEN m.lien_no IS NULL THEN 0 ELSE 1 END AS pris
FROM {t}.lien_numerote AS l
JOIN {t}.lien_reste AS r ON r.lien_no = l.lien_no
JOIN {id}.proc_personne AS p ON p.parent_idx = l.procedure_idx
LEFT JOIN (SELECT DISTINCT d.lien_no, d.rang_procedure
           FROM {t}.lien_personne AS d
           JOIN {t}.lien_reste AS e ON e.lien_no = d.lien_no) AS m
  ON m.lien_no = l.lien_no AND m.rang_procedure = p.rang
