-- Every victim, and why she is out of the field of the study, if she is (motif NULL: in the field).
-- Grain: one victim of a procedure; key (procedure_no, rang).
--
-- An offence concerns the victims whose ranks it lists, or all of them if it lists none. Her kind
-- of violence is that of the first listed offence by the study's order of kinds. An offence whose
-- label does not state the relation (lien_requis) counts only with a recorded partner. Whose age may
-- be on either side of the field's ($age_inconnu = 1: kept; 0: left out) is of unknown age.
--   champ       1: in the field; 0: she may be, only her relation to the author is not recorded and all
--               else speaks for it; NULL: out of it
--   partenaire  of those whose recorded relation decides (whether she is of the field, or her kind):
--               1 a partner, 0 somebody else
--   mixte       1: offences that state the relation stand beside graver ones that do not
-- victime_possible: the victims with champ 0; and those in the field whose relation is not recorded and
-- who would be of a graver kind with a partner, as of that kind.
CREATE TABLE {work}.infraction_victime AS
WITH infraction AS (
    SELECT i.procedure_no, i.rang, i.rangs_victimes, i.natinf, i.tentative, i.ordre, i.genre,
           i.lien_requis
    FROM {work}.infraction_listee AS i
    JOIN {base}.procedure AS p ON p.procedure_no = i.procedure_no
    WHERE p.date_enregistrement BETWEEN i.debut AND i.fin
)
SELECT v.procedure_no, v.rang, i.rang AS rang_infraction, i.natinf, i.tentative, i.genre, i.ordre,
       i.lien_requis, v.lien_auteur,
       CASE WHEN i.lien_requis = 0 OR l.code IS NOT NULL THEN 1 ELSE 0 END AS admise,
       ROW_NUMBER() OVER (
           PARTITION BY v.procedure_no, v.rang
           ORDER BY CASE WHEN i.lien_requis = 0 OR l.code IS NOT NULL THEN 0 ELSE 1 END,
                    i.ordre, i.rang) AS place,
       ROW_NUMBER() OVER (
           PARTITION BY v.procedure_no, v.rang ORDER BY i.ordre, i.rang) AS place_de_toutes,
       MIN(i.lien_requis) OVER (PARTITION BY v.procedure_no, v.rang) AS lien_decide,
       MIN(CASE WHEN i.lien_requis = 0 THEN i.ordre END)
           OVER (PARTITION BY v.procedure_no, v.rang) AS ordre_sans_lien,
       MIN(i.ordre) OVER (PARTITION BY v.procedure_no, v.rang) AS ordre_de_toutes
FROM {base}.proc_personne AS v
JOIN infraction AS i
  ON i.procedure_no = v.procedure_no
 AND (i.rangs_victimes IS NULL
      OR CONCAT(' ', i.rangs_victimes, ' ') LIKE CONCAT('% ', CAST(v.rang AS VARCHAR(10)), ' %'))
LEFT JOIN {work}.partenaire AS l ON l.code = v.lien_auteur
WHERE v.role = 'victime';

CREATE TABLE {work}.victime AS
WITH jugee AS (
    SELECT v.procedure_no, v.rang, r.rang_infraction, r.genre, r.natinf, r.tentative, r.admise, r.lien_decide,
           v.lien_auteur, l.code AS partenaire,
           CASE WHEN r.ordre_de_toutes < r.ordre_sans_lien THEN 1 ELSE 0 END AS mixte,
           CASE
               WHEN v.nature <> 'physique' THEN 'personne_morale'
               WHEN r.place IS NULL THEN 'infraction_hors_liste'
           END AS avant,
           CASE
               WHEN p.date_enregistrement < $debut OR p.date_enregistrement > $fin
                 OR p.date_enregistrement > $observation THEN 'hors_periode'
               WHEN a.age_max < $age_min THEN 'age_hors_champ'
               WHEN a.age_min >= $age_min THEN NULL
               WHEN $age_inconnu = 0 THEN 'age_inconnu'
           END AS apres
    FROM {base}.proc_personne AS v
    JOIN {base}.procedure AS p ON p.procedure_no = v.procedure_no
    JOIN {work}.age_victime AS a ON a.procedure_no = v.procedure_no AND a.rang = v.rang
    LEFT JOIN {work}.infraction_victime AS r
      ON r.procedure_no = v.procedure_no AND r.rang = v.rang AND r.place = 1
    LEFT JOIN {work}.partenaire AS l ON l.code = v.lien_auteur
    WHERE v.role = 'victime'
)
SELECT procedure_no, rang, rang_infraction, genre, natinf, tentative,
       CASE WHEN avant IS NOT NULL THEN avant
            WHEN admise = 0 THEN 'lien_non_enregistre'
            ELSE apres END AS motif,
       CASE WHEN avant IS NOT NULL OR apres IS NOT NULL THEN NULL
            WHEN admise = 1 THEN 1
            WHEN lien_auteur IS NULL THEN 0 END AS champ,
       CASE WHEN avant IS NULL AND apres IS NULL AND lien_auteur IS NOT NULL
             AND (lien_decide = 1 OR mixte = 1)
            THEN CASE WHEN partenaire IS NULL THEN 0 ELSE 1 END END AS partenaire,
       mixte
FROM jugee;

CREATE TABLE {work}.victime_possible AS
SELECT procedure_no, rang, rang_infraction, genre, natinf, tentative, champ
FROM {work}.victime
WHERE champ = 0
UNION ALL
SELECT v.procedure_no, v.rang, i.rang_infraction, i.genre, i.natinf, i.tentative, 0
FROM {work}.victime AS v
JOIN {work}.infraction_victime AS i
  ON i.procedure_no = v.procedure_no AND i.rang = v.rang AND i.place_de_toutes = 1
WHERE v.champ = 1 AND v.mixte = 1 AND i.lien_auteur IS NULL
