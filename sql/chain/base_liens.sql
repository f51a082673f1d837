-- The links, as link-chain decided them, with their pass and probability.
-- Grain: procedure × affaire; person × person; offence × offence; row without a link.
CREATE TABLE {base}.lien_procedure_affaire AS
SELECT procedure_no, affaire_no, passe, probabilite
FROM {pivot}.lien_procedure_affaire
ORDER BY procedure_no, affaire_no;

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
