-- The key of each procedure, for the kernel that makes it canonical. Grain: one procedure.
SELECT idx, force, code_unite, annee, numero FROM {id}.procedure
