-- The CSNS of both sides, each once. Grain: one CSNS; keys csns, and no (of one of its rows: for
-- this run only).
CREATE TABLE {t}.personne AS
SELECT MIN(u.no) AS no, u.csns
FROM (SELECT 2 * idx AS no, csns FROM {id}.proc_personne WHERE csns IS NOT NULL
      UNION ALL
      SELECT 2 * idx + 1, csns FROM {id}.affaire_personne WHERE csns IS NOT NULL) AS u
GROUP BY u.csns;

-- The units of the procedures as written. Grain: force × code; keys (force, code_unite), and no.
CREATE TABLE {t}.unite AS
SELECT ROW_NUMBER() OVER (ORDER BY u.force, u.code_unite) AS no, u.force, u.code_unite
FROM (SELECT DISTINCT force, code_unite FROM {id}.procedure) AS u
