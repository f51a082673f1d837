-- Two dozen procedures worked out by hand (see test_chain.c for what must come out). Observation
-- date of the test: 2024-06-30. Every row is invented.
-- procedure_no, force, recorded, court
CREATE TABLE procedure AS SELECT ROW_NUMBER() OVER () + 500 AS idx, * FROM (VALUES
  ( 1, 'PN', DATE '2021-02-01', 'tj75056'), ( 2, 'GN', DATE '2021-02-01', 'tj75056'),
  ( 3, 'PN', DATE '2021-04-01', 'tj75056'), ( 4, 'PN', DATE '2021-04-01', 'tj75056'),
  ( 5, 'GN', DATE '2021-03-01', 'tj69123'), ( 6, 'GN', DATE '2021-03-01', 'tj69123'),
  ( 7, 'PN', DATE '2021-02-15', 'tj69123'), ( 8, 'PN', DATE '2021-02-15', NULL),
  ( 9, 'PN', DATE '2022-01-01', 'tj75056'), (10, 'PN', DATE '2023-12-31', 'tj75056'),
  (11, 'PN', DATE '2022-02-01', 'tj75056'), (12, 'GN', DATE '2022-02-01', 'tj75056'),
  (13, 'GN', DATE '2022-03-01', 'tj75056'), (14, 'GN', DATE '2022-03-01', 'tj75056'),
  (15, 'GN', DATE '2022-03-01', 'tj75056'), (16, 'GN', DATE '2022-03-01', 'tj75056'),
  (17, 'PN', DATE '2021-01-31', 'tj75056'), (18, 'PN', DATE '2021-01-31', 'tj75056'),
  (19, 'PN', DATE '2017-12-31', 'tj75056'), (20, 'PN', DATE '2020-01-01', 'tj75056'),
  (21, 'PN', DATE '2020-03-01', 'tj75056'), (22, 'PN', DATE '2020-03-01', 'tj75056'),
  (23, 'PN', DATE '2020-03-01', 'tj75056'), (24, 'PN', DATE '2020-03-01', 'tj75056'),
  (25, 'PN', DATE '2018-01-01', 'tj75056'), (26, 'PN', DATE '2021-04-01', 'tj75056'),
  (27, 'PN', DATE '2021-04-01', 'tj75056')
) AS t(procedure_no, force, date_enregistrement, juridiction_destinataire);

-- procedure_no, rang, role, nature, age, lien, personne
CREATE TABLE proc_personne AS
SELECT ROW_NUMBER() OVER () + 900 AS idx, * FROM (
  SELECT procedure_no, 1 AS rang, 'victime' AS role, 'physique' AS nature, 30 AS age_faits,
         'CONJ' AS lien_auteur, 'F' AS sexe FROM procedure WHERE procedure_no NOT IN (11, 12)
  UNION ALL SELECT procedure_no, 2, 'mis_en_cause', 'physique', 35, NULL, 'M' FROM procedure
            WHERE procedure_no NOT IN (11, 12)
  UNION ALL SELECT * FROM (VALUES
    ( 4, 3, 'mis_en_cause', 'physique', 20, NULL, 'M'),
    (15, 3, 'mis_en_cause', 'physique', 20, NULL, 'M'),
    (11, 1, 'victime', 'physique', 15, 'AUCU', 'F'), (11, 10, 'victime', 'physique', 70, NULL, 'M'),
    (11, 2, 'victime', 'physique', 40, 'CONJ', 'F'), (11, 5, 'mis_en_cause', 'physique', NULL, NULL, 'M'),
    (12, 1, 'victime', 'physique', 40, 'CONC', 'F'), (12, 2, 'victime', 'physique', 40, 'VOIS', 'F'),
    (12, 3, 'victime', 'physique', 14, 'PETI', 'F'), (12, 4, 'victime', 'physique', NULL, 'PETI', 'F'),
    (12, 5, 'victime', 'morale', NULL, NULL, NULL),
    (12, 6, 'victime', 'physique', NULL, 'PETI', 'F')
  ) AS t(a, b, c, d, e, f, g)
) AS p(procedure_no, rang, role, nature, age_faits, lien_auteur, sexe);

