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
CREATE TABLE {pivot}.non_lie AS
WITH periode AS (
    SELECT MIN(annee) AS debut, MAX(annee) AS fin FROM {t}.procedure
),
dernier AS (
    SELECT MAX(date_enregistrement) AS jour FROM {id}.affaire
),
doute_procedure AS (
    SELECT procedure_idx, MAX(compatible) AS compatible
    FROM {t}.candidat
    GROUP BY procedure_idx
),
lecture_annee AS (
    SELECT idx AS reference_idx, annee FROM {t}.lecture
    UNION ALL
    SELECT idx, annee FROM {t}.reference WHERE cle IS NOT NULL
),
annees AS (
    SELECT r.affaire_idx,
           MAX(CASE WHEN y.annee BETWEEN p.debut AND p.fin THEN 1 ELSE 0 END) AS dans_periode
    FROM lecture_annee AS y
    JOIN {t}.reference AS r ON r.idx = y.reference_idx
    CROSS JOIN periode AS p
    GROUP BY r.affaire_idx
),
textes AS (
    SELECT affaire_idx, COUNT(reference_pv) AS n FROM {t}.reference GROUP BY affaire_idx
),
doute_affaire AS (
    SELECT r.affaire_idx, MAX(c.compatible) AS compatible
    FROM {t}.candidat AS c
    JOIN {t}.reference AS r ON r.idx = c.reference_idx
    GROUP BY r.affaire_idx
)
SELECT 'procedure' AS cote, n.no,
       CASE WHEN p.date_transmission IS NULL THEN 'transmission_inconnue'
            WHEN p.date_transmission > (SELECT jour FROM dernier) THEN 'hors_periode'
            WHEN d.compatible = 1 THEN 'ambigue'
            WHEN d.compatible = 0 THEN 'dates_incompatibles'
            ELSE 'sans_affaire' END AS motif
FROM {t}.procedure AS p
JOIN {t}.numero_procedure AS n ON n.idx = p.idx
LEFT JOIN (SELECT DISTINCT procedure_idx FROM {t}.lien) AS l ON l.procedure_idx = p.idx
LEFT JOIN doute_procedure AS d ON d.procedure_idx = p.idx
WHERE l.procedure_idx IS NULL
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
FROM {id}.affaire AS a
JOIN {t}.numero_affaire AS n ON n.idx = a.idx
LEFT JOIN (SELECT DISTINCT affaire_idx FROM {t}.lien) AS l ON l.affaire_idx = a.idx
LEFT JOIN doute_affaire AS d ON d.affaire_idx = a.idx
LEFT JOIN annees AS y ON y.affaire_idx = a.idx
LEFT JOIN textes AS x ON x.affaire_idx = a.idx
WHERE l.affaire_idx IS NULL
