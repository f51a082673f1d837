-- The tables that kernels and passes fill. Grains: see the statements that read them.
--   candidat   tie × procedure × pass: what a reference may mean; the least rang is the best
--   designe    tie: the one procedure a pass decided
--   lien       procedure × affaire: the links, with the first pass that found each
--   conjoint_personne_liee  link × person of the affaire: matched by the joint pass
--   conjoint_lien  procedure × affaire: what the joint pass decided, with its probability
CREATE TABLE {t}.cle_procedure (
    idx BIGINT, cle VARCHAR, cle_actuelle VARCHAR, numero VARCHAR
);
CREATE TABLE {t}.cle_correspondance (
    idx BIGINT, cle VARCHAR, cle_actuelle VARCHAR, numero VARCHAR
);
CREATE TABLE {t}.cle_lecture (
    idx BIGINT, cle VARCHAR, cle_actuelle VARCHAR, numero VARCHAR
);
CREATE TABLE {t}.parquet_correspondance (idx BIGINT, numero VARCHAR);
CREATE TABLE {t}.parquet_affaire (idx BIGINT, numero VARCHAR);
CREATE TABLE {t}.lecture (
    idx BIGINT, lecture INTEGER, doute INTEGER, force VARCHAR, code_unite VARCHAR,
    annee INTEGER, numero VARCHAR
);
CREATE TABLE {t}.candidat (
    reference_idx BIGINT, procedure_idx BIGINT, passe INTEGER, rang INTEGER, compatible INTEGER
);
CREATE TABLE {t}.designe (reference_idx BIGINT, procedure_idx BIGINT, passe INTEGER);
CREATE TABLE {t}.lien (procedure_idx BIGINT, affaire_idx BIGINT, passe INTEGER);
CREATE TABLE {t}.conjoint_personne_liee (
    lien_no BIGINT, rang_procedure BIGINT, rang_affaire BIGINT, probabilite DOUBLE
);
CREATE TABLE {t}.conjoint_lien (procedure_no BIGINT, affaire_no BIGINT, probabilite DOUBLE);
CREATE TABLE {t}.pseudonyme_procedure (idx BIGINT, pseudonyme VARCHAR);
CREATE TABLE {t}.pseudonyme_affaire (idx BIGINT, pseudonyme VARCHAR);
CREATE TABLE {t}.pseudonyme_personne (idx BIGINT, pseudonyme VARCHAR);
CREATE TABLE {t}.pseudonyme_unite (idx BIGINT, pseudonyme VARCHAR);
CREATE TABLE {t}.cle_unite (idx BIGINT, cle VARCHAR);
CREATE TABLE {t}.nomenclature_unite (code_unite VARCHAR);
CREATE TABLE {t}.nomenclature_commune (
    code VARCHAR, departement VARCHAR, commune_actuelle VARCHAR, debut DATE, fin DATE
);
CREATE TABLE {t}.nomenclature_densite (code VARCHAR, densite VARCHAR, densite_detail VARCHAR)
