-- Persons matched by the joint pass inside links. Grain: link × person of the affaire.
INSERT INTO {t}.lien_personne
SELECT lien_no, CAST(rang_procedure AS INTEGER), CAST(rang_affaire AS INTEGER), 'conjointe'
FROM {t}.conjoint_personne_liee
