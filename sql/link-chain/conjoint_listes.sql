-- The persons of the procedures and affaires of the joint pass's pairs.
-- Grain: one person; key (no of her procedure or affaire, idx). groupe and pris: see conjoint_restes.
CREATE TABLE {t}.conjoint_liste_procedure AS
SELECT v.no, p.idx, CAST(0 AS BIGINT) AS groupe, CAST(0 AS BIGINT) AS pris
FROM (SELECT DISTINCT procedure_no AS no, procedure_idx AS idx FROM {t}.conjoint_candidat) AS v
JOIN {id}.proc_personne AS p ON p.parent_idx = v.idx;

CREATE TABLE {t}.conjoint_liste_affaire AS
SELECT v.no, p.idx, CAST(0 AS BIGINT) AS groupe, CAST(0 AS BIGINT) AS pris
FROM (SELECT DISTINCT affaire_no AS no, affaire_idx AS idx FROM {t}.conjoint_candidat) AS v
JOIN {id}.affaire_personne AS p ON p.parent_idx = v.idx
