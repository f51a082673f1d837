-- Persons inside links that keys left unmatched at Justice, and those of the same links at Interior.
-- Grain: link × person; key (no of the link, idx).
--   groupe  the affaire
--   pris    Interior: 1 matched already (a second row of the affaire may still be her). Justice: 1
--           matched inside another link of the affaire (the same author may be the one of each; a
--           victim is not: she is left out)
CREATE TABLE {t}.conjoint_reste_procedure AS
SELECT l.lien_no AS no, p.idx, l.affaire_no AS groupe,
       CAST(CASE WHEN m.lien_no IS NULL THEN 0 ELSE 1 END AS BIGINT) AS pris
FROM {t}.lien_numerote AS l
JOIN (SELECT DISTINCT a.lien_no
      FROM {t}.reste_affaire AS a
      LEFT JOIN {t}.lien_personne AS d ON d.lien_no = a.lien_no AND d.rang_affaire = a.rang
      WHERE d.lien_no IS NULL) AS o ON o.lien_no = l.lien_no
JOIN {id}.proc_personne AS p ON p.parent_idx = l.procedure_idx
LEFT JOIN (SELECT DISTINCT lien_no, rang_procedure FROM {t}.lien_personne) AS m
  ON m.lien_no = l.lien_no AND m.rang_procedure = p.rang;

CREATE TABLE {t}.conjoint_reste_affaire AS
SELECT l.lien_no AS no, p.idx, l.affaire_no AS groupe,
       CAST(CASE WHEN x.affaire_no IS NULL THEN 0 ELSE 1 END AS BIGINT) AS pris
FROM {t}.reste_affaire AS a
JOIN {t}.lien_numerote AS l ON l.lien_no = a.lien_no
JOIN {id}.affaire_personne AS p ON p.parent_idx = l.affaire_idx AND p.rang = a.rang
LEFT JOIN {t}.lien_personne AS d ON d.lien_no = a.lien_no AND d.rang_affaire = a.rang
LEFT JOIN (SELECT DISTINCT n.affaire_no, m.rang_affaire
           FROM {t}.lien_personne AS m
           JOIN {t}.lien_numerote AS n ON n.lien_no = m.lien_no) AS x
  ON x.affaire_no = l.affaire_no AND x.rang_affaire = a.rang
WHERE d.lien_no IS NULL AND (x.affaire_no IS NULL OR p.role = 'mis_en_cause')
