-- Ties of the extract in force at the observation date (a tie without a date is in force), for the
-- kernel that follows them. Grain: affaire × target × kind; deplace: 1 the affaire goes on in its
-- target (jonction, transmission), 0 it stays and a part of it goes on there (disjonction).
SELECT affaire_no, affaire_cible_no,
       CAST(CASE WHEN type = 'disjonction' THEN 0 ELSE 1 END AS INTEGER) AS deplace
FROM {base}.lien_affaire
WHERE affaire_cible_no IS NOT NULL
  AND (date IS NULL OR date <= $observation)
ORDER BY affaire_no, affaire_cible_no, deplace
