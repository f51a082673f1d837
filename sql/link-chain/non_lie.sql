-- Procedures and affaires without a link, each with the first reason that applies.
-- Grain: one procedure or affaire without a link; key (cote, no).
--
-- procedure   transmission_inconnue no day is known on which it was sent to a parquet
--             hors_periode          sent after the last registration of the affaires
--             ambigue               a reference may mean it or another one
--             dates_incompatibles   references name it, of affaires registered before it was recorded
--             sans_affaire          no reference names it
-- affaire     petit_x               minor case without a known author
--             ambigue               a reference may mean several procedures
--             dates_incompatibles   what its references name was recorded later, or far too early
--             hors_periode          its references are of years without procedures
--             cle_introuvable       no procedure has the key of its references
--             reference_illisible   a reference was typed, that has no reading
--             autre_origine         not from the police or the gendarmerie, and without reference
--             sans_reference        no reference at all
CREATE TABLE {t}.procedure_non_liee AS
SELECT p.idx, p.date_transmission
FROM {t}.procedure AS p
LEFT JOIN {t}.lien AS l ON l.procedure_idx = p.idx
WHERE l.procedure_idx IS NULL;

CREATE TABLE {t}.affaire_non_liee AS
SELECT a.idx, a.petit_x, a.origine
FROM {id}.affaire AS a
LEFT JOIN {t}.lien AS l ON l.affaire_idx = a.idx
WHERE l.affaire_idx IS NULL;

CREATE TABLE {pivot}.non_lie AS
WITH periode AS (
    SELECT MIN(annee) AS debut, MAX(annee) AS fin FROM {t}.procedure
),
dernier AS (
    SELECT MAX(date_enregistrement) AS jour FROM {id}.affaire
),
doute_procedure AS (
    SELECT c.procedure_idx, MAX(c.compatible) AS compatible
    FROM {t}.candidat AS c
    JOIN {t}.procedure_non_liee AS p ON p.idx = c.procedure_idx
    GROUP BY c.procedure_idx
),
reference_vaine AS (
    SELECT r.idx, r.affaire_idx, r.cle, r.annee, r.reference_pv
    FROM {t}.reference AS r
    JOIN {t}.affaire_non_liee AS a ON a.idx = r.affaire_idx
),
lecture_annee AS (
    SELECT r.affaire_idx, l.annee
    FROM {t}.lecture AS l
    JOIN reference_vaine AS r ON r.idx = l.idx
    UNION ALL
    SELECT affaire_idx, annee FROM reference_vaine WHERE cle IS NOT NULL
),
annees AS (
    SELECT y.affaire_idx,
           MAX(CASE WHEN y.annee BETWEEN p.debut AND p.fin THEN 1 ELSE 0 END) AS dans_periode
    FROM lecture_annee AS y
    CROSS JOIN periode AS p
    GROUP BY y.affaire_idx
),
textes AS (
    SELECT affaire_idx, COUNT(reference_pv) AS n FROM reference_vaine GROUP BY affaire_idx
),
doute_affaire AS (
    SELECT r.affaire_idx, MAX(c.compatible) AS compatible
    FROM {t}.candidat AS c
    JOIN reference_vaine AS r ON r.idx = c.reference_idx
    GROUP BY r.affaire_idx
)
SELECT 'procedure' AS cote, n.no,
       CASE WHEN p.date_transmission IS NULL THEN 'transmission_inconnue'
            WHEN p.date_transmission > (SELECT jour FROM dernier) THEN 'hors_periode'
            WHEN d.compatible = 1 THEN 'ambigue'
            WHEN d.compatible = 0 THEN 'dates_incompatibles'
            ELSE 'sans_affaire' END AS motif
FROM {t}.procedure_non_liee AS p
JOIN {t}.numero_procedure AS n ON n.idx = p.idx
LEFT JOIN doute_procedure AS d ON d.procedure_idx = p.idx
UNION ALL
SELECT 'affaire', n.no,
       CASE WHEN a.petit_x = 1 THEN 'petit_x'
            WHEN d.compatible = 1 THEN 'ambigue'
            WHEN d.compatible = 0 THEN 'dates_incompatibles'
            WHEN y.dans_periode = 0 THEN 'hors_periode'
            WHEN y.dans_periode = 1 THEN 'cle_introuvable'
            WHEN x.n > 0 THEN 'reference_illisible'
            WHEN a.origine = 'autre' THEN 'autre_origine'
            ELSE 'sans_reference' END
FROM {t}.affaire_non_liee AS a
JOIN {t}.numero_affaire AS n ON n.idx = a.idx
LEFT JOIN doute_affaire AS d ON d.affaire_idx = a.idx
LEFT JOIN annees AS y ON y.affaire_idx = a.idx
LEFT JOIN textes AS x ON x.affaire_idx = a.idx
