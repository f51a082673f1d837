-- What does not fit the grammar of acts (models/chain-grammar.yaml), up to the observation date: counted,
-- never repaired.
-- Grain: one anomaly of an author of an affaire (rang_auteur 0: of the affaire, where no act names an
-- author), or of a procedure.
--   decision_sans_orientation  a decision, an appeal or an ordonnance that no orientation precedes
--   succession                 another succession of two acts that the grammar does not have
--   doublon                    the same act, day and code twice
--   code_inconnu               an act whose code the nomenclature of events does not have
--   ecart                      more than the grammar's gap_days between two acts
--   avant_arrivee              an act dated before the affaire arrived
--   faits_apres_enregistrement the facts begin after the day the procedure was recorded
CREATE TABLE {base}.anomalie AS
WITH fait AS (
    SELECT affaire_no, rang, rang_auteur, type, date, code
    FROM {base}.evenement
    WHERE date <= $observation AND type IN (SELECT apres FROM {work}.grammaire)
),
auteur AS (
    SELECT DISTINCT affaire_no, rang_auteur FROM fait WHERE rang_auteur IS NOT NULL
),
acte AS (
    SELECT affaire_no, rang_auteur, rang, type, date, code
    FROM fait
    WHERE rang_auteur IS NOT NULL
    UNION ALL
    SELECT f.affaire_no, COALESCE(a.rang_auteur, 0), f.rang, f.type, f.date, f.code
    FROM fait AS f
    LEFT JOIN auteur AS a ON a.affaire_no = f.affaire_no
    WHERE f.rang_auteur IS NULL
),
suite AS (
    SELECT affaire_no, rang_auteur, type, date, code,
           LAG(type) OVER (PARTITION BY affaire_no, rang_auteur ORDER BY date, rang) AS avant,
           LAG(date) OVER (PARTITION BY affaire_no, rang_auteur ORDER BY date, rang) AS date_avant,
           LAG(code) OVER (PARTITION BY affaire_no, rang_auteur ORDER BY date, rang) AS code_avant
    FROM acte
),
jugee AS (
    SELECT s.affaire_no, s.rang_auteur, s.date,
           CASE WHEN s.type = s.avant AND s.date = s.date_avant
                     AND COALESCE(s.code, '') = COALESCE(s.code_avant, '') THEN 'doublon'
                WHEN g.apres IS NULL AND COALESCE(s.avant, 'enregistrement') = 'enregistrement'
                    THEN 'decision_sans_orientation'
                WHEN g.apres IS NULL THEN 'succession'
                WHEN s.date - s.date_avant > $ecart THEN 'ecart' END AS motif
    FROM suite AS s
    LEFT JOIN {work}.grammaire AS g
      ON g.avant = COALESCE(s.avant, 'debut') AND g.apres = s.type
),
motifs AS (
    SELECT affaire_no, rang_auteur, date, motif FROM jugee WHERE motif IS NOT NULL
    UNION ALL
    SELECT f.affaire_no, COALESCE(f.rang_auteur, 0), f.date, 'code_inconnu'
    FROM fait AS f
    LEFT JOIN (SELECT DISTINCT type, code FROM {work}.code_acte) AS c
      ON c.code = f.code
     AND c.type = CASE WHEN f.type = 'reorientation' THEN 'orientation' ELSE f.type END
    WHERE f.code IS NOT NULL AND c.code IS NULL
    UNION ALL
    SELECT f.affaire_no, COALESCE(f.rang_auteur, 0), f.date, 'avant_arrivee'
    FROM fait AS f
    JOIN {base}.affaire AS a ON a.affaire_no = f.affaire_no
    WHERE f.date < a.date_arrivee
)
SELECT m.affaire_no, CAST(NULL AS BIGINT) AS procedure_no, m.rang_auteur, m.date, m.motif,
       a.juridiction, CAST(EXTRACT(YEAR FROM m.date) AS INTEGER) AS annee
FROM motifs AS m
JOIN {base}.affaire AS a ON a.affaire_no = m.affaire_no
UNION ALL
SELECT NULL, p.procedure_no, NULL, p.date_enregistrement, 'faits_apres_enregistrement',
       p.juridiction_destinataire, CAST(EXTRACT(YEAR FROM p.date_enregistrement) AS INTEGER)
FROM {base}.procedure AS p
WHERE p.date_faits_debut_min > p.date_enregistrement
ORDER BY 1, 2, 3, 4, 5
