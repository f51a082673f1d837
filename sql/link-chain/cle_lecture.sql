-- The keys of the readings with a unit, for the kernel that makes them canonical.
-- Grain: reading × force.
SELECT no, force, code_unite, annee, numero FROM {t}.lecture_cle
