-- The pairs that the joint pass scores: a near key, a person in common, or the same facts.
-- Grain: procedure × affaire; key (procedure_no, affaire_no), numbers of this pass by the clear keys.
--   reference   genre of the nearest key (see proche), 5 when references say something else, NULL
--               when the affaire has none that can be read
--   deja        0 the procedure has no link, 1 a link to an affaire tied to this one, 2 another link
--   appris      1 linked by keys (an affaire of the sample), 0 one of its other candidates, -1 to decide
-- A person or facts that would alone make more than $bloc pairs tell nobody apart (a birth or a CSNS
-- entered by default): they are left out. Where at most 30 affaires have them, their pairs are few
-- for the rows they come from, and are not counted.
CREATE TABLE {t}.conjoint_personne AS
SELECT a.affaire_idx, p.role, p.sexe, p.csns,
       CASE WHEN p.date_naissance_min = p.date_naissance_max THEN p.date_naissance_min END AS naissance
FROM {t}.conjoint_affaire AS a
JOIN {id}.affaire_personne AS p ON p.parent_idx = a.affaire_idx;

CREATE TABLE {t}.affaire_voisine AS
SELECT parent_idx AS affaire_idx, cible_idx AS voisine_idx
FROM {id}.lien_affaire WHERE cible_idx IS NOT NULL
UNION
SELECT cible_idx, parent_idx FROM {id}.lien_affaire WHERE cible_idx IS NOT NULL;

CREATE TABLE {t}.cour_large AS
SELECT affaire_idx, juridiction FROM {t}.cour
UNION
SELECT v.affaire_idx, c.juridiction
FROM {t}.affaire_voisine AS v
JOIN {t}.cour AS c ON c.affaire_idx = v.voisine_idx;

CREATE TABLE {t}.lieu_affaire AS
SELECT DISTINCT a.affaire_idx, i.date_debut_min AS debut, c.actuelle AS commune, c.departement,
       i.natinf
FROM {t}.conjoint_affaire AS a
JOIN {id}.affaire_infraction AS i ON i.parent_idx = a.affaire_idx
LEFT JOIN {t}.commune AS c ON c.code = i.commune
WHERE i.date_debut_min = i.date_debut_max;

