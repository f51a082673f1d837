-- From a CSNS to its pseudonym. Grain: one CSNS.
CREATE TABLE {t}.personne_id AS
SELECT p.csns, x.pseudonyme
FROM {t}.personne AS p
JOIN {t}.pseudonyme_personne AS x ON x.idx = p.no
