-- What an affaire's pseudonym is made of. Grain: one affaire.
SELECT idx, affaire_id FROM {id}.affaire
