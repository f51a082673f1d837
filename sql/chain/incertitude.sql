-- What tells how many links are missing, and how many victims whose relation is not recorded belong to
-- the field: the bands of shares are made of it (src/stage/study/bands.h).
--
-- affaire_sans_procedure: the affaires from the police or the gendarmerie that have no procedure of
-- their own, each of which misses one. Grain: one affaire. Either it has no link; or others were joined
-- to it, and all the procedures it has came with them (each has a link to an affaire joined to it).
--   force, annee   of the force that sent it, of its registration
-- Petits X, affaires of another origin and those that refer to years without procedures miss none.
CREATE TABLE {base}.affaire_sans_procedure AS
WITH jonction AS (
    SELECT DISTINCT affaire_no, affaire_cible_no AS hote_no
    FROM {base}.lien_affaire
    WHERE type = 'jonction' AND affaire_cible_no IS NOT NULL
),
venue AS (
    SELECT DISTINCT l.procedure_no, j.hote_no
    FROM {base}.lien_procedure_affaire AS l
    JOIN jonction AS j ON j.affaire_no = l.affaire_no
),
sans AS (
    SELECT no AS affaire_no
    FROM {base}.non_lie
    WHERE cote = 'affaire' AND motif NOT IN ('petit_x', 'autre_origine', 'hors_periode')
    UNION ALL
    SELECT l.affaire_no
    FROM {base}.lien_procedure_affaire AS l
    JOIN (SELECT DISTINCT hote_no FROM jonction) AS h ON h.hote_no = l.affaire_no
    LEFT JOIN venue AS v ON v.procedure_no = l.procedure_no AND v.hote_no = l.affaire_no
    GROUP BY l.affaire_no
    HAVING COUNT(v.hote_no) = COUNT(*)
)
SELECT s.affaire_no, a.origine AS force,
       CAST(EXTRACT(YEAR FROM a.date_enregistrement) AS INTEGER) AS annee
FROM sans AS s
JOIN {base}.affaire AS a ON a.affaire_no = s.affaire_no
ORDER BY s.affaire_no;

-- taux_doute: of n cases alike, how many turned out so. Grain: one rate; key taux_no.
--   manque  by force and year: procedures without a link, affaires without a procedure of their own
--   champ   by kind of violence: victims of offences that count only with a recorded partner alone, whose
--           relation is recorded; those who have a partner
--   genre   the same of the victims of such an offence and of a lesser one that states the relation
CREATE TABLE {base}.taux_doute AS
WITH sans_lien AS (
    SELECT force, annee, COUNT(*) AS n
    FROM {base}.chaine_procedure
    WHERE lie = 0 AND (motif_non_lie IS NULL OR motif_non_lie <> 'hors_periode')
    GROUP BY force, annee
),
sans_procedure AS (
    SELECT force, annee, COUNT(*) AS n FROM {base}.affaire_sans_procedure GROUP BY force, annee
),
connue AS (
    SELECT mixte, genre, COUNT(*) AS n, SUM(partenaire) AS partenaires
    FROM {work}.victime
    WHERE partenaire IS NOT NULL
    GROUP BY mixte, genre
),
taux AS (
    SELECT 'manque' AS quoi, CONCAT(p.force, ' ', CAST(p.annee AS VARCHAR(10))) AS classe, p.n,
           COALESCE(a.n, 0) AS evenements
    FROM sans_lien AS p
    LEFT JOIN sans_procedure AS a ON a.force = p.force AND a.annee = p.annee
    UNION ALL
    SELECT 'champ', v.genre, COALESCE(c.n, 0), COALESCE(c.partenaires, 0)
    FROM (SELECT DISTINCT genre FROM {base}.victime_possible) AS v
    LEFT JOIN connue AS c ON c.genre = v.genre AND c.mixte = 0
    UNION ALL
    SELECT 'genre', 'tous', COALESCE(SUM(n), 0), COALESCE(SUM(partenaires), 0)
    FROM connue
    WHERE mixte = 1
)
SELECT CAST(ROW_NUMBER() OVER (ORDER BY quoi, classe) AS INTEGER) AS taux_no, quoi, classe,
       CAST(n AS BIGINT) AS n, CAST(evenements AS BIGINT) AS evenements
