-- The affaires of the joint pass's pairs as its model compares them (models/penal-chain.yaml,
-- `procedures`, right side). Grain: one affaire; key no.
SELECT v.no,
       CASE WHEN a.origine IN ('PN', 'GN') THEN a.origine END AS force, c.juridictions,
       CAST(a.date_arrivee AS VARCHAR) AS date_envoi,
       CAST(a.date_enregistrement AS VARCHAR) AS date_enregistrement,
       CASE WHEN i.debut_min = i.debut_max THEN CAST(i.debut_min AS VARCHAR)
            WHEN EXTRACT(MONTH FROM i.debut_min) = EXTRACT(MONTH FROM i.debut_max)
            THEN SUBSTR(CAST(i.debut_min AS VARCHAR), 1, 7)
            ELSE SUBSTR(CAST(i.debut_min AS VARCHAR), 1, 4) END AS date_faits,
       l.communes, l.departements, i.natinfs
FROM (SELECT DISTINCT affaire_no AS no, affaire_idx AS idx FROM {t}.conjoint_candidat) AS v
JOIN {id}.affaire AS a ON a.idx = v.idx
JOIN (
    SELECT affaire_idx, STRING_AGG(DISTINCT juridiction, ' ') AS juridictions
    FROM {t}.cour_large
    GROUP BY affaire_idx
) AS c ON c.affaire_idx = v.idx
LEFT JOIN (
    SELECT u.parent_idx, STRING_AGG(u.commune, ' ') AS communes,
           STRING_AGG(DISTINCT u.departement, ' ') AS departements
    FROM (SELECT DISTINCT o.parent_idx, k.actuelle AS commune, k.departement
          FROM {id}.affaire_infraction AS o
          JOIN {t}.commune AS k ON k.code = o.commune) AS u
    GROUP BY u.parent_idx
) AS l ON l.parent_idx = v.idx
LEFT JOIN (
    SELECT parent_idx, STRING_AGG(DISTINCT natinf, ' ') AS natinfs,
           MIN(date_debut_min) AS debut_min, MIN(date_debut_max) AS debut_max
    FROM {id}.affaire_infraction
    GROUP BY parent_idx
) AS i ON i.parent_idx = v.idx
ORDER BY v.no
