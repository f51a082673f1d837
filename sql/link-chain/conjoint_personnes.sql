-- The persons of a list of one side, as the joint pass compares them (models/penal-chain.yaml,
-- `personnes`). {liste}: see conjoint_listes and conjoint_restes; {personne}: proc_personne or
-- affaire_personne. Grain: one row of the list; key (no, rang), in their order.
SELECT v.no, p.rang, p.role, p.nature, p.csns, p.csns_qualite, p.sexe,
       CASE WHEN p.date_naissance_min = p.date_naissance_max
            THEN CAST(p.date_naissance_min AS VARCHAR)
            WHEN EXTRACT(MONTH FROM p.date_naissance_min) = EXTRACT(MONTH FROM p.date_naissance_max)
            THEN SUBSTR(CAST(p.date_naissance_min AS VARCHAR), 1, 7)
            ELSE SUBSTR(CAST(p.date_naissance_min AS VARCHAR), 1, 4) END AS date_naissance,
       r.actuelle AS commune_residence, r.departement AS departement_residence,
       n.actuelle AS commune_naissance, p.pays_naissance, v.groupe, v.pris
FROM {t}.{liste} AS v
JOIN {id}.{personne} AS p ON p.idx = v.idx
LEFT JOIN {t}.commune AS r ON r.code = p.commune_residence
LEFT JOIN {t}.commune AS n ON n.code = p.commune_naissance
ORDER BY v.no, p.rang
