-- Readings that name a unit that exists (of a procedure, or in the table of successors), once for
-- each force they may mean: the one the text says, else the origin of the affaire, else both.
-- Grain: reading × force; key no.
CREATE TABLE {t}.unite_connue AS
SELECT code_unite FROM {id}.procedure
UNION
SELECT code_unite FROM {t}.nomenclature_unite;

CREATE TABLE {t}.lecture_cle AS
SELECT l.idx * 64 + l.lecture * 2 + CASE f.force WHEN 'PN' THEN 0 ELSE 1 END AS no,
       l.idx AS reference_idx, l.doute, f.force, l.code_unite, l.annee, l.numero
FROM {t}.lecture AS l
JOIN {t}.unite_connue AS u ON u.code_unite = l.code_unite
JOIN {t}.reference AS r ON r.idx = l.idx
JOIN (SELECT 'PN' AS force UNION ALL SELECT 'GN' AS force) AS f
  ON f.force = COALESCE(l.force, CASE WHEN r.origine IN ('PN', 'GN') THEN r.origine END, f.force);

-- Readings without a unit, where none with a unit that exists can be read: else the number of
-- another unit would be taken for it.
CREATE TABLE {t}.lecture_sans_unite AS
SELECT l.idx AS reference_idx, l.doute, l.annee, l.numero, r.affaire_idx,
       COALESCE(l.force, CASE WHEN r.origine IN ('PN', 'GN') THEN r.origine END) AS force
FROM {t}.lecture AS l
JOIN {t}.reference AS r ON r.idx = l.idx
LEFT JOIN (SELECT DISTINCT reference_idx FROM {t}.lecture_cle) AS k ON k.reference_idx = l.idx
WHERE l.code_unite IS NULL AND k.reference_idx IS NULL
