-- The affaires of the joint pass's pairs as its model compares them (models/penal-chain.yaml,
-- `procedures`, right side). Grain: one affaire; key no.
WITH v AS (
    SELECT DISTINCT affaire_no AS no, affaire_idx AS idx FROM {t}.conjoint_candidat
)
SELECT v.no,
       CASE WHEN a.origine IN ('PN', 'GN') THEN a.origine END AS force, c.juridictions,
       CAST(a.date_arrivee AS VARCHAR) AS date_envoi,
       CAST(a.date_enregistrement AS VARCHAR) AS date_enregistrement,
       CASE WHEN i.debut_min = i.debut_max THEN CAST(i.debut_min AS VARCHAR)
            WHEN EXTRACT(MONTH FROM i.debut_min) = EXTRACT(MONTH FROM i.debut_max)
            THEN SUBSTR(CAST(i.debut_min AS VARCHAR), 1, 7)
            ELSE SUBSTR(CAST(i.debut_min AS VARCHAR), 1, 4) END AS date_faits,
       l.communes, l.departements, i.natinfs
FROM v
JOIN {id}.affaire AS a ON a.idx = v.idx
JOIN (
    SELECT o.affaire_idx, STRING_AGG(DISTINCT o.juridiction, ' ') AS juridictions
    FROM v AS w
    JOIN {t}.cour_large AS o ON o.affaire_idx = w.idx
    GROUP BY o.affaire_idx
) AS c ON c.affaire_idx = v.idx
LEFT JOIN (
    SELECT u.parent_idx, STRING_AGG(u.commune, ' ') AS communes,
           STRING_AGG(DISTINCT u.departement, ' ') AS departements
    FROM (SELECT DISTINCT o.parent_idx, k.actuelle AS commune, k.departement
          FROM v AS w
          JOIN {id}.affaire_infraction AS o ON o.parent_idx = w.idx
          JOIN {t}.commune AS k ON k.code = o.commune) AS u
    GROUP BY u.parent_idx
) AS l ON l.parent_idx = v.idx
LEFT JOIN (
    SELECT o.parent_idx, STRING_AGG(DISTINCT o.natinf, ' ') AS natinfs,
           MIN(o.date_debut_min) AS debut_min, MIN(o.date_debut_max) AS debut_max
    FROM v AS w
    JOIN {id}.affaire_infraction AS o ON o.parent_idx = w.idx
    GROUP BY o.parent_idx
) AS i ON i.parent_idx = v.idx
ORDER BY v.no
