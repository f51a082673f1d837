-- Every procedure: whether it is linked, how, and how many victims of the field it has.
-- Grain: one procedure; key procedure_no.
CREATE TABLE {base}.chaine_procedure AS
WITH lien AS (
    SELECT procedure_no, COUNT(*) AS nb_affaires, MIN(passe) AS passe
    FROM {base}.lien_procedure_affaire
    GROUP BY procedure_no
),
champ AS (
    SELECT procedure_no, COUNT(*) AS nb_victimes
    FROM {work}.victime
    WHERE motif IS NULL
    GROUP BY procedure_no
)
SELECT p.procedure_no, p.force,
       CAST(EXTRACT(YEAR FROM p.date_enregistrement) AS INTEGER) AS annee,
       CAST(EXTRACT(MONTH FROM p.date_enregistrement) AS INTEGER) AS mois,
       p.departement_faits AS departement, p.densite_faits AS densite,
       p.densite_detail_faits AS densite_detail,
       p.juridiction_destinataire AS juridiction,
       CASE WHEN l.procedure_no IS NULL THEN 0 ELSE 1 END AS lie,
       l.passe, n.motif AS motif_non_lie,
       CAST(COALESCE(l.nb_affaires, 0) AS INTEGER) AS nb_affaires,
       CASE WHEN c.procedure_no IS NULL THEN 0 ELSE 1 END AS dans_champ,
       CAST(COALESCE(c.nb_victimes, 0) AS INTEGER) AS nb_victimes_champ
FROM {base}.procedure AS p
LEFT JOIN lien AS l ON l.procedure_no = p.procedure_no
LEFT JOIN champ AS c ON c.procedure_no = p.procedure_no
LEFT JOIN {base}.non_lie AS n ON n.no = p.procedure_no AND n.cote = 'procedure'
ORDER BY p.procedure_no
