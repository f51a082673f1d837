-- Pass cle_pv: the structured key of a tie designates a procedure, as written (rang 0 or 1), or
-- else after the units that took over on both sides (rang 2 or 3). An odd rang: at another court
-- than those of the affaire.
-- Grain: tie × procedure. $avance: an affaire may be registered this many days before its procedure
-- was recorded (the two clocks differ), not more.
INSERT INTO {t}.candidat
WITH designee AS (
    SELECT r.idx AS reference_idx, p.idx AS procedure_idx, 0 AS rang
    FROM {t}.reference AS r
    JOIN {t}.procedure AS p ON p.cle = r.cle
    UNION ALL
    SELECT r.idx, p.idx, 2
    FROM {t}.reference AS r
    JOIN {t}.procedure AS p ON p.cle_actuelle = r.cle_actuelle AND p.cle <> r.cle
    LEFT JOIN {t}.procedure AS exacte ON exacte.cle = r.cle
    WHERE exacte.idx IS NULL
)
SELECT d.reference_idx, d.procedure_idx, 1 AS passe,
       d.rang + CASE WHEN c.affaire_idx IS NULL THEN 1 ELSE 0 END AS rang,
       CASE WHEN p.date_enregistrement <= r.enregistrement_max + CAST($avance AS INTEGER)
            THEN 1 ELSE 0 END AS compatible
FROM designee AS d
JOIN {t}.reference AS r ON r.idx = d.reference_idx
JOIN {t}.procedure AS p ON p.idx = d.procedure_idx
LEFT JOIN {t}.cour AS c
  ON c.affaire_idx = r.affaire_idx AND c.juridiction = p.juridiction_destinataire
