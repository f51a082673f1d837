-- Offences on the study's list, on both sides, with the days on which the entry of the list is valid
-- (compared with the day of recording by the statements that read them: compared here, a planner
-- crosses every procedure with every entry first).
-- Grain: offence of a procedure × entry of the list; offence of an affaire, in its last state (at
-- judgment, else requalified at orientation, else initial) × entry that states the relation.
CREATE TABLE {work}.infraction_listee AS
SELECT i.procedure_no, i.rang, i.rangs_victimes, i.natinf, i.tentative,
       n.ordre, n.genre, n.lien_requis, n.debut, n.fin
FROM {base}.proc_infraction AS i
JOIN {work}.champ_natinf AS n ON n.code = i.natinf;

CREATE TABLE {work}.qualification_listee AS
WITH qualification AS (
    SELECT affaire_no, natinf,
           ROW_NUMBER() OVER (
               PARTITION BY affaire_no, rang
               ORDER BY CASE etat WHEN 'jugement' THEN 1 WHEN 'requalifiee' THEN 2 ELSE 3 END)
               AS place
    FROM {base}.affaire_infraction
)
SELECT q.affaire_no, n.ordre, n.debut, n.fin
FROM qualification AS q
JOIN {work}.champ_natinf AS n ON n.code = q.natinf
WHERE q.place = 1 AND n.lien_requis = 0
