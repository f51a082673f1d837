-- The CSNS of both sides, each once. Grain: one CSNS; keys csns, and no (for this run only).
CREATE TABLE {t}.personne AS
SELECT ROW_NUMBER() OVER (ORDER BY u.csns) AS no, u.csns
FROM (SELECT csns FROM {id}.proc_personne WHERE csns IS NOT NULL
      UNION
      SELECT csns FROM {id}.affaire_personne WHERE csns IS NOT NULL) AS u;

-- The units of the procedures as written. Grain: force × code; keys (force, code_unite), and no.
CREATE TABLE {t}.unite AS
SELECT ROW_NUMBER() OVER (ORDER BY u.force, u.code_unite) AS no, u.force, u.code_unite
FROM (SELECT DISTINCT force, code_unite FROM {id}.procedure) AS u
