-- Numbers that mean nothing outside the run: dense ranks by pseudonym, so that they do not depend on
-- the order of the sources' rows.
-- Grain: one procedure; one affaire. Keys: idx, and no.
CREATE TABLE {t}.numero_procedure AS
SELECT idx, pseudonyme, ROW_NUMBER() OVER (ORDER BY pseudonyme) AS no
FROM {t}.pseudonyme_procedure;

CREATE TABLE {t}.numero_affaire AS
SELECT idx, pseudonyme, ROW_NUMBER() OVER (ORDER BY pseudonyme) AS no
FROM {t}.pseudonyme_affaire
