-- The persons on the two sides of each link, with what tells them apart.
-- Grain: link × person; key (lien_no, rang). naissance and sexe only where complete.
CREATE TABLE {t}.cote_procedure AS
SELECT l.lien_no, p.rang, p.role, p.nature, p.csns,
       CASE WHEN p.csns_qualite = 'C' THEN 0 ELSE 1 END AS csns_sur,
       CASE WHEN p.date_naissance_min = p.date_naissance_max THEN p.date_naissance_min END
           AS naissance,
       p.date_naissance_min, p.date_naissance_max, p.sexe
FROM {t}.lien_numerote AS l
JOIN {id}.proc_personne AS p ON p.parent_idx = l.procedure_idx;

CREATE TABLE {t}.cote_affaire AS
SELECT l.lien_no, l.affaire_no, p.rang, p.role, p.nature, p.csns,
       CASE WHEN p.csns_qualite = 'C' THEN 0 ELSE 1 END AS csns_sur,
       CASE WHEN p.date_naissance_min = p.date_naissance_max THEN p.date_naissance_min END
           AS naissance,
       p.date_naissance_min, p.date_naissance_max, p.sexe
FROM {t}.lien_numerote AS l
JOIN {id}.affaire_personne AS p ON p.parent_idx = l.affaire_idx;

CREATE TABLE {t}.lien_personne (
    lien_no BIGINT, rang_procedure INTEGER, rang_affaire INTEGER, passe VARCHAR
)
