-- When an affaire's procedures may have been sent and recorded: around its own arrival and
-- registration, and those of the affaires joined to it (later) or that it was sent or split from
-- (earlier).
-- Grain: one affaire.
CREATE TABLE {t}.fenetre AS
SELECT v.affaire_idx, MIN(v.arrivee) AS arrivee_min, MAX(v.arrivee) AS arrivee_max,
       MAX(v.enregistrement) AS enregistrement_max
FROM (
    SELECT idx AS affaire_idx, date_arrivee AS arrivee, date_enregistrement AS enregistrement
    FROM {id}.affaire
    UNION ALL
    SELECT l.cible_idx, a.date_arrivee, a.date_enregistrement
    FROM {id}.lien_affaire AS l
    JOIN {id}.affaire AS a ON a.idx = l.parent_idx
    WHERE l.cible_idx IS NOT NULL
) AS v
GROUP BY v.affaire_idx
