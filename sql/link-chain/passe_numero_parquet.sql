-- Pass numero_parquet: a numéro parquet, with its court, that goes with one procedure only leads to
-- it the affaires that carry it and are not linked yet, by themselves or by a tie without a usable
-- key. The number alone never counts.
-- Grain: procedure × affaire.
--   porte     (court, number) → procedure: of an affaire all of whose ties say one procedure; noted
--             on a resolved tie (at the court the procedure was sent to, else the affaire's)
--   cherche   (court, number) ← affaire: its own, while it has no link; noted on its ties not
--             resolved, at its own court or at that of the affaire it was split or sent from
INSERT INTO {t}.lien
WITH cherche AS (
    SELECT q.parent_idx AS affaire_idx, q.juridiction, n.numero
    FROM {id}.affaire_parquet AS q
    JOIN {t}.parquet_affaire AS n ON n.idx = q.idx
    LEFT JOIN {t}.lien AS l ON l.affaire_idx = q.parent_idx
    WHERE l.affaire_idx IS NULL
    UNION
    SELECT r.affaire_idx, c.juridiction, r.numero_parquet
    FROM {t}.reference AS r
    JOIN (SELECT affaire_idx, juridiction FROM {t}.cour
          UNION
          SELECT l.cible_idx, c.juridiction
          FROM {id}.lien_affaire AS l
          JOIN {t}.cour AS c ON c.affaire_idx = l.parent_idx
          WHERE l.cible_idx IS NOT NULL AND l.type IN ('disjonction', 'transmission')) AS c
      ON c.affaire_idx = r.affaire_idx
    LEFT JOIN {t}.designe AS d ON d.reference_idx = r.idx
    WHERE r.numero_parquet IS NOT NULL AND d.reference_idx IS NULL
),
seule AS (
    SELECT affaire_idx, MIN(procedure_idx) AS procedure_idx
    FROM {t}.lien
    GROUP BY affaire_idx
    HAVING COUNT(*) = 1
),
porte AS (
    SELECT q.juridiction, n.numero, s.procedure_idx
    FROM seule AS s
    JOIN {id}.affaire_parquet AS q ON q.parent_idx = s.affaire_idx
    JOIN {t}.parquet_affaire AS n ON n.idx = q.idx
    JOIN cherche AS c ON c.numero = n.numero
    UNION
    SELECT COALESCE(p.juridiction_destinataire, a.juridiction), r.numero_parquet, d.procedure_idx
    FROM {t}.designe AS d
    JOIN {t}.reference AS r ON r.idx = d.reference_idx
    JOIN {id}.affaire AS a ON a.idx = r.affaire_idx
    JOIN {t}.procedure AS p ON p.idx = d.procedure_idx
    JOIN cherche AS c ON c.numero = r.numero_parquet
),
univoque AS (
    SELECT juridiction, numero, MIN(procedure_idx) AS procedure_idx
    FROM porte
    GROUP BY juridiction, numero
    HAVING COUNT(*) = 1
)
SELECT DISTINCT u.procedure_idx, c.affaire_idx, 4 AS passe
FROM cherche AS c
JOIN univoque AS u ON u.juridiction = c.juridiction AND u.numero = c.numero
JOIN {t}.fenetre AS f ON f.affaire_idx = c.affaire_idx
JOIN {t}.procedure AS p ON p.idx = u.procedure_idx
LEFT JOIN {t}.lien AS l
  ON l.procedure_idx = u.procedure_idx AND l.affaire_idx = c.affaire_idx
WHERE l.affaire_idx IS NULL
  AND p.date_enregistrement <= f.enregistrement_max + CAST($avance AS INTEGER)