-- Who is known by a CSNS at Interior: v is the victim of 1, 3 and 7 and the author of 10, w the
-- author of 1 and 26 (4 alone has the same by Justice, see below), u the victim of 20 and 21.
CREATE TABLE personne_connue AS SELECT * FROM (VALUES
  ( 1, 1, 'v'), ( 3, 1, 'v'), ( 7, 1, 'v'), (10, 2, 'v'), ( 1, 2, 'w'), (26, 2, 'w'),
  (20, 1, 'u'), (21, 1, 'u')
) AS t(procedure_no, rang, personne_id);
-- Who link-chain says they are: the same, and whom Justice knows.
CREATE TABLE identite AS SELECT *, 'interieur' AS source FROM personne_connue
UNION ALL SELECT *, 'justice' FROM (VALUES
  ( 4, 2, 'w'), (15, 2, 'aa'), (15, 3, 'bb'), (16, 2, 'cc')
) AS t(procedure_no, rang, personne_id);

-- Everyone is a victim of 20730 (partner violence) but in 11 and 12. 15700 is on no list.
CREATE TABLE proc_infraction AS
SELECT ROW_NUMBER() OVER () + 70 AS idx, * FROM (
  SELECT procedure_no, 1 AS rang, '20730' AS natinf, CAST(NULL AS VARCHAR) AS rangs_victimes
  FROM procedure WHERE procedure_no NOT IN (11, 12)
  UNION ALL SELECT * FROM (VALUES
    ( 1, 2, '27750', '1'),   -- a second, less grave offence: the kind stays physique
    (11, 1, '20730', '1'), (11, 2, '27750', '10 12'), (11, 3, '15700', '2'),
    (12, 1, '23', CAST(NULL AS VARCHAR)), (12, 2, '15700', '1')
  ) AS t(a, b, c, d)
) AS i(procedure_no, rang, natinf, rangs_victimes);

-- affaire_no; 70 and 71 are hosts, 81–82 a cycle, 152 split off 151
CREATE TABLE affaire AS SELECT ROW_NUMBER() OVER () + 300 AS idx, * FROM (VALUES
  (10, 0), (30, 0), (40, 0), (50, 0), (60, 0), (61, 0), (70, 0), (81, 0), (82, 0), (80, 0), (90, 1),
  (100, 0), (110, 0), (120, 0), (131, 0), (132, 0), (141, 0), (151, 0), (152, 0), (161, 0),
  (162, 0), (171, 0), (181, 0), (191, 0), (201, 0), (211, 0), (221, 0), (231, 0), (241, 0), (251, 0), (271, 0)
) AS t(affaire_no, petit_x);

-- affaire_no, rang, personne (a pseudonym or nothing)
CREATE TABLE affaire_personne AS
SELECT ROW_NUMBER() OVER () + 10 AS idx, affaire_no, rang, 'mis_en_cause' AS role, personne_id
FROM (VALUES
  (10, 1, NULL), (30, 1, NULL), (30, 2, NULL), (40, 1, 'w'), (40, 2, NULL), (50, 1, NULL),
  (60, 1, NULL), (61, 1, NULL), (70, 1, NULL), (70, 2, NULL), (81, 1, NULL), (82, 1, NULL),
  (80, 1, NULL), (100, 1, NULL), (110, 1, NULL), (120, 1, NULL), (131, 1, NULL), (132, 1, NULL),
  (141, 1, NULL), (141, 2, NULL), (151, 1, 'aa'), (151, 2, 'bb'), (152, 7, 'bb'), (161, 1, 'cc'),
  (162, 1, 'cc'), (162, 2, 'dd'), (171, 1, NULL), (181, 1, NULL), (191, 1, NULL), (201, 1, NULL),
  (211, 1, NULL), (221, 1, NULL), (231, 1, NULL), (241, 1, NULL), (251, 1, NULL), (251, 2, NULL),
  (271, 1, NULL), (271, 2, NULL)
) AS t(affaire_no, rang, personne_id)
UNION ALL SELECT 9, 10, 9, 'victime', NULL UNION ALL SELECT 8, 120, 9, 'victime', NULL;

