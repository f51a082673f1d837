-- Who the persons of the procedures are, told as well as both ministries can: the CSNS that stands
-- for each. A token of doubtful quality (C) is often that of somebody else, and a person without a
-- token would be lost to all counts of persons.
-- Grain: person of a procedure (idx of id.proc_personne); who is not known has no row.
--   csns     the first of: (1) a token of quality A, or that both ministries give; (2) another one
--            not of quality C; (3) that of the one person of the same civil status; (4) a doubtful
--            one. Of several as good, Interior's, else none where those of Justice differ.
--   source   interieur, justice, etat_civil (3)
CREATE TABLE {t}.csns_dit AS
SELECT v.idx, v.csns, 1 - MIN(v.justice) AS interieur,
       CASE WHEN MIN(v.justice) < MAX(v.justice) THEN 1 ELSE MIN(v.niveau) END AS niveau
FROM (
    SELECT p.idx, p.csns, 0 AS justice,
           CASE p.csns_qualite WHEN 'A' THEN 1 WHEN 'C' THEN 3 ELSE 2 END AS niveau
    FROM {id}.proc_personne AS p
    WHERE p.csns IS NOT NULL
    UNION ALL
    SELECT p.idx, a.csns, 1, CASE a.csns_qualite WHEN 'A' THEN 1 WHEN 'C' THEN 3 ELSE 2 END
    FROM {t}.lien_personne AS l
    JOIN {t}.lien_numerote AS n ON n.lien_no = l.lien_no
    JOIN {id}.proc_personne AS p
      ON p.parent_idx = n.procedure_idx AND p.rang = l.rang_procedure
    JOIN {id}.affaire_personne AS a
      ON a.parent_idx = n.affaire_idx AND a.rang = l.rang_affaire
    WHERE a.csns IS NOT NULL
) AS v
GROUP BY v.idx, v.csns;

CREATE TABLE {t}.csns_choisi AS
SELECT d.idx, MIN(d.niveau) AS niveau,
       COALESCE(MIN(CASE WHEN d.interieur = 1 THEN d.csns END), MIN(d.csns)) AS csns,
       CASE WHEN MAX(d.interieur) = 1 THEN 'interieur' ELSE 'justice' END AS source
FROM {t}.csns_dit AS d
JOIN (SELECT idx, MIN(niveau) AS niveau FROM {t}.csns_dit GROUP BY idx) AS m
  ON m.idx = d.idx AND m.niveau = d.niveau
GROUP BY d.idx
HAVING MAX(d.interieur) = 1 OR COUNT(*) = 1;

-- Civil status: complete birth, sex, place of birth, and the département where she lives, without
-- which the births of a day in a large town, or in a country, are not told apart. Not enough: born
-- in France (99100), where is not said; a 1 January abroad, which stands for a year alone.
CREATE TABLE {t}.etat_civil AS
SELECT p.idx, p.parent_idx, p.role, p.date_naissance_min AS naissance, p.sexe,
       COALESCE(p.commune_naissance, p.pays_naissance) AS lieu, c.departement
FROM {id}.proc_personne AS p
JOIN {t}.commune AS c ON c.code = p.commune_residence
WHERE p.nature = 'physique' AND p.date_naissance_min = p.date_naissance_max
  AND p.sexe IS NOT NULL AND c.departement IS NOT NULL
  AND (p.commune_naissance IS NOT NULL
       OR (p.pays_naissance <> '99100'
           AND (EXTRACT(MONTH FROM p.date_naissance_min) > 1
                OR EXTRACT(DAY FROM p.date_naissance_min) > 1)));

-- Of one civil status, those whose token is not doubtful must all have the same. It is nobody's who
-- stands beside its owner in the same role of the same procedure: twins.
CREATE TABLE {t}.csns_etat_civil AS
WITH connu AS (
    SELECT e.naissance, e.sexe, e.lieu, e.departement, MIN(c.csns) AS csns
    FROM {t}.etat_civil AS e
    JOIN {t}.csns_choisi AS c ON c.idx = e.idx AND c.niveau < 3
    GROUP BY e.naissance, e.sexe, e.lieu, e.departement
    HAVING MIN(c.csns) = MAX(c.csns)
),
cherche AS (
    SELECT e.idx, e.parent_idx, e.role, k.csns
    FROM {t}.etat_civil AS e
    JOIN connu AS k ON k.naissance = e.naissance AND k.sexe = e.sexe AND k.lieu = e.lieu
                   AND k.departement = e.departement
    LEFT JOIN {t}.csns_choisi AS c ON c.idx = e.idx AND c.niveau < 3
    WHERE c.idx IS NULL
),
pris AS (
    SELECT DISTINCT q.idx
    FROM cherche AS q
    JOIN {id}.proc_personne AS p ON p.parent_idx = q.parent_idx AND p.role = q.role
    JOIN {t}.csns_choisi AS c ON c.idx = p.idx AND c.niveau < 3 AND c.csns = q.csns
    UNION
    SELECT q.idx
    FROM cherche AS q
    JOIN (SELECT parent_idx, role, csns FROM cherche
          GROUP BY parent_idx, role, csns HAVING COUNT(*) > 1) AS b
      ON b.parent_idx = q.parent_idx AND b.role = q.role AND b.csns = q.csns
)
SELECT q.idx, q.csns
FROM cherche AS q
LEFT JOIN pris AS t ON t.idx = q.idx
WHERE t.idx IS NULL;

CREATE TABLE {t}.identite AS
SELECT COALESCE(c.idx, s.idx) AS idx, COALESCE(s.csns, c.csns) AS csns,
       CASE WHEN s.idx IS NULL THEN c.source ELSE 'etat_civil' END AS source
FROM {t}.csns_choisi AS c
FULL OUTER JOIN {t}.csns_etat_civil AS s ON s.idx = c.idx;

DROP TABLE {t}.csns_dit;
DROP TABLE {t}.csns_choisi;
DROP TABLE {t}.etat_civil;
DROP TABLE {t}.csns_etat_civil
