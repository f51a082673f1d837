-- What the run was given, by which the truth is told as the base tells it.
-- Grain: the class of density of a commune (key code); the class of an offence on a stretch of days.
CREATE TABLE {t}.densite (code VARCHAR, densite VARCHAR, densite_detail VARCHAR);
CREATE TABLE {t}.classe (code VARCHAR, classe VARCHAR, debut DATE, fin DATE)