CREATE TABLE affaire_infraction AS SELECT ROW_NUMBER() OVER () + 40 AS idx, * FROM (
  SELECT affaire_no, 1 AS rang, 'initiale' AS etat, '20730' AS natinf FROM affaire
  UNION ALL SELECT 80, 1, 'requalifiee', '15700'   -- 8: requalified out of the field of Justice
  UNION ALL SELECT 10, 1, 'requalifiee', '15700'   -- 1: out, and back in at the judgment
  UNION ALL SELECT 10, 1, 'jugement', '20730'
) AS t(affaire_no, rang, etat, natinf);

-- affaire_no, rang, rang_auteur, type, date, code
CREATE TABLE evenement AS SELECT ROW_NUMBER() OVER () + 2000 AS idx, * FROM (VALUES
  (10, 1, NULL, 'enregistrement', DATE '2021-02-03', NULL),
  (10, 2, 1, 'orientation', DATE '2021-03-01', 'COPJ'), (10, 3, 1, 'decision', DATE '2021-09-01', 'COND'),
  (10, 4, 1, 'appel', DATE '2021-09-05', 'APRE'), (10, 5, 1, 'decision', DATE '2022-09-01', 'RELX'),
  (30, 1, 1, 'orientation', DATE '2021-05-01', '21'), (30, 2, 2, 'orientation', DATE '2021-06-01', '56'),
  (40, 1, 1, 'orientation', DATE '2021-05-01', '21'), (40, 2, 2, 'orientation', DATE '2021-06-01', '56'),
  (50, 1, 1, 'orientation', DATE '2021-03-05', '11'),   -- overridden by what the host did
  (70, 1, 2, 'orientation', DATE '2021-06-30', 'CI'), (70, 2, 2, 'decision', DATE '2021-07-01', 'RELX'),
  (82, 1, NULL, 'orientation', DATE '2021-08-01', '11'),
  (100, 1, 1, 'orientation', DATE '2021-03-01', '21'), (100, 2, 1, 'reorientation', DATE '2021-06-01', 'CRPC'),
  (80, 1, NULL, 'orientation', DATE '2021-03-15', '41'),
  (90, 1, NULL, 'enregistrement', DATE '2022-01-10', NULL),
  (110, 1, 1, 'orientation', DATE '2024-07-15', '56'),
  (120, 1, 1, 'orientation', DATE '2022-02-01', 'CD'), (120, 2, NULL, 'decision', DATE '2022-12-01', 'DISP'),
  (131, 1, 1, 'orientation', DATE '2022-05-01', '57'), (132, 1, 1, 'orientation', DATE '2022-07-01', '58'),
  (141, 1, 1, 'orientation', DATE '2022-03-02', 'COPJ'), (141, 2, 1, 'decision', DATE '2022-05-01', 'COND'),
  (141, 3, 2, 'orientation', DATE '2022-04-02', 'INST'),
  (151, 1, 1, 'orientation', DATE '2022-05-01', '57'), (152, 1, 7, 'orientation', DATE '2022-06-01', 'COPJ'),
  (152, 2, 7, 'decision', DATE '2022-11-01', 'COND'),
  (162, 1, 1, 'orientation', DATE '2022-05-01', '57'), (162, 2, 2, 'orientation', DATE '2022-06-01', 'COPJ'),
  (171, 1, 1, 'orientation', DATE '2021-02-01', 'INST'), (171, 2, 1, 'transmission_instruction', DATE '2021-02-02', NULL),
  (171, 3, 1, 'ordonnance_reglement', DATE '2022-05-01', 'RENV'), (171, 4, 1, 'decision', DATE '2022-09-01', 'COND'),
  (181, 1, 1, 'transmission_instruction', DATE '2021-02-02', NULL), (181, 2, 1, 'ordonnance_reglement', DATE '2023-01-01', 'NLIE'),
  (191, 1, 1, 'orientation', DATE '2018-02-01', '21'),
  (201, 1, 1, 'decision', DATE '2020-12-31', 'COND'),
  (211, 1, 1, 'orientation', DATE '2020-02-01', '71'),
  (221, 1, 1, 'orientation', DATE '2020-05-01', 'ZZ'),
  (231, 1, 1, 'orientation', DATE '2020-05-01', '21'), (231, 2, 1, 'orientation', DATE '2020-05-01', '44'),
  (241, 1, 1, 'orientation', DATE '2020-05-01', 'OP'), (241, 2, 1, 'decision', DATE '2020-06-01', 'QQ'),
  (251, 1, NULL, 'orientation', DATE '2018-01-01', 'COPJ'), (251, 2, NULL, 'reorientation', DATE '2018-02-01', '46'),
  (251, 3, 2, 'reorientation', DATE '2018-03-01', 'CRPC'), (251, 4, 2, 'decision', DATE '2018-02-15', 'COND'),
  (271, 1, 1, 'orientation', DATE '2021-05-01', '21'), (271, 2, 2, 'orientation', DATE '2021-06-01', '56')
) AS t(affaire_no, rang, rang_auteur, type, date, code);

