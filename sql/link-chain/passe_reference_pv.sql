-- Pass reference_pv: a reading of the free text designates a procedure.
-- Grain: tie × reading × procedure.
--
-- With a unit: by the key as read, or after the units that took over; the procedure must have been
-- recorded before the affaire was registered (within $avance days) and not more than $delai days
-- earlier. rang: doubt of the reading first, then successors, then another court.
-- Without a unit: also the court must be one of the affaire's, and force must agree where it is
-- known. These rang after all readings with a unit; before others, a procedure that was sent within
-- the $trajet days before the affaire arrived.
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
    SELECT r.idx AS reference_idx, p.idx AS procedure_idx, 100 + 8 * l.doute
           + CASE WHEN p.date_transmission <= r.date_arrivee
                   AND p.date_transmission >= r.date_arrivee - CAST($trajet AS INTEGER)
                  THEN 0 ELSE 4 END AS rang
    FROM {t}.lecture AS l
    JOIN {t}.reference AS r ON r.idx = l.idx
    JOIN {t}.cour AS c ON c.affaire_idx = r.affaire_idx
    JOIN {t}.procedure AS p
      ON p.annee = l.annee AND p.numero = l.numero
     AND p.juridiction_destinataire = c.juridiction
    WHERE l.code_unite IS NULL
      AND p.force = COALESCE(l.force, CASE WHEN r.origine IN ('PN', 'GN') THEN r.origine END,
                             p.force)
)
SELECT d.reference_idx, d.procedure_idx, 2 AS passe,
       MIN(d.rang + CASE WHEN c.affaire_idx IS NULL THEN 1 ELSE 0 END) AS rang,
       MAX(CASE WHEN p.date_enregistrement <= r.date_affaire + CAST($avance AS INTEGER)
                 AND p.date_enregistrement >= r.date_affaire - CAST($delai AS INTEGER)
                THEN 1 ELSE 0 END) AS compatible
FROM (SELECT reference_idx, procedure_idx, rang FROM avec_unite
      UNION ALL
      SELECT reference_idx, procedure_idx, rang FROM sans_unite) AS d
JOIN {t}.reference AS r ON r.idx = d.reference_idx
JOIN {t}.procedure AS p ON p.idx = d.procedure_idx
LEFT JOIN {t}.cour AS c
  ON c.affaire_idx = r.affaire_idx AND c.juridiction = p.juridiction_destinataire
GROUP BY d.reference_idx, d.procedure_idx
