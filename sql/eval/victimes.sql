-- The victims themselves: of those truly in the field, whom the base has there; of those with an
-- outcome on both sides, whose is the true one. Grain: one question.
SELECT v.question, CAST(v.juges AS BIGINT) AS juges, CAST(v.justes AS BIGINT) AS justes
FROM (
    SELECT 1 AS ordre, 'true victims of the field that are in it' AS question,
           COUNT(*) AS juges, COUNT(c.procedure_no) AS justes
    FROM {t}.vraie_victime AS w
    LEFT JOIN {base}.chaine_victime AS c
      ON c.procedure_no = w.procedure_no AND c.rang = w.rang
    UNION ALL
    SELECT 2, 'victims in the field that truly are', COUNT(*), COUNT(w.procedure_no)
    FROM {base}.chaine_victime AS c
    LEFT JOIN {t}.vraie_victime AS w
      ON w.procedure_no = c.procedure_no AND w.rang = c.rang
    UNION ALL
    SELECT 3, 'outcomes that are the true one', COUNT(*),
           SUM(CASE WHEN c.issue = w.issue THEN 1 ELSE 0 END)
    FROM {base}.chaine_victime AS c
    JOIN {t}.vraie_victime AS w ON w.procedure_no = c.procedure_no AND w.rang = c.rang
    WHERE c.lie = 1 AND w.issue IS NOT NULL
    UNION ALL
    SELECT 4, 'durations to the end that are the true one', COUNT(*),
           SUM(CASE WHEN c.duree_jours = w.duree_jours THEN 1 ELSE 0 END)
    FROM {base}.chaine_victime AS c
    JOIN {t}.vraie_victime AS w ON w.procedure_no = c.procedure_no AND w.rang = c.rang
    WHERE c.en_cours = 0 AND w.duree_jours IS NOT NULL
) AS v
ORDER BY v.ordre
