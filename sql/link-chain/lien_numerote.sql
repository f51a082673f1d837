-- The links under their numbers, and under one number for the pair, for what is compared inside it:
-- by the clear keys, so that no choice among equals depends on the keys of pseudonyms.
-- Grain: procedure × affaire; keys (procedure_no, affaire_no), and lien_no.
CREATE TABLE {t}.lien_numerote AS
SELECT ROW_NUMBER() OVER (ORDER BY q.cle, i.affaire_id) AS lien_no, p.no AS procedure_no,
       a.no AS affaire_no, l.procedure_idx, l.affaire_idx,
       CASE l.passe WHEN 1 THEN 'cle_pv' WHEN 2 THEN 'reference_pv' WHEN 3 THEN 'idj'
                    WHEN 4 THEN 'numero_parquet' ELSE 'conjoint' END AS passe
FROM {t}.lien AS l
JOIN {t}.numero_procedure AS p ON p.idx = l.procedure_idx
JOIN {t}.numero_affaire AS a ON a.idx = l.affaire_idx
JOIN {t}.procedure AS q ON q.idx = l.procedure_idx
JOIN {id}.affaire AS i ON i.idx = l.affaire_idx
