-- What the stage tells of itself: rows on each side, and how many are in a link.
-- Grain: one row a name.
SELECT 'procedures' AS nom, (SELECT COUNT(*) FROM {id}.procedure) AS lus,
       (SELECT COUNT(DISTINCT procedure_idx) FROM {t}.lien) AS lies,
       (SELECT COUNT(*) FROM {pivot}.non_lie WHERE cote = 'procedure') AS non_lies
UNION ALL
SELECT 'affaires', (SELECT COUNT(*) FROM {id}.affaire),
       (SELECT COUNT(DISTINCT affaire_idx) FROM {t}.lien),
       (SELECT COUNT(*) FROM {pivot}.non_lie WHERE cote = 'affaire')
UNION ALL
SELECT 'personnes des procedures liees', (SELECT COUNT(*) FROM {t}.personne_liee),
       (SELECT COUNT(*) FROM (SELECT DISTINCT lien_no, rang_procedure FROM {t}.lien_personne) AS u),
       (SELECT COUNT(*) FROM {t}.personne_liee AS c
        LEFT JOIN (SELECT DISTINCT lien_no, rang_procedure FROM {t}.lien_personne) AS l
          ON l.lien_no = c.lien_no AND l.rang_procedure = c.rang
        WHERE l.lien_no IS NULL)
UNION ALL
SELECT 'infractions des procedures liees', (SELECT COUNT(*) FROM {t}.infraction_procedure),
       (SELECT COUNT(*) FROM (SELECT DISTINCT lien_no, rang_procedure FROM {t}.lien_infraction) AS u),
       (SELECT COUNT(*) FROM {t}.infraction_procedure AS c
        LEFT JOIN (SELECT DISTINCT lien_no, rang_procedure FROM {t}.lien_infraction) AS l
          ON l.lien_no = c.lien_no AND l.rang_procedure = c.rang
        WHERE l.lien_no IS NULL)
