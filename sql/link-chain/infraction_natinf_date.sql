-- Offences of a link with the same NATINF and the same first day (or the same incomplete one), by
-- rank. The date tells apart the offences of the procedures that one affaire joins.
-- Grain: link × offence.
-- Most links have one offence a side, of rank 1: nothing is to be counted there.
CREATE TABLE {t}.lien_multiple AS
SELECT lien_no FROM {t}.infraction_procedure WHERE rang > 1
UNION
SELECT lien_no FROM {t}.infraction_affaire WHERE rang > 1;

INSERT INTO {t}.lien_infraction
SELECT p.lien_no, p.rang AS rang_procedure, a.rang AS rang_affaire, 'natinf_date' AS passe
FROM {t}.infraction_procedure AS p
JOIN {t}.infraction_affaire AS a
  ON a.lien_no = p.lien_no AND a.natinf = p.natinf AND a.date_debut_min = p.date_debut_min
 AND a.date_debut_max = p.date_debut_max
LEFT JOIN {t}.lien_multiple AS m ON m.lien_no = p.lien_no
WHERE m.lien_no IS NULL;

INSERT INTO {t}.lien_infraction
SELECT p.lien_no, p.rang, a.rang, 'natinf_date'
FROM (
    SELECT i.lien_no, i.rang, i.natinf, i.date_debut_min, i.date_debut_max,
           ROW_NUMBER() OVER (
               PARTITION BY i.lien_no, i.natinf, i.date_debut_min, i.date_debut_max
               ORDER BY i.rang) AS k
    FROM {t}.infraction_procedure AS i
    JOIN {t}.lien_multiple AS m ON m.lien_no = i.lien_no
    WHERE i.date_debut_min IS NOT NULL
) AS p
JOIN (
    SELECT i.lien_no, i.rang, i.natinf, i.date_debut_min, i.date_debut_max,
           ROW_NUMBER() OVER (
               PARTITION BY i.lien_no, i.natinf, i.date_debut_min, i.date_debut_max
               ORDER BY i.rang) AS k
    FROM {t}.infraction_affaire AS i
    JOIN {t}.lien_multiple AS m ON m.lien_no = i.lien_no
    WHERE i.date_debut_min IS NOT NULL
) AS a
  ON a.lien_no = p.lien_no AND a.natinf = p.natinf AND a.date_debut_min = p.date_debut_min
 AND a.date_debut_max = p.date_debut_max AND a.k = p.k