FROM taux
ORDER BY 1;

-- retard: of the victims still without an orientation, the share oriented by an act that is not entered
-- yet. If the share s ($tard_part) of the acts of the last days ($tard_jours) is missing, n victims first
-- oriented in these days stand for n s / (1 - s) more. Grain: one year of recording.
CREATE TABLE {work}.retard AS
SELECT annee,
       LEAST(1.0, SUM(CASE WHEN issue <> 'en_cours'
                            AND date_premiere_orientation > $observation - CAST($tard_jours AS INTEGER)
                           THEN 1 ELSE 0 END) * $tard_part / (1.0 - $tard_part)
                  / SUM(CASE WHEN issue = 'en_cours' THEN 1 ELSE 0 END)) AS part
FROM {base}.chaine_victime
WHERE lie = 1
GROUP BY annee
HAVING SUM(CASE WHEN issue = 'en_cours' THEN 1 ELSE 0 END) > 0;

-- doute: what is not sure of the procedures with a victim who is, or may be, of the field. Grain: kind of
-- doubt × procedure; key (quoi, procedure_no).
--   lien    its link may be false, or an act not entered yet orients it: what the base says of it stands
--           with `probabilite`
--   champ   a victim whose relation is not recorded may be of the field: by the rate taux_no
--   genre   a victim of the field whose relation is not recorded may be of a graver kind: by the rate
--   manque  it has no link, but may have an affaire: by the rate taux_no
CREATE TABLE {base}.doute AS
WITH victime AS (
    SELECT procedure_no, force, annee, lie, probabilite_lien, issue FROM {base}.chaine_victime
    UNION ALL
    SELECT procedure_no, force, annee, lie, probabilite_lien, issue FROM {base}.victime_possible
),
lien AS (
    SELECT v.procedure_no,
           MIN(v.probabilite_lien
               * CASE WHEN v.issue = 'en_cours' THEN 1.0 - COALESCE(r.part, 0.0) ELSE 1.0 END)
               AS probabilite
    FROM victime AS v
    LEFT JOIN {work}.retard AS r ON r.annee = v.annee
    WHERE v.lie = 1
    GROUP BY v.procedure_no
),
sans_lien AS (
    SELECT DISTINCT v.procedure_no, CONCAT(v.force, ' ', CAST(v.annee AS VARCHAR(10))) AS classe
    FROM victime AS v
    JOIN {base}.chaine_procedure AS p ON p.procedure_no = v.procedure_no
    WHERE v.lie = 0 AND (p.motif_non_lie IS NULL OR p.motif_non_lie <> 'hors_periode')
)
SELECT 'lien' AS quoi, procedure_no, CAST(probabilite AS DOUBLE) AS probabilite,
       CAST(NULL AS INTEGER) AS taux_no
FROM lien
WHERE probabilite < 1
UNION ALL
SELECT t.quoi, p.procedure_no, NULL, MIN(t.taux_no)
FROM {base}.victime_possible AS p
LEFT JOIN {base}.chaine_victime AS v ON v.procedure_no = p.procedure_no AND v.rang = p.rang
JOIN {base}.taux_doute AS t
  ON t.quoi = CASE WHEN v.procedure_no IS NULL THEN 'champ' ELSE 'genre' END
 AND t.classe = CASE WHEN v.procedure_no IS NULL THEN p.genre ELSE 'tous' END
GROUP BY t.quoi, p.procedure_no
UNION ALL
SELECT 'manque', s.procedure_no, NULL, t.taux_no
FROM sans_lien AS s
JOIN {base}.taux_doute AS t ON t.quoi = 'manque' AND t.classe = s.classe
ORDER BY 1, 2
