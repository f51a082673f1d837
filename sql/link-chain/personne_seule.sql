-- The only person of a role and nature that stays unmatched on each side of a link, unless sex, CSNS
-- or dates of birth contradict. In an affaire that joins several procedures, a person already matched
-- to one of them comes from there; a victim that several could still claim is left to none, while
-- the same author may well be the one of each.
-- Grain: link × person.
INSERT INTO {t}.lien_personne
WITH pris AS (
    SELECT DISTINCT n.affaire_no, l.rang_affaire
    FROM {t}.lien_personne AS l
    JOIN {t}.lien_numerote AS n ON n.lien_no = l.lien_no
),
seule_affaire AS (
    SELECT c.lien_no, c.affaire_no, c.role, c.nature, MIN(c.rang) AS rang, MIN(c.sexe) AS sexe,
           MIN(c.csns) AS csns, MIN(c.debut) AS debut, MIN(c.fin) AS fin
    FROM {t}.reste_affaire AS c
    LEFT JOIN pris ON pris.affaire_no = c.affaire_no AND pris.rang_affaire = c.rang
    WHERE pris.affaire_no IS NULL
    GROUP BY c.lien_no, c.affaire_no, c.role, c.nature
    HAVING COUNT(*) = 1
),
seule_procedure AS (
    SELECT c.lien_no, c.role, c.nature, MIN(c.rang) AS rang, MIN(c.sexe) AS sexe,
           MIN(c.csns) AS csns, MIN(c.debut) AS debut, MIN(c.fin) AS fin
    FROM {t}.reste_procedure AS c
    LEFT JOIN {t}.lien_personne AS l ON l.lien_no = c.lien_no AND l.rang_procedure = c.rang
    WHERE l.lien_no IS NULL
    GROUP BY c.lien_no, c.role, c.nature
    HAVING COUNT(*) = 1
),
pretendant AS (
    SELECT a.lien_no, p.rang AS rang_procedure, a.rang AS rang_affaire, a.role,
           COUNT(*) OVER (PARTITION BY a.affaire_no, a.rang) AS n
    FROM seule_affaire AS a
    JOIN seule_procedure AS p
      ON p.lien_no = a.lien_no AND p.role = a.role AND p.nature = a.nature
    WHERE (a.sexe IS NULL OR p.sexe IS NULL OR a.sexe = p.sexe)
      AND (a.csns IS NULL OR p.csns IS NULL OR a.csns = p.csns)
      AND (a.debut IS NULL OR p.debut IS NULL OR (a.debut <= p.fin AND p.debut <= a.fin))
)
SELECT lien_no, rang_procedure, rang_affaire, 'seule' AS passe
FROM pretendant
WHERE n = 1 OR role = 'mis_en_cause'
