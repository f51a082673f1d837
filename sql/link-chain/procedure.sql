-- What linkage reads of a procedure.
-- Grain: one procedure; keys idx, and cle (force|unit|year|number: checked to be unique).
--   cle_actuelle   the same with the unit that took over; not unique when units merged
CREATE TABLE {t}.procedure AS
SELECT p.idx, k.cle, k.cle_actuelle, k.numero, p.force, p.annee, p.date_enregistrement,
       p.date_transmission, p.juridiction_destinataire
FROM {id}.procedure AS p
JOIN {t}.cle_procedure AS k ON k.idx = p.idx
