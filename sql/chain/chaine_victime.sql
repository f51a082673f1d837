-- The victims of the field and how far the chain went for each at the observation date; the same of
-- the victims who may be in it, or of a graver kind ($champ = 0, table victime_possible; see victime.sql).
-- Grain: one victim; key (procedure_no, rang).
--   lie                 1: her procedure is linked to an affaire; the outcome is NULL otherwise
--   lie_personne        1: she is herself linked to a victim of an affaire
--   age_faits           from either ministry; NULL: not known to the year (age_source)
--   probabilite_lien    that the least sure of the links of her procedure stands; NULL without any
--   en_cours            1: the chain is still running at the observation date
--   duree_jours         from the recording to the end, or to the observation date if en_cours;
--                       NULL when the end comes before the recording (an error of a date)
--   fin                 how the chain ended: the outcome; en_cours while it runs
--   issues_divergentes  1: her authors' outcomes differ (those still awaiting orientation aside)
--   condamne            1 a guilty verdict, 0 another end of a prosecution, NULL none yet
--   genre_justice       her kind of violence by the NATINF that her affaires have at Justice, each
--                       offence as last qualified; NULL: none states the relation
--   classe…, champ…, natinf… how her main offence is qualified at recording, orientation, judgment
--                       (qualification.sql)
--   champ_justice       1: Justice alone, which has the NATINF only, would count her affaire
CREATE TABLE {base}.{victimes} AS
WITH lien AS (
    SELECT procedure_no, COUNT(*) AS nb_affaires, MIN(probabilite_estimee) AS probabilite
    FROM {base}.lien_procedure_affaire
    GROUP BY procedure_no
),
personne AS (
    SELECT DISTINCT procedure_no, rang_procedure AS rang FROM {base}.lien_personne
),
hote AS (
    SELECT a.procedure_no, a.affaire_no FROM {work}.auteur_possible AS a
    UNION ALL
    SELECT a.procedure_no, a.hote_no FROM {work}.auteur_hote_possible AS a
    WHERE a.hote_no IN (SELECT h.hote_no FROM {base}.hote AS h)
),
justice AS (
    SELECT h.procedure_no, MIN(q.ordre) AS ordre
    FROM hote AS h
    JOIN {work}.qualification_listee AS q ON q.affaire_no = h.affaire_no
    JOIN {base}.affaire AS a ON a.affaire_no = h.affaire_no
    WHERE a.date_enregistrement BETWEEN q.debut AND q.fin
    GROUP BY h.procedure_no
),
deplacee AS (
    SELECT DISTINCT a.procedure_no
    FROM {work}.auteur_possible AS a
    JOIN {base}.hote AS h ON h.affaire_no = a.affaire_no
    WHERE h.hote_no <> a.affaire_no
)
SELECT v.procedure_no, v.rang, p.force,
       CAST(EXTRACT(YEAR FROM p.date_enregistrement) AS INTEGER) AS annee,
       CAST(EXTRACT(MONTH FROM p.date_enregistrement) AS INTEGER) AS mois,
       p.date_enregistrement,
       p.departement_faits AS departement, p.densite_faits AS densite,
       p.densite_detail_faits AS densite_detail,
       p.juridiction_destinataire AS juridiction,
       v.genre, v.natinf, v.tentative, w.sexe, g.age_faits, g.source AS age_source, w.lien_auteur,
       w.departement_residence, w.nationalite_groupe, w.pcs1,
       CASE WHEN l.procedure_no IS NULL THEN 0 ELSE 1 END AS lie,
       CASE WHEN q.procedure_no IS NULL THEN 0 ELSE 1 END AS lie_personne,
       l.probabilite AS probabilite_lien,
       CAST(COALESCE(l.nb_affaires, 0) AS INTEGER) AS nb_affaires,
       CAST(o.nb_auteurs AS INTEGER) AS nb_auteurs,
       CASE WHEN l.procedure_no IS NULL THEN NULL
            WHEN d.procedure_no IS NULL THEN 0 ELSE 1 END AS deplacee,
       CASE WHEN o.procedure_no IS NULL THEN NULL
            WHEN o.nb_issues > 1 THEN 1 ELSE 0 END AS issues_divergentes,
       CASE WHEN l.procedure_no IS NULL THEN NULL
            WHEN j.procedure_no IS NULL THEN 0 ELSE 1 END AS champ_justice,
       n.genre AS genre_justice,
       s.natinf_orientation, s.natinf_jugement,
       s.classe, s.classe_orientation, s.classe_jugement,
       s.champ, s.champ_orientation, s.champ_jugement,
       i.code AS issue, m.code AS mode,
       o.date_premiere_orientation, o.date_orientation, o.date_issue,
       CAST(CASE WHEN o.procedure_no IS NULL THEN NULL
                 WHEN o.date_issue < p.date_enregistrement THEN NULL
                 WHEN o.date_issue IS NULL THEN $observation - p.date_enregistrement
                 ELSE o.date_issue - p.date_enregistrement END AS INTEGER) AS duree_jours,
       CASE WHEN o.procedure_no IS NULL THEN NULL
            WHEN o.date_issue IS NULL THEN 1 ELSE 0 END AS en_cours,
       c.condamne, c.code AS decision,
       CASE WHEN o.procedure_no IS NULL THEN NULL
            WHEN o.date_issue IS NULL THEN 'en_cours' ELSE i.code END AS fin
FROM {work}.{source} AS v
JOIN {base}.procedure AS p ON p.procedure_no = v.procedure_no
JOIN {base}.proc_personne AS w ON w.procedure_no = v.procedure_no AND w.rang = v.rang
JOIN {work}.{stade} AS s ON s.procedure_no = v.procedure_no AND s.rang = v.rang
JOIN {work}.age_victime AS g ON g.procedure_no = v.procedure_no AND g.rang = v.rang
LEFT JOIN lien AS l ON l.procedure_no = v.procedure_no
LEFT JOIN personne AS q ON q.procedure_no = v.procedure_no AND q.rang = v.rang
LEFT JOIN {work}.issue_procedure AS o ON o.procedure_no = v.procedure_no
LEFT JOIN {work}.issue AS i ON i.ordre = o.issue_ordre
LEFT JOIN {work}.mode AS m ON m.ordre = o.mode_ordre
LEFT JOIN {work}.decision AS c ON c.ordre = o.decision_ordre
LEFT JOIN justice AS j ON j.procedure_no = v.procedure_no
LEFT JOIN {work}.champ_natinf AS n ON n.ordre = j.ordre
LEFT JOIN deplacee AS d ON d.procedure_no = v.procedure_no
WHERE v.champ = $champ
ORDER BY v.procedure_no, v.rang
