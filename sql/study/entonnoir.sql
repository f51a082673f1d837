-- Steps of the funnel that the base can tell, in their order. Grain: one step.
SELECT CAST(etape AS VARCHAR) AS etape, CAST(effectif AS BIGINT) AS effectif
FROM (
    SELECT 1 AS n, 'procedures' AS etape, (SELECT COUNT(*) FROM {base}.chaine_procedure) AS effectif
    UNION ALL
    SELECT 2, 'procedures_linked', (SELECT COUNT(*) FROM {base}.chaine_procedure WHERE lie = 1)
    UNION ALL
    SELECT 3, 'victims', (SELECT COUNT(*) FROM {base}.proc_personne WHERE role = 'victime')
    UNION ALL
    SELECT 4, 'victims_field', (SELECT COUNT(*) FROM {base}.chaine_victime)
    UNION ALL
    SELECT 5, 'victims_linked', (SELECT COUNT(*) FROM {base}.chaine_victime WHERE lie = 1)
    UNION ALL
    SELECT 6, 'victims_oriented',
           (SELECT COUNT(*) FROM {base}.chaine_victime WHERE lie = 1 AND issue <> 'en_cours')
    UNION ALL
    SELECT 7, 'victims_ended',
           (SELECT COUNT(*) FROM {base}.chaine_victime WHERE lie = 1 AND en_cours = 0)
) AS etapes
ORDER BY n
