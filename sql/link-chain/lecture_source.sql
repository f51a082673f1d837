-- The texts for the kernel that reads them. Grain: one reference.
SELECT idx, reference, annee_max FROM {t}.texte
