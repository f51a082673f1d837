-- What a pass decides: of the compatible candidates of a tie, those of the least rang; they count
-- only if they are one procedure. Otherwise nothing is chosen.
-- Grain: tie; at most one procedure each.
INSERT INTO {t}.designe
SELECT m.reference_idx, MIN(m.procedure_idx) AS procedure_idx, MIN(m.passe) AS passe
FROM (
    SELECT reference_idx, procedure_idx, passe, rang,
           MIN(rang) OVER (PARTITION BY reference_idx) AS meilleur
    FROM {t}.candidat
    WHERE passe = $passe AND compatible = 1
) AS m
WHERE m.rang = m.meilleur
GROUP BY m.reference_idx
HAVING COUNT(DISTINCT m.procedure_idx) = 1