-- 50 → 60 → 70 (5); 81 ⇄ 82 (6); 151 splits into 152 (15); 161 → 162 (16); 211 outside; 231 too late
CREATE TABLE lien_affaire AS SELECT ROW_NUMBER() OVER () + 5 AS idx, * FROM (VALUES
  (50, 60, 'jonction', DATE '2021-04-01'), (60, 70, 'transmission', NULL),
  (81, 82, 'jonction', DATE '2021-04-01'), (82, 81, 'jonction', DATE '2021-04-02'),
  (151, 152, 'disjonction', DATE '2022-04-01'), (161, 162, 'jonction', DATE '2022-04-01'),
  (211, NULL, 'transmission', DATE '2022-04-01'), (231, 10, 'jonction', DATE '2024-07-01')
) AS t(affaire_no, affaire_cible_no, type, date);

CREATE TABLE lien_procedure_affaire AS
SELECT *, 'cle_pv' AS passe, CAST(1.0 AS DOUBLE) AS probabilite FROM (VALUES
  (1, 10), (3, 30), (4, 40), (5, 50), (6, 81), (7, 100), (8, 80), (9, 90), (10, 110), (11, 120),
  (12, 120), (13, 131), (13, 132), (14, 141), (15, 151), (16, 161), (17, 171), (18, 181), (19, 191),
  (20, 201), (21, 211), (22, 221), (23, 231), (24, 241), (25, 251), (26, 40), (27, 271)
) AS t(procedure_no, affaire_no);

-- Only in 4 and 26 (one author each of 40), 15 (both), 16, 27 (one of two), and the victim of 9.
CREATE TABLE lien_personne AS
SELECT *, 'csns' AS passe, CAST(1.0 AS DOUBLE) AS probabilite FROM (VALUES
  (4, 2, 40, 1), (26, 2, 40, 2), (27, 2, 271, 1), (15, 2, 151, 1), (15, 3, 151, 2), (16, 2, 161, 1), (9, 1, 90, 9),
  (12, 4, 120, 9) -- whose age only Justice knows: 14
) AS t(procedure_no, rang_procedure, affaire_no, rang_affaire);
-- The offences of 7, 12, 17 are not found at Justice.
CREATE TABLE lien_infraction AS SELECT *, 'natinf' AS passe FROM (VALUES
  (1, 1, 10, 1), (3, 1, 30, 1), (5, 1, 50, 1), (8, 1, 80, 1), (9, 1, 90, 1), (13, 1, 131, 1), (13, 1, 132, 1),
  (18, 1, 181, 1)
) AS t(procedure_no, rang_procedure, affaire_no, rang_affaire);
CREATE TABLE non_lie AS SELECT 'procedure' AS cote, 2 AS no, 'aucune_cle' AS motif;
