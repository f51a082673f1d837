-- The ledger of units: what each ministry counts, by how the two counts meet.
-- Grain: compte × cote × etape, with n units.
--   compte dossier (procedures at Interior, affaires at Justice), victime, mis_en_cause, infraction,
--          infraction_auteur (an offence times its authors)
--   cote   interieur, justice
--   etape  un_a_un             one there, one here: the same number on both sides (but infraction_auteur,
--                              where each ministry lists its own authors)
--          jonction            its counterpart has several, of several procedures
--          disjonction         it has several counterparts, in several affaires: split, or sent to
--                              another court under another number
--          doublon             several for one in the same dossier: a person entered twice
--          seule               in a matched dossier, without a counterpart
--          tardive             in a procedure of the last 90 days before the observation date that is
--                              not matched yet
--          else the reason why its dossier is not matched (non_lie)
-- The first that holds. For each unit and side the steps sum to all of its rows in the base.
CREATE TABLE {base}.rapprochement AS
WITH dossier AS (
    SELECT 'interieur' AS cote, p.procedure_no AS no,
           CASE WHEN $observation - p.date_enregistrement < 90 THEN 'tardive'
                ELSE COALESCE(m.motif, 'sans_motif') END AS motif
    FROM {base}.procedure AS p
    LEFT JOIN (SELECT no, motif FROM {base}.non_lie WHERE cote = 'procedure') AS m
      ON m.no = p.procedure_no
    UNION ALL
    SELECT 'justice', a.affaire_no, COALESCE(m.motif, 'sans_motif')
    FROM {base}.affaire AS a
    LEFT JOIN (SELECT no, motif FROM {base}.non_lie WHERE cote = 'affaire') AS m
      ON m.no = a.affaire_no
),
unite AS (
    SELECT 'dossier' AS compte, 'dossier' AS famille, cote, no, 0 AS rang, 1 AS n FROM dossier
    UNION ALL
    SELECT role, 'personne', 'interieur', procedure_no, rang, 1 FROM {base}.proc_personne
    UNION ALL
    SELECT role, 'personne', 'justice', affaire_no, rang, 1 FROM {base}.affaire_personne
    WHERE role IN ('victime', 'mis_en_cause')
    UNION ALL
    SELECT 'infraction', 'infraction', 'interieur', procedure_no, rang, 1
    FROM {base}.proc_infraction
    UNION ALL
    SELECT DISTINCT 'infraction', 'infraction', 'justice', affaire_no, rang, 1
    FROM {base}.affaire_infraction
    UNION ALL
    SELECT 'infraction_auteur', 'infraction', 'interieur', procedure_no, rang,
           LENGTH(rangs_mis_en_cause) - LENGTH(REPLACE(rangs_mis_en_cause, ' ', '')) + 1
    FROM {base}.proc_infraction
    WHERE rangs_mis_en_cause IS NOT NULL
    UNION ALL
    SELECT 'infraction_auteur', 'infraction', 'justice', affaire_no, rang,
           MAX(LENGTH(rangs_auteurs) - LENGTH(REPLACE(rangs_auteurs, ' ', '')) + 1)
    FROM {base}.affaire_infraction
    WHERE rangs_auteurs IS NOT NULL
    GROUP BY affaire_no, rang
),
lien AS (
    SELECT 'dossier' AS famille, procedure_no, 0 AS rang_procedure, affaire_no, 0 AS rang_affaire
    FROM {base}.lien_procedure_affaire
    UNION ALL
    SELECT DISTINCT 'personne', procedure_no, rang_procedure, affaire_no, rang_affaire
    FROM {base}.lien_personne
    UNION ALL
    SELECT DISTINCT 'infraction', procedure_no, rang_procedure, affaire_no, rang_affaire
    FROM {base}.lien_infraction
),
degre AS (
    SELECT famille, procedure_no, rang_procedure, affaire_no, rang_affaire,
           COUNT(*) OVER (PARTITION BY famille, procedure_no, rang_procedure) AS n_justice,
           COUNT(*) OVER (PARTITION BY famille, affaire_no, rang_affaire) AS n_interieur,
           MAX(affaire_no) OVER (PARTITION BY famille, procedure_no, rang_procedure)
               - MIN(affaire_no) OVER (PARTITION BY famille, procedure_no, rang_procedure)
               AS affaires,
           MAX(procedure_no) OVER (PARTITION BY famille, affaire_no, rang_affaire)
               - MIN(procedure_no) OVER (PARTITION BY famille, affaire_no, rang_affaire)
               AS procedures
    FROM lien
),
rencontre AS (
    SELECT famille, 'interieur' AS cote, procedure_no AS no, rang_procedure AS rang,
           MAX(procedures) AS procedures, MAX(affaires) AS affaires,
           MAX(GREATEST(n_interieur, n_justice)) AS n
    FROM degre
    GROUP BY famille, procedure_no, rang_procedure
    UNION ALL
    SELECT famille, 'justice', affaire_no, rang_affaire, MAX(procedures), MAX(affaires),
           MAX(GREATEST(n_interieur, n_justice))
    FROM degre
    GROUP BY famille, affaire_no, rang_affaire
)
SELECT u.compte, u.cote,
       CASE WHEN r.procedures > 0 THEN 'jonction'
            WHEN r.affaires > 0 THEN 'disjonction'
            WHEN r.n > 1 THEN 'doublon'
            WHEN r.n = 1 THEN 'un_a_un'
            WHEN l.no IS NOT NULL THEN 'seule'
            ELSE d.motif END AS etape,
       CAST(SUM(u.n) AS BIGINT) AS n
FROM unite AS u
JOIN dossier AS d ON d.cote = u.cote AND d.no = u.no
LEFT JOIN rencontre AS r
  ON r.famille = u.famille AND r.cote = u.cote AND r.no = u.no AND r.rang = u.rang
LEFT JOIN (SELECT cote, no FROM rencontre WHERE famille = 'dossier') AS l
  ON l.cote = u.cote AND l.no = u.no
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
