-- The share of wrong links estimated of each pass by key, for the manifest. Grain: one pass.
SELECT passe, CAST(erreur AS DOUBLE) AS erreur
FROM {work}.erreur_passe
ORDER BY passe
