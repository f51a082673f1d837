-- The pairs of the joint pass, those of an affaire side by side. Grain: procedure × affaire.
SELECT procedure_no, affaire_no, CAST(capacite AS BIGINT) AS capacite,
       CAST(reference AS BIGINT) AS reference, CAST(deja AS BIGINT) AS deja,
       CAST(appris AS BIGINT) AS appris
FROM {t}.conjoint_candidat
ORDER BY affaire_no, procedure_no
