-- Pass reference_pv: a reading of the free text designates a procedure.
-- Grain: tie × reading × procedure.
--
-- compatible: recorded before the affaire was registered (within $avance days) and not more than
-- $delai days earlier; sent within the $trajet days before it arrived (or $avance after), where both
-- days are known. See fenetre for affaires joined, split or sent.
-- With a unit: by the key as read, or after the units that took over. rang: doubt of the reading
-- first, then successors, then another court.
-- Without a unit: only if no unit that exists is written; the court must be one of the affaire's and
-- the force agree where it is known. These rang after all readings with a unit; first the procedures
-- whose day of sending is known.
INSERT INTO {t}.candidat
WITH avec_unite AS (
    SELECT l.reference_idx, p.idx AS procedure_idx, 4 * l.doute AS rang
    FROM {t}.lecture_cle AS l
    JOIN {t}.cle_lecture AS k ON k.idx = l.no
    JOIN {t}.procedure AS p ON p.cle = k.cle
    UNION ALL
    SELECT l.reference_idx, p.idx, 4 * l.doute + 2
    FROM {t}.lecture_cle AS l
    JOIN {t}.cle_lecture AS k ON k.idx = l.no
    JOIN {t}.procedure AS p ON p.cle_actuelle = k.cle_actuelle AND p.cle <> k.cle
),
sans_unite AS (
    SELECT l.reference_idx, p.idx AS procedure_idx,
           100 + 8 * l.doute + CASE WHEN p.date_transmission IS NULL THEN 4 ELSE 0 END AS rang
    FROM {t}.lecture_sans_unite AS l
    JOIN {t}.cour AS c ON c.affaire_idx = l.affaire_idx
    JOIN {t}.procedure AS p
      ON p.annee = l.annee AND p.numero = l.numero
     AND p.juridiction_destinataire = c.juridiction
    WHERE l.force IS NULL OR p.force = l.force
)
SELECT d.reference_idx, d.procedure_idx, 2 AS passe,
       MIN(d.rang + CASE WHEN c.affaire_idx IS NULL THEN 1 ELSE 0 END) AS rang,
       MAX(CASE WHEN p.date_enregistrement <= r.enregistrement_max + CAST($avance AS INTEGER)
                 AND p.date_enregistrement >= r.enregistrement_max - CAST($delai AS INTEGER)
                 AND COALESCE(p.date_transmission >= r.arrivee_min - CAST($trajet AS INTEGER)
                              AND p.date_transmission <= r.arrivee_max
                                                          + CAST($avance AS INTEGER), 1 = 1)
                THEN 1 ELSE 0 END) AS compatible
FROM (SELECT reference_idx, procedure_idx, rang FROM avec_unite
      UNION ALL
      SELECT reference_idx, procedure_idx, rang FROM sans_unite) AS d
JOIN {t}.reference AS r ON r.idx = d.reference_idx
JOIN {t}.procedure AS p ON p.idx = d.procedure_idx
LEFT JOIN {t}.cour AS c
  ON c.affaire_idx = r.affaire_idx AND c.juridiction = p.juridiction_destinataire
GROUP BY d.reference_idx, d.procedure_idx
