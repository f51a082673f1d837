-- What a unit's pseudonym is made of: force|unit. Grain: force × code.
SELECT idx, cle FROM {t}.cle_unite
