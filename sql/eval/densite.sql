-- The class of density of each commune, as the run was given them. Grain: one commune; key code.
CREATE TABLE {t}.densite (code VARCHAR, densite VARCHAR, densite_detail VARCHAR)
