-- The links of a pass that decides tie by tie (cle_pv, reference_pv); a link already found keeps its
-- earlier pass.
-- Grain: procedure × affaire.
INSERT INTO {t}.lien
SELECT DISTINCT d.procedure_idx, r.affaire_idx, d.passe
FROM {t}.designe AS d
JOIN {t}.reference AS r ON r.idx = d.reference_idx
LEFT JOIN {t}.lien AS l
  ON l.procedure_idx = d.procedure_idx AND l.affaire_idx = r.affaire_idx
WHERE d.passe = $passe AND l.affaire_idx IS NULL
