-- What is left of the difference of the two ministries' counts once scope, late data, jonctions,
-- disjonctions and persons entered twice are named: the difference of the other steps, in parts of
-- Interior's units of these steps and of those. For the manifest. Grain: one unit of count.
SELECT compte,
       CAST(SUM(CASE WHEN cote = 'justice' THEN n ELSE -n END) * 1.0
            / NULLIF(SUM(CASE WHEN cote = 'interieur' THEN n ELSE 0 END), 0) AS DOUBLE) AS ecart
FROM {base}.rapprochement
WHERE etape NOT IN ('jonction', 'disjonction', 'doublon', 'tardive', 'autre_origine', 'hors_periode',
                    'petit_x', 'sans_affaire', 'transmission_inconnue')
GROUP BY compte
ORDER BY compte
