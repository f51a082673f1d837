-- How the main offence of each victim of the field (the one that made her kind of violence) is
-- qualified at Justice, in the affaires linked to her procedure: on entry, at orientation, at
-- judgment. Where several affaires give several codes for the same stage (a jonction), the first in
-- byte order. Grain: one victim of the field, or who may be in it (victime.sql, $champ = 0).
--   classe…   the class of the code (the study's offence_class); NULL: it has none
--   champ…    qualifiee: the label states the relation; lien: only the recorded link makes partner
--             violence; hors: at Justice, which has the codes only, the label does not state it
--   orientation: non_orientee, or inconnue when the offence has no counterpart at Justice
--   judgment: non_poursuivie, non_jugee (no decision yet), non_retenue (no guilty verdict), inconnue
-- All but the recording is NULL for an unmatched victim.
CREATE TABLE {work}.{stade} AS
WITH etat AS (
    SELECT v.procedure_no, v.rang, i.etat, MIN(i.natinf) AS natinf
    FROM {work}.{source} AS v
    JOIN {base}.lien_infraction AS l
      ON l.procedure_no = v.procedure_no AND l.rang_procedure = v.rang_infraction
    JOIN {base}.affaire_infraction AS i
      ON i.affaire_no = l.affaire_no AND i.rang = l.rang_affaire
    WHERE v.champ = $champ
    GROUP BY v.procedure_no, v.rang, i.etat
),
qualification AS (
    SELECT procedure_no, rang,
           COALESCE(MAX(CASE WHEN etat = 'requalifiee' THEN natinf END),
                    MAX(CASE WHEN etat = 'initiale' THEN natinf END)) AS orientation,
           MAX(CASE WHEN etat = 'jugement' THEN natinf END) AS jugement
    FROM etat
    GROUP BY procedure_no, rang
),
relation AS (
    SELECT code, MIN(debut) AS debut, MAX(fin) AS fin
    FROM {work}.champ_natinf
    WHERE lien_requis = 0
    GROUP BY code
),
stade AS (
    SELECT v.procedure_no, v.rang, p.date_enregistrement AS jour, v.natinf,
           q.orientation, q.jugement,
           CASE WHEN o.procedure_no IS NULL THEN NULL
                WHEN i.code = 'en_cours' THEN 'non_orientee'
                WHEN q.orientation IS NULL THEN 'inconnue'
                ELSE 'connue' END AS a_orientation,
           CASE WHEN o.procedure_no IS NULL THEN NULL
                WHEN i.code <> 'poursuites' THEN 'non_poursuivie'
                WHEN d.code IS NULL THEN 'non_jugee'
                WHEN d.condamne = 0 THEN 'non_retenue'
                WHEN q.jugement IS NULL THEN 'inconnue'
                ELSE 'connue' END AS a_jugement
    FROM {work}.{source} AS v
    JOIN {base}.procedure AS p ON p.procedure_no = v.procedure_no
    LEFT JOIN qualification AS q
      ON q.procedure_no = v.procedure_no AND q.rang = v.rang
    LEFT JOIN {work}.issue_procedure AS o ON o.procedure_no = v.procedure_no
    LEFT JOIN {work}.issue AS i ON i.ordre = o.issue_ordre
    LEFT JOIN {work}.decision AS d ON d.ordre = o.decision_ordre
    WHERE v.champ = $champ
)
SELECT s.procedure_no, s.rang,
       CASE WHEN s.a_orientation = 'connue' THEN s.orientation END AS natinf_orientation,
       CASE WHEN s.a_jugement = 'connue' THEN s.jugement END AS natinf_jugement,
       c1.classe,
       CASE WHEN s.a_orientation = 'connue' THEN c2.classe ELSE s.a_orientation END
           AS classe_orientation,
       CASE WHEN s.a_jugement = 'connue' THEN c3.classe ELSE s.a_jugement END AS classe_jugement,
       CASE WHEN r1.code IS NULL THEN 'lien' ELSE 'qualifiee' END AS champ,
       CASE WHEN s.a_orientation <> 'connue' THEN s.a_orientation
            WHEN s.a_orientation IS NULL THEN NULL
            WHEN r2.code IS NULL THEN 'hors' ELSE 'qualifiee' END AS champ_orientation,
       CASE WHEN s.a_jugement <> 'connue' THEN s.a_jugement
            WHEN s.a_jugement IS NULL THEN NULL
            WHEN r3.code IS NULL THEN 'hors' ELSE 'qualifiee' END AS champ_jugement
FROM stade AS s
LEFT JOIN {work}.classe AS c1 ON c1.code = s.natinf AND s.jour BETWEEN c1.debut AND c1.fin
LEFT JOIN {work}.classe AS c2 ON c2.code = s.orientation AND s.jour BETWEEN c2.debut AND c2.fin
LEFT JOIN {work}.classe AS c3 ON c3.code = s.jugement AND s.jour BETWEEN c3.debut AND c3.fin
LEFT JOIN relation AS r1 ON r1.code = s.natinf AND s.jour BETWEEN r1.debut AND r1.fin
LEFT JOIN relation AS r2 ON r2.code = s.orientation AND s.jour BETWEEN r2.debut AND r2.fin
LEFT JOIN relation AS r3 ON r3.code = s.jugement AND s.jour BETWEEN r3.debut AND r3.fin
