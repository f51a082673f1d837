-- What a person's pseudonym is made of. Grain: one CSNS.
SELECT no, csns FROM {t}.personne
