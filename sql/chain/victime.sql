-- Every victim, and why she is out of the field of the study, if she is (motif NULL: in the field).
-- Grain: one victim of a procedure; key (procedure_no, rang).
--
-- An offence concerns the victims whose ranks it lists, or all of them if it lists none. Her kind
-- of violence is that of the first listed offence by the study's order of kinds. An offence whose
-- label does not state the relation (lien_requis) counts only with a recorded partner. Whose age may
-- be on either side of the field's ($age_inconnu = 1: kept; 0: left out) is of unknown age.
CREATE TABLE {work}.victime AS
WITH infraction AS (
    SELECT i.procedure_no, i.rang, i.rangs_victimes, i.natinf, i.tentative, i.ordre, i.genre,
           i.lien_requis
    FROM {work}.infraction_listee AS i
    JOIN {base}.procedure AS p ON p.procedure_no = i.procedure_no
    WHERE p.date_enregistrement BETWEEN i.debut AND i.fin
),
retenue AS (
    SELECT v.procedure_no, v.rang, i.natinf, i.tentative, i.genre,
           CASE WHEN i.lien_requis = 0 OR l.code IS NOT NULL THEN 1 ELSE 0 END AS admise,
           ROW_NUMBER() OVER (
               PARTITION BY v.procedure_no, v.rang
               ORDER BY CASE WHEN i.lien_requis = 0 OR l.code IS NOT NULL THEN 0 ELSE 1 END,
                        i.ordre, i.rang) AS place
    FROM {base}.proc_personne AS v
    JOIN infraction AS i
      ON i.procedure_no = v.procedure_no
     AND (i.rangs_victimes IS NULL
          OR CONCAT(' ', i.rangs_victimes, ' ') LIKE CONCAT('% ', CAST(v.rang AS VARCHAR(10)), ' %'))
    LEFT JOIN {work}.partenaire AS l ON l.code = v.lien_auteur
    WHERE v.role = 'victime'
)
SELECT v.procedure_no, v.rang, r.genre, r.natinf, r.tentative,
       CASE
           WHEN v.nature <> 'physique' THEN 'personne_morale'
           WHEN r.place IS NULL THEN 'infraction_hors_liste'
           WHEN r.admise = 0 THEN 'lien_non_enregistre'
           WHEN p.date_enregistrement < $debut OR p.date_enregistrement > $fin
             OR p.date_enregistrement > $observation THEN 'hors_periode'
           WHEN a.age_max < $age_min THEN 'age_hors_champ'
           WHEN a.age_min >= $age_min THEN NULL
           WHEN $age_inconnu = 0 THEN 'age_inconnu'
       END AS motif
FROM {base}.proc_personne AS v
JOIN {base}.procedure AS p ON p.procedure_no = v.procedure_no
JOIN {work}.age_victime AS a ON a.procedure_no = v.procedure_no AND a.rang = v.rang
LEFT JOIN retenue AS r
  ON r.procedure_no = v.procedure_no AND r.rang = v.rang AND r.place = 1
WHERE v.role = 'victime'
