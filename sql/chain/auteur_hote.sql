-- The same authors where their affaire really is (table hote: jonction, transmission, disjonction).
-- Grain: procedure × host × rank of the author in the host; rang 0: the host as a whole.
--
-- In a host that is not her affaire, an author is recognised by the pseudonym of her CSNS; if none
-- of the procedure's authors is recognised there, all the mis en cause of the host stand for them.
-- `auteur_hote_possible`: also of procedures that may be in the field.
CREATE TABLE {work}.auteur_hote_possible AS
WITH ailleurs AS (
    SELECT a.procedure_no, a.affaire_no, a.rang, h.hote_no
    FROM {work}.auteur_possible AS a
    JOIN {base}.hote AS h ON h.affaire_no = a.affaire_no
    WHERE h.hote_no <> a.affaire_no
),
sur_place AS (
    SELECT a.procedure_no, a.affaire_no AS hote_no, a.rang
    FROM {work}.auteur_possible AS a
    LEFT JOIN {base}.hote AS h ON h.affaire_no = a.affaire_no
    WHERE h.affaire_no IS NULL OR h.hote_no = a.affaire_no
),
reconnu AS (
    SELECT s.procedure_no, s.hote_no, s.rang FROM sur_place AS s
    UNION
    SELECT e.procedure_no, e.hote_no, q.rang
    FROM ailleurs AS e
    JOIN {base}.affaire_personne AS m ON m.affaire_no = e.affaire_no AND m.rang = e.rang
    JOIN {base}.affaire_personne AS q
      ON q.affaire_no = e.hote_no AND q.personne_id = m.personne_id
    WHERE q.role = 'mis_en_cause'
)
SELECT procedure_no, hote_no, rang FROM reconnu
UNION ALL
SELECT e.procedure_no, e.hote_no, COALESCE(q.rang, 0) AS rang
FROM (SELECT DISTINCT procedure_no, hote_no FROM ailleurs) AS e
LEFT JOIN {base}.affaire_personne AS q
  ON q.affaire_no = e.hote_no AND q.role = 'mis_en_cause'
WHERE NOT EXISTS (SELECT 1 FROM reconnu AS r
                  WHERE r.procedure_no = e.procedure_no AND r.hote_no = e.hote_no);

CREATE TABLE {work}.auteur_hote AS
SELECT a.procedure_no, a.hote_no, a.rang
FROM {work}.auteur_hote_possible AS a
WHERE a.procedure_no IN (SELECT procedure_no FROM {work}.victime WHERE champ = 1)
