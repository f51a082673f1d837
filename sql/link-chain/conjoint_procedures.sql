-- The procedures of the joint pass's pairs as its model compares them (models/penal-chain.yaml,
-- `procedures`): all texts, lists separated by blanks. Grain: one procedure; key no.
WITH v AS (
    SELECT DISTINCT procedure_no AS no, procedure_idx AS idx FROM {t}.conjoint_candidat
)
SELECT v.no, p.force, p.juridiction_destinataire AS juridictions,
       CAST(p.date_transmission AS VARCHAR) AS date_envoi,
       CAST(p.date_enregistrement AS VARCHAR) AS date_enregistrement,
       CASE WHEN p.date_faits_debut_min = p.date_faits_debut_max
            THEN CAST(p.date_faits_debut_min AS VARCHAR)
            WHEN EXTRACT(MONTH FROM p.date_faits_debut_min)
                 = EXTRACT(MONTH FROM p.date_faits_debut_max)
            THEN SUBSTR(CAST(p.date_faits_debut_min AS VARCHAR), 1, 7)
            ELSE SUBSTR(CAST(p.date_faits_debut_min AS VARCHAR), 1, 4) END AS date_faits,
       l.communes, l.departements, i.natinfs
FROM v
JOIN {id}.procedure AS p ON p.idx = v.idx
LEFT JOIN (
    SELECT u.idx, STRING_AGG(u.commune, ' ') AS communes,
           STRING_AGG(DISTINCT u.departement, ' ') AS departements
    FROM (
        SELECT q.idx, c.actuelle AS commune, c.departement
        FROM v AS w
        JOIN {id}.procedure AS q ON q.idx = w.idx
        JOIN {t}.commune AS c ON c.code = q.commune_faits
        UNION
        SELECT o.parent_idx, c.actuelle, c.departement
        FROM v AS w
        JOIN {id}.proc_infraction AS o ON o.parent_idx = w.idx
        JOIN {t}.commune AS c ON c.code = o.commune
    ) AS u
    GROUP BY u.idx
) AS l ON l.idx = v.idx
LEFT JOIN (
    SELECT o.parent_idx, STRING_AGG(DISTINCT o.natinf, ' ') AS natinfs
    FROM v AS w
    JOIN {id}.proc_infraction AS o ON o.parent_idx = w.idx
    GROUP BY o.parent_idx
) AS i ON i.parent_idx = v.idx
ORDER BY v.no
