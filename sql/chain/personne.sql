-- The same persons in several procedures of the field.
--
-- participation: a victim of the field, or a natural mis en cause of a procedure that has one.
-- Grain: person of a procedure; key (procedure_no, rang, role).
--   role             victime, auteur
--   personne_id      who she is: identite_id of link-chain, the pseudonym of the best CSNS that the
--                    ministries give her, or of the one person of her civil status; NULL: not known
--   personne_source  whose CSNS it is: interieur, justice, etat_civil, inconnue
CREATE TABLE {base}.participation AS
WITH membre AS (
    SELECT procedure_no, rang, 'victime' AS role
    FROM {work}.victime
    WHERE motif IS NULL
    UNION ALL
    SELECT m.procedure_no, m.rang, 'auteur'
    FROM {base}.proc_personne AS m
    WHERE m.role = 'mis_en_cause' AND m.nature = 'physique'
      AND m.procedure_no IN (SELECT procedure_no FROM {work}.victime WHERE motif IS NULL)
)
SELECT m.procedure_no, m.rang, m.role, p.force,
       CAST(EXTRACT(YEAR FROM p.date_enregistrement) AS INTEGER) AS annee, p.date_enregistrement,
       w.sexe, w.identite_id AS personne_id,
       COALESCE(w.identite_source, 'inconnue') AS personne_source
FROM membre AS m
JOIN {base}.proc_personne AS w ON w.procedure_no = m.procedure_no AND w.rang = m.rang
JOIN {base}.procedure AS p ON p.procedure_no = m.procedure_no;

-- personne: who is known, once a role. Grain: role × personne_id.
--   nb_procedures    of the field, in this role, recorded in the study's period
--   annee, force     of the first of them
--   sexe             NULL where her procedures disagree
--   deux_roles       1: she is also in the other role in the field
--   suite            nouvelle: another procedure followed the first; en_cours: none yet
--   duree_jours      from the first recording to the second; with en_cours 1, to the end of the
--                    period, or the observation date if earlier (censored there)
CREATE TABLE {base}.personne AS
WITH groupe AS (
    SELECT personne_id, role, COUNT(*) AS n, MIN(date_enregistrement) AS premiere,
           MIN(force) AS force, MIN(sexe) AS sexe_min, MAX(sexe) AS sexe_max
    FROM {base}.participation
    WHERE personne_id IS NOT NULL
    GROUP BY personne_id, role
),
procedures AS (
    SELECT p.personne_id, p.role, p.procedure_no, MIN(p.date_enregistrement) AS date,
           MIN(p.force) AS force
    FROM {base}.participation AS p
    JOIN (SELECT personne_id, role FROM groupe WHERE n > 1) AS g
      ON g.personne_id = p.personne_id AND g.role = p.role
    GROUP BY p.personne_id, p.role, p.procedure_no
),
rangees AS (
    SELECT personne_id, role, date, force,
           ROW_NUMBER() OVER (PARTITION BY personne_id, role
                              ORDER BY date, force, procedure_no) AS place
    FROM procedures
),
suite AS (
    SELECT personne_id, role, COUNT(*) AS nb_procedures, MAX(CASE WHEN place = 1 THEN force END) AS force,
           MAX(CASE WHEN place = 2 THEN date END) AS deuxieme
    FROM rangees
    GROUP BY personne_id, role
),
double AS (
    SELECT v.personne_id
    FROM (SELECT personne_id FROM groupe WHERE role = 'victime') AS v
    JOIN (SELECT personne_id FROM groupe WHERE role = 'auteur') AS a
      ON a.personne_id = v.personne_id
)
SELECT g.role, g.personne_id, CAST(COALESCE(s.nb_procedures, 1) AS INTEGER) AS nb_procedures,
       CAST(EXTRACT(YEAR FROM g.premiere) AS INTEGER) AS annee,
       CASE WHEN s.role IS NULL THEN g.force ELSE s.force END AS force,
       CASE WHEN g.sexe_min = g.sexe_max THEN g.sexe_min END AS sexe,
       CASE WHEN d.personne_id IS NULL THEN 0 ELSE 1 END AS deux_roles,
       CASE WHEN s.deuxieme IS NULL THEN 'en_cours' ELSE 'nouvelle' END AS suite,
       CASE WHEN s.deuxieme IS NULL THEN 1 ELSE 0 END AS en_cours,
       CAST(COALESCE(s.deuxieme, LEAST($fin, $observation)) - g.premiere AS INTEGER) AS duree_jours
FROM groupe AS g
LEFT JOIN suite AS s ON s.personne_id = g.personne_id AND s.role = g.role
LEFT JOIN double AS d ON d.personne_id = g.personne_id
