-- The state in which each offence of an affaire was last qualified: at judgment, else requalified
-- at orientation, else initial. Grain: one offence of an affaire; key (affaire_no, rang).
CREATE TABLE {work}.derniere_qualification AS
SELECT affaire_no, rang,
       CASE MAX(CASE etat WHEN 'jugement' THEN 3 WHEN 'requalifiee' THEN 2 ELSE 1 END)
            WHEN 3 THEN 'jugement' WHEN 2 THEN 'requalifiee' ELSE 'initiale' END AS etat
FROM {base}.affaire_infraction
GROUP BY affaire_no, rang
