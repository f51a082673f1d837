-- Work tables that hold the study's lists and orders while the chain is rebuilt.
-- Grain: one entry of a list. ordre: 1 is first in the study's order of priority.
CREATE TABLE {work}.pays (code VARCHAR, groupe VARCHAR);
CREATE TABLE {work}.partenaire (code VARCHAR);
CREATE TABLE {work}.champ_natinf (code VARCHAR, genre VARCHAR, ordre INTEGER, lien_requis INTEGER,
                                  debut DATE, fin DATE);
CREATE TABLE {work}.classe (code VARCHAR, classe VARCHAR, debut DATE, fin DATE);
CREATE TABLE {work}.code_acte (type VARCHAR, code VARCHAR, issue VARCHAR, mode VARCHAR,
                               decision_ordre INTEGER, debut DATE, fin DATE);
CREATE TABLE {work}.issue (ordre INTEGER, code VARCHAR);
CREATE TABLE {work}.mode (ordre INTEGER, code VARCHAR);
CREATE TABLE {work}.decision (ordre INTEGER, code VARCHAR, condamne INTEGER);
CREATE TABLE {work}.grammaire (avant VARCHAR, apres VARCHAR);
CREATE TABLE {base}.hote (affaire_no BIGINT, hote_no BIGINT)
