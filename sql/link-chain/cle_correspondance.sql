-- The complete structured keys of the ties, for the kernel that makes them canonical.
-- Grain: one row of correspondance.
SELECT idx, force, code_unite, annee, numero
FROM {id}.correspondance
WHERE force IS NOT NULL AND code_unite IS NOT NULL AND annee IS NOT NULL AND numero IS NOT NULL
