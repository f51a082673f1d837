-- The links of the joint pass, with their probability. Grain: procedure × affaire.
INSERT INTO {t}.lien
SELECT p.idx, a.idx, 5
FROM {t}.conjoint_lien AS l
JOIN {t}.numero_procedure AS p ON p.no = l.procedure_no
JOIN {t}.numero_affaire AS a ON a.no = l.affaire_no
