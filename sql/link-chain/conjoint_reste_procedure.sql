-- The persons of the procedures of links that have somebody unmatched at Justice, as the joint pass
-- compares them (models/penal-chain.yaml, `personnes`). Grain: link × person; key (no, rang), in their order.
--   pris   1: matched already (a second row of the affaire may still be her)
SELECT l.lien_no AS no, p.rang, p.role, p.nature, p.csns, p.csns_qualite, p.sexe,
       CASE WHEN p.date_naissance_min = p.date_naissance_max
            THEN CAST(p.date_naissance_min AS VARCHAR)
            WHEN EXTRACT(MONTH FROM p.date_naissance_min) = EXTRACT(MONTH FROM p.date_naissance_max)
            THEN SUBSTR(CAST(p.date_naissance_min AS VARCHAR), 1, 7)
            ELSE SUBSTR(CAST(p.date_naissance_min AS VARCHAR), 1, 4) END AS date_naissance,
       r.actuelle AS commune_residence, r.departement AS departement_residence,
       n.actuelle AS commune_naissance, p.pays_naissance, l.affaire_no AS groupe,
       CAST(CASE WHEN m.lien_no IS NULL THEN 0 ELSE 1 END AS BIGINT) AS pris
FROM {t}.lien_numerote AS l
JOIN (SELECT DISTINCT a.lien_no
      FROM {t}.reste_affaire AS a
      LEFT JOIN {t}.lien_personne AS d ON d.lien_no = a.lien_no AND d.rang_affaire = a.rang
      WHERE d.lien_no IS NULL) AS o ON o.lien_no = l.lien_no
JOIN {id}.proc_personne AS p ON p.parent_idx = l.procedure_idx
LEFT JOIN (SELECT DISTINCT lien_no, rang_procedure FROM {t}.lien_personne) AS m
  ON m.lien_no = l.lien_no AND m.rang_procedure = p.rang
LEFT JOIN {t}.commune AS r ON r.code = p.commune_residence
LEFT JOIN {t}.commune AS n ON n.code = p.commune_naissance
ORDER BY l.lien_no, p.rang
