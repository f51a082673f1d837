-- How often the acts of affaires will be counted: once for each author of each procedure whom they
-- concern (histoire, etat_auteur), and once for each author where they name none (anomalie, passage). Only acts
-- of an affaire and author that has more than a hundred: the others make no more than a hundred
-- times the rows they meet.
-- Grain: one row: acts in all, times.
WITH beaucoup AS (
    SELECT affaire_no, rang_auteur, COUNT(*) AS n
    FROM {base}.evenement
    GROUP BY affaire_no, rang_auteur
    HAVING COUNT(*) > 100
)
SELECT CAST((SELECT COUNT(*) FROM {base}.evenement) AS BIGINT) AS actes,
       CAST(COALESCE((SELECT SUM(b.n)
                      FROM {work}.auteur_hote AS a
                      JOIN beaucoup AS b
                        ON b.affaire_no = a.hote_no
                       AND (a.rang = 0 OR b.rang_auteur IS NULL OR b.rang_auteur = a.rang)), 0)
            + COALESCE((SELECT SUM(b.n * a.n)
                        FROM beaucoup AS b
                        JOIN (SELECT affaire_no, COUNT(DISTINCT rang_auteur) AS n
                              FROM {base}.evenement
                              WHERE affaire_no IN (SELECT affaire_no FROM beaucoup)
                              GROUP BY affaire_no) AS a ON a.affaire_no = b.affaire_no
                        WHERE b.rang_auteur IS NULL), 0)
            + COALESCE((SELECT SUM(b.n)
                        FROM beaucoup AS b
                        JOIN {base}.affaire_personne AS p ON p.affaire_no = b.affaire_no
                        WHERE b.rang_auteur IS NULL AND p.role = 'mis_en_cause'), 0)
            AS BIGINT) AS fois
