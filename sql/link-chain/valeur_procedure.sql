-- What a procedure's pseudonym is made of: its own key, without successors of units, so that a new
-- merger of units does not change it. Grain: one procedure.
SELECT idx, cle FROM {t}.cle_procedure
