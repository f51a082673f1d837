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
WITH lien AS (
    SELECT 1 AS famille, procedure_no, 0 AS rang_procedure, affaire_no, 0 AS rang_affaire
    FROM {base}.lien_procedure_affaire
    UNION ALL
    SELECT DISTINCT 2, procedure_no, rang_procedure, affaire_no, rang_affaire
    FROM {base}.lien_personne
    UNION ALL
    SELECT DISTINCT 3, procedure_no, rang_procedure, affaire_no, rang_affaire
    FROM {base}.lien_infraction
),
interieur AS (
    SELECT famille, procedure_no AS no, rang_procedure AS rang, COUNT(*) AS n,
           MAX(affaire_no) - MIN(affaire_no) AS affaires
    FROM lien
    GROUP BY famille, procedure_no, rang_procedure
),
justice AS (
    SELECT famille, affaire_no AS no, rang_affaire AS rang, COUNT(*) AS n,
           MAX(procedure_no) - MIN(procedure_no) AS procedures
    FROM lien
    GROUP BY famille, affaire_no, rang_affaire
),
-- what the counterparts of a unit have, where one has several: few
interieur_partage AS (
    SELECT l.famille, l.procedure_no AS no, l.rang_procedure AS rang, MAX(j.procedures) AS procedures
    FROM lien AS l
    JOIN (SELECT famille, no, rang, procedures FROM justice WHERE n > 1) AS j
      ON j.famille = l.famille AND j.no = l.affaire_no AND j.rang = l.rang_affaire
    GROUP BY l.famille, l.procedure_no, l.rang_procedure
),
justice_partage AS (
    SELECT l.famille, l.affaire_no AS no, l.rang_affaire AS rang, MAX(i.affaires) AS affaires
    FROM lien AS l
    JOIN (SELECT famille, no, rang, affaires FROM interieur WHERE n > 1) AS i
      ON i.famille = l.famille AND i.no = l.procedure_no AND i.rang = l.rang_procedure
    GROUP BY l.famille, l.affaire_no, l.rang_affaire
),
interieur_etape AS (
    SELECT i.famille, i.no, i.rang,
           CASE WHEN p.procedures > 0 THEN 1 WHEN i.affaires > 0 THEN 2
                WHEN i.n > 1 OR p.famille IS NOT NULL THEN 3 ELSE 4 END AS etape
    FROM interieur AS i
    LEFT JOIN interieur_partage AS p ON p.famille = i.famille AND p.no = i.no AND p.rang = i.rang
),
justice_etape AS (
    SELECT j.famille, j.no, j.rang,
           CASE WHEN j.procedures > 0 THEN 1 WHEN p.affaires > 0 THEN 2
                WHEN j.n > 1 OR p.famille IS NOT NULL THEN 3 ELSE 4 END AS etape
    FROM justice AS j
    LEFT JOIN justice_partage AS p ON p.famille = j.famille AND p.no = j.no AND p.rang = j.rang
),
-- the step of a unit without a counterpart
procedure_motif AS (
    SELECT p.procedure_no AS no,
           CASE WHEN i.no IS NOT NULL THEN 'seule'
                WHEN $observation - p.date_enregistrement < 90 THEN 'tardive'
                ELSE COALESCE(m.motif, 'sans_motif') END AS motif
    FROM {base}.procedure AS p
    LEFT JOIN (SELECT no, motif FROM {base}.non_lie WHERE cote = 'procedure') AS m
      ON m.no = p.procedure_no
    LEFT JOIN (SELECT no FROM interieur WHERE famille = 1) AS i ON i.no = p.procedure_no
),
affaire_motif AS (
    SELECT a.affaire_no AS no,
           CASE WHEN j.no IS NOT NULL THEN 'seule'
                ELSE COALESCE(m.motif, 'sans_motif') END AS motif
    FROM {base}.affaire AS a
    LEFT JOIN (SELECT no, motif FROM {base}.non_lie WHERE cote = 'affaire') AS m
      ON m.no = a.affaire_no
    LEFT JOIN (SELECT no FROM justice WHERE famille = 1) AS j ON j.no = a.affaire_no
),
unite_interieur AS (
    SELECT 'dossier' AS compte, 1 AS famille, procedure_no AS no, 0 AS rang, 1 AS n, 0 AS auteurs
    FROM {base}.procedure
    UNION ALL
    SELECT role, 2, procedure_no, rang, 1, 0 FROM {base}.proc_personne
    UNION ALL
    SELECT 'infraction', 3, procedure_no, rang, 1,
           COALESCE(LENGTH(rangs_mis_en_cause) - LENGTH(REPLACE(rangs_mis_en_cause, ' ', '')) + 1, 0)
    FROM {base}.proc_infraction
),
unite_justice AS (
    SELECT 'dossier' AS compte, 1 AS famille, affaire_no AS no, 0 AS rang, 1 AS n, 0 AS auteurs
    FROM {base}.affaire
    UNION ALL
    SELECT role, 2, affaire_no, rang, 1, 0 FROM {base}.affaire_personne
    WHERE role IN ('victime', 'mis_en_cause')
    UNION ALL
    SELECT 'infraction', 3, affaire_no, rang, 1,
           COALESCE(MAX(LENGTH(rangs_auteurs) - LENGTH(REPLACE(rangs_auteurs, ' ', '')) + 1), 0)
    FROM {base}.affaire_infraction
    GROUP BY affaire_no, rang
),
compte AS (
    SELECT u.compte, 'interieur' AS cote, r.etape,
           CASE WHEN r.etape IS NULL THEN d.motif END AS motif, SUM(u.n) AS n,
           SUM(u.auteurs) AS auteurs
    FROM unite_interieur AS u
    JOIN procedure_motif AS d ON d.no = u.no
    LEFT JOIN interieur_etape AS r ON r.famille = u.famille AND r.no = u.no AND r.rang = u.rang
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT u.compte, 'justice', r.etape, CASE WHEN r.etape IS NULL THEN d.motif END, SUM(u.n),
           SUM(u.auteurs)
    FROM unite_justice AS u
    JOIN affaire_motif AS d ON d.no = u.no
    LEFT JOIN justice_etape AS r ON r.famille = u.famille AND r.no = u.no AND r.rang = u.rang
    GROUP BY 1, 2, 3, 4
),
total AS (
    SELECT compte, cote, etape, motif, n FROM compte
    UNION ALL
    SELECT 'infraction_auteur', cote, etape, motif, auteurs
    FROM compte
    WHERE compte = 'infraction' AND auteurs > 0
)
SELECT compte, cote,
       CASE etape WHEN 1 THEN 'jonction' WHEN 2 THEN 'disjonction' WHEN 3 THEN 'doublon'
                  WHEN 4 THEN 'un_a_un' ELSE motif END AS etape,
       CAST(SUM(n) AS BIGINT) AS n
FROM total
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
