-- Pass cle_pv: the structured key of a tie designates a procedure, as written (rang 0).
-- Grain: tie × procedure. $avance: an affaire may be registered this many days before its procedure
-- was recorded (the two clocks differ), not more.
INSERT INTO {t}.candidat
SELECT r.idx AS reference_idx, p.idx AS procedure_idx, 1 AS passe, 0 AS rang,
       CASE WHEN p.date_enregistrement <= r.enregistrement_max + CAST($avance AS INTEGER)
            THEN 1 ELSE 0 END AS compatible
FROM {t}.reference AS r
JOIN {t}.procedure AS p ON p.cle = r.cle;

-- A key that no procedure has, after the units that took over on both sides: sent to one of the
-- affaire's courts (rang 2), or to another (rang 3).
INSERT INTO {t}.candidat
SELECT r.idx, p.idx, 1, MIN(CASE WHEN c.affaire_idx IS NULL THEN 3 ELSE 2 END),
       MAX(CASE WHEN p.date_enregistrement <= r.enregistrement_max + CAST($avance AS INTEGER)
                THEN 1 ELSE 0 END)
FROM {t}.reference AS r
LEFT JOIN {t}.candidat AS exacte ON exacte.reference_idx = r.idx
JOIN {t}.procedure AS p ON p.cle_actuelle = r.cle_actuelle
LEFT JOIN {t}.cour AS c
  ON c.affaire_idx = r.affaire_idx AND c.juridiction = p.juridiction_destinataire
WHERE exacte.reference_idx IS NULL
GROUP BY r.idx, p.idx
