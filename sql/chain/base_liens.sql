-- The links, as link-chain decided them, with their pass and probability.
-- Grain: procedure × affaire; person × person; offence × offence; row without a link.
--
-- probabilite is that of the joint pass, NULL where a key decided. probabilite_estimee is that a
-- link stands, whoever decided it. A key has no probability, but it leaves a trace when it errs: the persons of a
-- false link do not agree. A link is confirmed when one of its persons agrees by CSNS or birth; wrong
-- ones practically never are. Comparable are the links with two persons of one role, one on each side,
-- who both have a CSNS or both a complete birth, and the confirmed ones. If right comparable links were
-- confirmed as often in every pass as in the pass where they are the most often, the share missing
-- elsewhere is the share of wrong ones:
--
--     e = 1 - (confirmed / comparable) / (the highest such rate of a pass of 100 comparable or more)
--
-- and not below 1 / (comparable + 2), the rule of succession. Wrong comparable ones are all among those not
-- confirmed: these stand with probability 1 - e × comparable / (comparable not confirmed); what cannot be
-- compared with 1 - e; confirmed ones are sure. Where the joint pass decided, its probability stands.
-- A complete birth: the base has no births, an age known to the year (age_faits) stands for it.
CREATE TABLE {work}.confirme AS
SELECT DISTINCT procedure_no, affaire_no
FROM {pivot}.lien_personne
WHERE passe IN ('csns', 'naissance');

CREATE TABLE {work}.connu AS
SELECT procedure_no AS no, 'procedure' AS cote, role,
       MAX(CASE WHEN personne_id IS NOT NULL THEN 1 ELSE 0 END) AS csns,
       MAX(CASE WHEN age_faits IS NOT NULL THEN 1 ELSE 0 END) AS naissance
FROM {base}.proc_personne
GROUP BY procedure_no, role
UNION ALL
SELECT affaire_no, 'affaire', role,
       MAX(CASE WHEN personne_id IS NOT NULL THEN 1 ELSE 0 END),
       MAX(CASE WHEN age_faits IS NOT NULL THEN 1 ELSE 0 END)
FROM {base}.affaire_personne
GROUP BY affaire_no, role;

CREATE TABLE {work}.comparable AS
SELECT l.procedure_no, l.affaire_no
FROM {pivot}.lien_procedure_affaire AS l
JOIN {work}.connu AS p ON p.no = l.procedure_no AND p.cote = 'procedure'
JOIN {work}.connu AS a ON a.no = l.affaire_no AND a.cote = 'affaire' AND a.role = p.role
WHERE l.probabilite IS NULL
  AND ((p.csns = 1 AND a.csns = 1) OR (p.naissance = 1 AND a.naissance = 1))
UNION
SELECT procedure_no, affaire_no FROM {work}.confirme;

CREATE TABLE {work}.erreur_passe AS
WITH passe AS (
    SELECT l.passe, COUNT(*) AS n, COUNT(c.procedure_no) AS confirmes
    FROM {pivot}.lien_procedure_affaire AS l
    JOIN {work}.comparable AS k
      ON k.procedure_no = l.procedure_no AND k.affaire_no = l.affaire_no
    LEFT JOIN {work}.confirme AS c
      ON c.procedure_no = l.procedure_no AND c.affaire_no = l.affaire_no
    WHERE l.probabilite IS NULL
    GROUP BY l.passe
),
mieux AS (
    SELECT MAX(confirmes * 1.0 / n) AS taux FROM passe WHERE n >= 100
)
SELECT p.passe, p.n, p.confirmes,
       LEAST(1.0, GREATEST(1.0 / (p.n + 2),
                           CASE WHEN m.taux > 0 THEN 1.0 - p.confirmes * 1.0 / p.n / m.taux
                                ELSE 0.0 END)) AS erreur
FROM passe AS p
CROSS JOIN mieux AS m;

CREATE TABLE {base}.lien_procedure_affaire AS
SELECT l.procedure_no, l.affaire_no, l.passe, l.probabilite,
       CAST(CASE WHEN l.probabilite IS NOT NULL THEN l.probabilite
                 WHEN c.procedure_no IS NOT NULL THEN 1.0
                 WHEN e.passe IS NULL THEN 0.5
                 WHEN k.procedure_no IS NULL THEN 1.0 - e.erreur
                 ELSE GREATEST(0.0, 1.0 - e.erreur * e.n / (e.n - e.confirmes)) END AS DOUBLE)
           AS probabilite_estimee
FROM {pivot}.lien_procedure_affaire AS l
LEFT JOIN {work}.confirme AS c
  ON c.procedure_no = l.procedure_no AND c.affaire_no = l.affaire_no
LEFT JOIN {work}.comparable AS k
  ON k.procedure_no = l.procedure_no AND k.affaire_no = l.affaire_no
LEFT JOIN {work}.erreur_passe AS e ON e.passe = l.passe
ORDER BY l.procedure_no, l.affaire_no;

CREATE TABLE {base}.lien_personne AS
SELECT procedure_no, rang_procedure, affaire_no, rang_affaire, passe, probabilite
FROM {pivot}.lien_personne
ORDER BY procedure_no, rang_procedure, affaire_no, rang_affaire;

CREATE TABLE {base}.lien_infraction AS
SELECT procedure_no, rang_procedure, affaire_no, rang_affaire, passe, probabilite
FROM {pivot}.lien_infraction
ORDER BY procedure_no, rang_procedure, affaire_no, rang_affaire;

CREATE TABLE {base}.non_lie AS
SELECT cote, no, motif
FROM {pivot}.non_lie
ORDER BY cote, no;
