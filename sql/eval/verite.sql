-- The truth, under the numbers of the run. What the sources' keys do not find (rejected rows) keeps
-- NULL numbers: it counts as true and can only be missed.
-- Grain: procedure × affaire; person × person; offence × offence; victim; stay of a procedure in a
-- stage; person of a procedure.
CREATE TABLE {t}.procedure_connue AS
SELECT q.procedure_no, p.force, p.code_unite, CAST(p.annee AS VARCHAR(10)) AS annee, p.numero,
       p.date_enregistrement,
       CAST(EXTRACT(YEAR FROM p.date_enregistrement) AS INTEGER) AS annee_enregistrement
FROM {pivot}.procedure AS q
JOIN {id}.procedure AS p ON p.idx = q.idx;

CREATE TABLE {t}.affaire_connue AS
SELECT q.affaire_no, a.affaire_id
FROM {pivot}.affaire AS q
JOIN {id}.affaire AS a ON a.idx = q.idx;

CREATE TABLE {t}.vrai_lien AS
SELECT 'procedure_affaire' AS niveau, p.procedure_no, CAST(0 AS INTEGER) AS rang_procedure,
       a.affaire_no, CAST(0 AS INTEGER) AS rang_affaire
FROM {t}.lu_procedure_affaire AS v
LEFT JOIN {t}.procedure_connue AS p
  ON p.force = v.force AND p.code_unite = v.code_unite AND p.annee = v.annee
 AND p.numero = v.numero
LEFT JOIN {t}.affaire_connue AS a ON a.affaire_id = v.affaire_id
UNION ALL
SELECT 'personne', p.procedure_no, CAST(v.rang_procedure AS INTEGER), a.affaire_no,
       CAST(v.rang_affaire AS INTEGER)
FROM {t}.lu_personne AS v
LEFT JOIN {t}.procedure_connue AS p
  ON p.force = v.force AND p.code_unite = v.code_unite AND p.annee = v.annee
 AND p.numero = v.numero
LEFT JOIN {t}.affaire_connue AS a ON a.affaire_id = v.affaire_id
UNION ALL
SELECT 'infraction', p.procedure_no, CAST(v.rang_procedure AS INTEGER), a.affaire_no,
       CAST(v.rang_affaire AS INTEGER)
FROM {t}.lu_infraction AS v
LEFT JOIN {t}.procedure_connue AS p
  ON p.force = v.force AND p.code_unite = v.code_unite AND p.annee = v.annee
 AND p.numero = v.numero
LEFT JOIN {t}.affaire_connue AS a ON a.affaire_id = v.affaire_id;

CREATE TABLE {t}.trouve AS
SELECT 'procedure_affaire' AS niveau, passe, procedure_no, CAST(0 AS INTEGER) AS rang_procedure,
       affaire_no, CAST(0 AS INTEGER) AS rang_affaire
FROM {pivot}.lien_procedure_affaire
UNION ALL
SELECT 'personne', passe, procedure_no, rang_procedure, affaire_no, rang_affaire
FROM {pivot}.lien_personne
UNION ALL
SELECT 'infraction', passe, procedure_no, rang_procedure, affaire_no, rang_affaire
FROM {pivot}.lien_infraction;

CREATE TABLE {t}.vraie_victime AS
SELECT p.procedure_no, CAST(v.rang AS INTEGER) AS rang, v.genre, v.force,
       p.annee_enregistrement AS annee, v.issue, v.mode,
       CAST(v.duree_jours AS INTEGER) AS duree_jours, d.densite,
       c1.classe,
       CASE WHEN v.issue IS NULL THEN NULL
            WHEN v.issue = 'en_cours' THEN 'non_orientee' ELSE c2.classe END AS classe_orientation,
       CASE WHEN v.issue IS NULL THEN NULL
            WHEN v.issue <> 'poursuites' THEN 'non_poursuivie'
            WHEN v.natinf_jugement IS NULL THEN 'non_retenue' ELSE c3.classe END AS classe_jugement
FROM {t}.lu_victime AS v
LEFT JOIN {t}.procedure_connue AS p
  ON p.force = v.force AND p.code_unite = v.code_unite AND p.annee = v.annee
 AND p.numero = v.numero
LEFT JOIN {t}.densite AS d ON d.code = v.commune_faits
LEFT JOIN {t}.classe AS c1
  ON c1.code = v.natinf AND p.date_enregistrement BETWEEN c1.debut AND c1.fin
LEFT JOIN {t}.classe AS c2
  ON c2.code = v.natinf_orientation AND p.date_enregistrement BETWEEN c2.debut AND c2.fin
LEFT JOIN {t}.classe AS c3
  ON c3.code = v.natinf_jugement AND p.date_enregistrement BETWEEN c3.debut AND c3.fin
WHERE v.champ = '1';

CREATE TABLE {t}.vrai_sejour AS
SELECT p.procedure_no, e.ordre, e.etape, CAST(e.entree AS DATE) AS entree,
       CAST(e.sortie AS DATE) AS sortie
FROM {t}.lu_etape AS e
JOIN {t}.procedure_connue AS p
  ON p.force = e.force AND p.code_unite = e.code_unite AND p.annee = e.annee
 AND p.numero = e.numero;

CREATE TABLE {t}.vraie_identite AS
SELECT p.procedure_no, CAST(i.rang AS INTEGER) AS rang, i.role, i.personne
FROM {t}.lu_identite AS i
JOIN {t}.procedure_connue AS p
  ON p.force = i.force AND p.code_unite = i.code_unite AND p.annee = i.annee
 AND p.numero = i.numero
