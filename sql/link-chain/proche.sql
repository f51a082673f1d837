-- Procedures whose key is near what an unresolved reference says: where a clerk's slip may lead.
-- Grain: affaire × procedure; key (affaire_idx, procedure_idx).
--   genre   0 the key itself (several procedures had it, or the days forbade it)
--           1 the same unit and year, a number one slip away (a digit lost, added, changed, or two
--             neighbours swapped: the two numbers share a variant with one character less)
--           2 the same unit and number, a year or two apart
--           3 the same year and number where no unit was written
--           4 the same year and number in another unit that sends to a court of the affaire
CREATE TABLE {t}.place AS
SELECT 1 AS i UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9;

-- What the references say, with a unit. bloc: force, unit and year; unite: force and unit.
CREATE TABLE {t}.dit AS
SELECT v.reference_idx, v.affaire_idx, v.numero, v.annee,
       SUBSTR(v.cle, 1, LENGTH(v.cle) - LENGTH(v.numero)) AS bloc,
       SUBSTR(v.cle, 1, LENGTH(v.cle) - LENGTH(v.numero) - 5) AS unite
FROM (
    SELECT r.idx AS reference_idx, r.affaire_idx, k.numero, r.annee, r.cle_actuelle AS cle
    FROM {t}.reference AS r
    JOIN {t}.cle_correspondance AS k ON 2 * k.idx = r.idx
    JOIN {t}.conjoint_affaire AS a ON a.affaire_idx = r.affaire_idx AND a.apprise = 0
    LEFT JOIN {t}.designe AS d ON d.reference_idx = r.idx
    WHERE d.reference_idx IS NULL AND r.cle_actuelle IS NOT NULL
    UNION
    SELECT l.reference_idx, r.affaire_idx, k.numero, l.annee, k.cle_actuelle
    FROM {t}.lecture_cle AS l
    JOIN {t}.cle_lecture AS k ON k.idx = l.no
    JOIN {t}.reference AS r ON r.idx = l.reference_idx
    JOIN {t}.conjoint_affaire AS a ON a.affaire_idx = r.affaire_idx AND a.apprise = 0
    LEFT JOIN {t}.designe AS d ON d.reference_idx = r.idx
    WHERE d.reference_idx IS NULL
) AS v;

CREATE TABLE {t}.cle_procedure_coupee AS
SELECT p.idx, p.numero, p.annee, p.force, p.juridiction_destinataire,
       SUBSTR(p.cle_actuelle, 1, LENGTH(p.cle_actuelle) - LENGTH(p.numero)) AS bloc,
       SUBSTR(p.cle_actuelle, 1, LENGTH(p.cle_actuelle) - LENGTH(p.numero) - 5) AS unite
FROM {t}.procedure AS p;

CREATE TABLE {t}.proche AS
WITH variante_dite AS (
    SELECT DISTINCT d.affaire_idx, d.bloc,
           CONCAT(SUBSTR(d.numero, 1, p.i - 1), SUBSTR(d.numero, p.i + 1)) AS variante
    FROM {t}.dit AS d
    JOIN {t}.place AS p ON p.i <= LENGTH(d.numero) + 1
),
variante_procedure AS (
    SELECT DISTINCT c.idx, c.bloc,
           CONCAT(SUBSTR(c.numero, 1, p.i - 1), SUBSTR(c.numero, p.i + 1)) AS variante
    FROM {t}.cle_procedure_coupee AS c
    JOIN (SELECT DISTINCT bloc FROM {t}.dit) AS b ON b.bloc = c.bloc
    JOIN {t}.place AS p ON p.i <= LENGTH(c.numero) + 1
),
sans_unite AS (
    SELECT l.affaire_idx, l.annee, l.numero, l.force
    FROM {t}.lecture_sans_unite AS l
    JOIN {t}.conjoint_affaire AS a ON a.affaire_idx = l.affaire_idx AND a.apprise = 0
    LEFT JOIN {t}.designe AS d ON d.reference_idx = l.reference_idx
    WHERE d.reference_idx IS NULL
),
trouve AS (
    SELECT r.affaire_idx, c.procedure_idx, CASE WHEN c.rang >= 100 THEN 3 ELSE 0 END AS genre
    FROM {t}.candidat AS c
    JOIN {t}.reference AS r ON r.idx = c.reference_idx
    JOIN {t}.conjoint_affaire AS a ON a.affaire_idx = r.affaire_idx AND a.apprise = 0
    LEFT JOIN {t}.designe AS d ON d.reference_idx = r.idx
    WHERE d.reference_idx IS NULL
    UNION ALL
    SELECT v.affaire_idx, p.idx, 1
    FROM variante_dite AS v
    JOIN variante_procedure AS p ON p.bloc = v.bloc AND p.variante = v.variante
    UNION ALL
    SELECT d.affaire_idx, c.idx, 2
    FROM {t}.dit AS d
    JOIN {t}.cle_procedure_coupee AS c ON c.unite = d.unite AND c.numero = d.numero
    WHERE c.annee <> d.annee AND c.annee BETWEEN d.annee - 2 AND d.annee + 2
    UNION ALL
    SELECT s.affaire_idx, c.idx, 3
    FROM sans_unite AS s
    JOIN {t}.cle_procedure_coupee AS c ON c.annee = s.annee AND c.numero = s.numero
    JOIN {t}.cour AS o
      ON o.affaire_idx = s.affaire_idx AND o.juridiction = c.juridiction_destinataire
    WHERE s.force IS NULL OR s.force = c.force
    UNION ALL
    SELECT d.affaire_idx, c.idx, 4
    FROM {t}.dit AS d
    JOIN {t}.cle_procedure_coupee AS c ON c.annee = d.annee AND c.numero = d.numero
    JOIN {t}.cour AS o
      ON o.affaire_idx = d.affaire_idx AND o.juridiction = c.juridiction_destinataire
    WHERE c.unite <> d.unite
)
SELECT affaire_idx, procedure_idx, MIN(genre) AS genre
FROM trouve
GROUP BY affaire_idx, procedure_idx
