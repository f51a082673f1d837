-- Values that share a pseudonym with another value, in each domain. Grain: one domain.
SELECT 'procedure' AS domaine, COUNT(*) - COUNT(DISTINCT pseudonyme) AS collisions
FROM {t}.pseudonyme_procedure
UNION ALL
SELECT 'affaire', COUNT(*) - COUNT(DISTINCT pseudonyme) FROM {t}.pseudonyme_affaire
UNION ALL
SELECT 'personne', COUNT(*) - COUNT(DISTINCT pseudonyme) FROM {t}.pseudonyme_personne
UNION ALL
SELECT 'unite', COUNT(DISTINCT c.cle) - COUNT(DISTINCT p.pseudonyme)
FROM {t}.pseudonyme_unite AS p JOIN {t}.cle_unite AS c ON c.idx = p.idx