CREATE TABLE {t}.conjoint_candidat AS
WITH ne_affaire AS (
    SELECT DISTINCT a.affaire_idx, a.role, a.sexe, a.naissance, c.juridiction
    FROM {t}.conjoint_personne AS a
    JOIN {t}.cour_large AS c ON c.affaire_idx = a.affaire_idx
    WHERE a.naissance IS NOT NULL
),
ne_departement AS (
    SELECT DISTINCT a.affaire_idx, a.role, a.sexe, a.naissance, d.departement
    FROM {t}.conjoint_personne AS a
    JOIN {t}.lieu_affaire AS d ON d.affaire_idx = a.affaire_idx
    WHERE a.naissance IS NOT NULL
),
ne_procedure AS (
    SELECT q.idx, p.role, p.sexe, p.date_naissance_min AS naissance, q.juridiction_destinataire,
           k.departement
    FROM {id}.proc_personne AS p
    JOIN {id}.procedure AS q ON q.idx = p.parent_idx
    LEFT JOIN {t}.commune AS k ON k.code = q.commune_faits
    WHERE p.date_naissance_min = p.date_naissance_max
),
csns_gros AS (
    SELECT a.csns, a.role
    FROM (SELECT csns, role, COUNT(*) AS n FROM {t}.conjoint_personne
          WHERE csns IS NOT NULL GROUP BY csns, role HAVING COUNT(*) > 30) AS a
    JOIN {id}.proc_personne AS p ON p.csns = a.csns AND p.role = a.role
    GROUP BY a.csns, a.role, a.n
    HAVING a.n * COUNT(*) > $bloc
),
affaire_gros AS (
    SELECT a.naissance, a.sexe, a.role, a.juridiction
    FROM (SELECT naissance, sexe, role, juridiction, COUNT(*) AS n FROM ne_affaire
          GROUP BY naissance, sexe, role, juridiction HAVING COUNT(*) > 30) AS a
    JOIN ne_procedure AS p
      ON p.naissance = a.naissance AND p.sexe = a.sexe AND p.role = a.role
     AND p.juridiction_destinataire = a.juridiction
    GROUP BY a.naissance, a.sexe, a.role, a.juridiction, a.n
    HAVING a.n * COUNT(*) > $bloc
),
departement_gros AS (
    SELECT a.naissance, a.sexe, a.role, a.departement
    FROM (SELECT naissance, sexe, role, departement, COUNT(*) AS n FROM ne_departement
          GROUP BY naissance, sexe, role, departement HAVING COUNT(*) > 30) AS a
    JOIN ne_procedure AS p
      ON p.naissance = a.naissance AND p.sexe = a.sexe AND p.role = a.role
     AND p.departement = a.departement
    GROUP BY a.naissance, a.sexe, a.role, a.departement, a.n
    HAVING a.n * COUNT(*) > $bloc
),
fait_procedure AS (
    SELECT q.idx, i.date_debut_min AS debut, i.natinf, k.actuelle AS commune
    FROM {id}.proc_infraction AS i
    JOIN {id}.procedure AS q ON q.idx = i.parent_idx
    JOIN {t}.commune AS k ON k.code = q.commune_faits
    WHERE i.date_debut_min = i.date_debut_max
),
lieu_gros AS (
    SELECT a.debut, a.natinf, a.commune
    FROM (SELECT debut, natinf, commune, COUNT(*) AS n FROM {t}.lieu_affaire
          GROUP BY debut, natinf, commune HAVING COUNT(*) > 30) AS a
    JOIN fait_procedure AS p
      ON p.debut = a.debut AND p.natinf = a.natinf AND p.commune = a.commune
    GROUP BY a.debut, a.natinf, a.commune, a.n
    HAVING a.n * COUNT(*) > $bloc
),
trouve AS (
    SELECT affaire_idx, procedure_idx FROM {t}.proche
    UNION
    SELECT a.affaire_idx, l.procedure_idx
    FROM {t}.conjoint_affaire AS a
    JOIN {t}.lien AS l ON l.affaire_idx = a.affaire_idx
    WHERE a.apprise = 1
    UNION
    SELECT a.affaire_idx, p.parent_idx
    FROM (SELECT c.affaire_idx, c.csns, c.role
          FROM {t}.conjoint_personne AS c
          LEFT JOIN csns_gros AS g ON g.csns = c.csns AND g.role = c.role
          WHERE g.csns IS NULL) AS a
    JOIN {id}.proc_personne AS p ON p.csns = a.csns AND p.role = a.role
    UNION
    SELECT a.affaire_idx, p.idx
    FROM (SELECT n.affaire_idx, n.naissance, n.sexe, n.role, n.juridiction
          FROM ne_affaire AS n
          LEFT JOIN affaire_gros AS g
            ON g.naissance = n.naissance AND g.sexe = n.sexe AND g.role = n.role
           AND g.juridiction = n.juridiction
          WHERE g.naissance IS NULL) AS a
    JOIN ne_procedure AS p
      ON p.naissance = a.naissance AND p.sexe = a.sexe AND p.role = a.role
     AND p.juridiction_destinataire = a.juridiction
    UNION
    SELECT a.affaire_idx, p.idx
    FROM (SELECT n.affaire_idx, n.naissance, n.sexe, n.role, n.departement
          FROM ne_departement AS n
          LEFT JOIN departement_gros AS g
            ON g.naissance = n.naissance AND g.sexe = n.sexe AND g.role = n.role
           AND g.departement = n.departement
          WHERE g.naissance IS NULL) AS a
    JOIN ne_procedure AS p
      ON p.naissance = a.naissance AND p.sexe = a.sexe AND p.role = a.role
     AND p.departement = a.departement
    UNION
    SELECT f.affaire_idx, p.idx
    FROM (SELECT n.affaire_idx, n.debut, n.natinf, n.commune
          FROM {t}.lieu_affaire AS n
          LEFT JOIN lieu_gros AS g
            ON g.debut = n.debut AND g.natinf = n.natinf AND g.commune = n.commune
          WHERE g.debut IS NULL) AS f
    JOIN fait_procedure AS p
      ON p.debut = f.debut AND p.natinf = f.natinf AND p.commune = f.commune
),
lisible AS (
    SELECT DISTINCT r.affaire_idx
    FROM {t}.reference AS r
    LEFT JOIN {t}.designe AS d ON d.reference_idx = r.idx
    LEFT JOIN {t}.lecture AS l ON l.idx = r.idx
    WHERE d.reference_idx IS NULL AND (r.cle IS NOT NULL OR l.idx IS NOT NULL)
),
autre AS (
    SELECT l.procedure_idx, a.affaire_idx,
           MIN(CASE WHEN v.voisine_idx IS NULL THEN 2 ELSE 1 END) AS deja
    FROM trouve AS a
    JOIN {t}.lien AS l ON l.procedure_idx = a.procedure_idx AND l.affaire_idx <> a.affaire_idx
    LEFT JOIN {t}.affaire_voisine AS v
      ON v.affaire_idx = a.affaire_idx AND v.voisine_idx = l.affaire_idx
    GROUP BY l.procedure_idx, a.affaire_idx
)
SELECT DENSE_RANK() OVER (ORDER BY p.cle) AS procedure_no, a.no AS affaire_no, t.procedure_idx, t.affaire_idx, a.capacite,
       CASE WHEN r.genre IS NOT NULL THEN r.genre WHEN s.affaire_idx IS NOT NULL THEN 5 END
           AS reference,
       COALESCE(u.deja, 0) AS deja,
       CASE WHEN a.apprise = 0 THEN -1 WHEN l.affaire_idx IS NOT NULL THEN 1 ELSE 0 END AS appris
FROM trouve AS t
JOIN {t}.conjoint_affaire AS a ON a.affaire_idx = t.affaire_idx
JOIN {t}.procedure AS p ON p.idx = t.procedure_idx
JOIN {t}.fenetre AS f ON f.affaire_idx = t.affaire_idx
LEFT JOIN {t}.lien AS l
  ON l.affaire_idx = t.affaire_idx AND l.procedure_idx = t.procedure_idx
LEFT JOIN {t}.proche AS r
  ON r.affaire_idx = t.affaire_idx AND r.procedure_idx = t.procedure_idx
LEFT JOIN lisible AS s ON s.affaire_idx = t.affaire_idx
LEFT JOIN autre AS u ON u.affaire_idx = t.affaire_idx AND u.procedure_idx = t.procedure_idx
WHERE p.date_enregistrement <= f.enregistrement_max + CAST($avance AS INTEGER)
  AND p.date_enregistrement >= f.enregistrement_max - CAST($delai AS INTEGER)
  AND (a.apprise = 1 OR l.affaire_idx IS NULL)
