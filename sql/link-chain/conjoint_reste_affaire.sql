-- The persons of the affaires that no pass matched inside a link, as the joint pass compares them
-- (models/penal-chain.yaml, `personnes`). Grain: link × person; key (no, rang), in their order.
--   pris   1: matched inside another link of the affaire (the same author may be the one of each; a
--          victim is not: she is left out)
SELECT l.lien_no AS no, p.rang, p.role, p.nature, p.csns, p.csns_qualite, p.sexe,
       CASE WHEN p.date_naissance_min = p.date_naissance_max
            THEN CAST(p.date_naissance_min AS VARCHAR)
            WHEN EXTRACT(MONTH FROM p.date_naissance_min) = EXTRACT(MONTH FROM p.date_naissance_max)
            THEN SUBSTR(CAST(p.date_naissance_min AS VARCHAR), 1, 7)
            ELSE SUBSTR(CAST(p.date_naissance_min AS VARCHAR), 1, 4) END AS date_naissance,
       r.actuelle AS commune_residence, r.departement AS departement_residence,
       n.actuelle AS commune_naissance, p.pays_naissance, l.affaire_no AS groupe,
       CAST(CASE WHEN x.affaire_no IS NULL THEN 0 ELSE 1 END AS BIGINT) AS pris
FROM {t}.reste_affaire AS a
JOIN {t}.lien_numerote AS l ON l.lien_no = a.lien_no
JOIN {id}.affaire_personne AS p ON p.parent_idx = l.affaire_idx AND p.rang = a.rang
LEFT JOIN {t}.lien_personne AS d ON d.lien_no = a.lien_no AND d.rang_affaire = a.rang
LEFT JOIN (SELECT DISTINCT n.affaire_no, m.rang_affaire
           FROM {t}.lien_personne AS m
           JOIN {t}.lien_numerote AS n ON n.lien_no = m.lien_no) AS x
  ON x.affaire_no = l.affaire_no AND x.rang_affaire = a.rang
LEFT JOIN {t}.commune AS r ON r.code = p.commune_residence
LEFT JOIN {t}.commune AS n ON n.code = p.commune_naissance
WHERE d.lien_no IS NULL AND (x.affaire_no IS NULL OR p.role = 'mis_en_cause')
ORDER BY l.lien_no, p.rang
