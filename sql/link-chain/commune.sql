-- From a commune's code, of any vintage, to its present commune, département and class of density.
-- Grain: one code of commune; key code.
-- Of several periods of a code the one still open counts, else the last. Old and delegated communes
-- and arrondissements take the département of their present commune,
-- and its density where the grid does not list them by themselves.
CREATE TABLE {t}.commune AS
WITH rangee AS (
    SELECT code, departement, commune_actuelle,
           ROW_NUMBER() OVER (
               PARTITION BY code
               ORDER BY CASE WHEN fin IS NULL THEN 0 ELSE 1 END, fin DESC, debut DESC,
                        commune_actuelle, departement
           ) AS choix
    FROM {t}.nomenclature_commune
),
retenue AS (
    SELECT code, departement, commune_actuelle FROM rangee WHERE choix = 1
)
SELECT r.code, COALESCE(r.commune_actuelle, r.code) AS actuelle,
       COALESCE(actuelle.departement, r.departement) AS departement,
       COALESCE(d.densite, a.densite) AS densite,
       COALESCE(d.densite_detail, a.densite_detail) AS densite_detail
FROM retenue AS r
LEFT JOIN retenue AS actuelle ON actuelle.code = r.commune_actuelle
LEFT JOIN {t}.nomenclature_densite AS d ON d.code = r.code
LEFT JOIN {t}.nomenclature_densite AS a ON a.code = r.commune_actuelle
