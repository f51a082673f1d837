-- Readings that name a unit, once for each force they may mean: the one the text says, else the
-- origin of the affaire, else both.
-- Grain: reading × force; key no.
CREATE TABLE {t}.lecture_cle AS
SELECT ROW_NUMBER() OVER (ORDER BY v.idx, v.lecture, v.force) AS no,
       v.idx AS reference_idx, v.doute, v.force, v.code_unite, v.annee, v.numero
FROM (
    SELECT l.idx, l.lecture, l.doute, f.force, l.code_unite, l.annee, l.numero
    FROM {t}.lecture AS l
    JOIN {t}.reference AS r ON r.idx = l.idx
    JOIN (SELECT 'PN' AS force UNION ALL SELECT 'GN' AS force) AS f
      ON f.force = COALESCE(l.force, CASE WHEN r.origine IN ('PN', 'GN') THEN r.origine END,
                            f.force)
    WHERE l.code_unite IS NOT NULL
) AS v
