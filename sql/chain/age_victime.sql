-- The age at the facts of every victim, from either ministry.
-- Grain: one victim of a procedure; key (procedure_no, rang).
--
-- Interior's age where every possible day gives one. Else what is known is an interval: Interior's
-- (a birth known by the year), narrowed by those of the victims of affaires to whom she is matched
-- (their age on the first day of the affaire's facts). Intervals that do not meet say nothing.
--   source  interieur, justice (one age, thanks to Justice), intervalle (age_min < age_max), inconnu
CREATE TABLE {work}.age_victime AS
WITH justice AS (
    SELECT l.procedure_no, l.rang_procedure AS rang, MAX(p.age_faits_min) AS age_min,
           MIN(p.age_faits_max) AS age_max
    FROM {base}.lien_personne AS l
    JOIN {base}.affaire_personne AS p
      ON p.affaire_no = l.affaire_no AND p.rang = l.rang_affaire
    WHERE p.role = 'victime' AND p.age_faits_min IS NOT NULL
    GROUP BY l.procedure_no, l.rang_procedure
),
connu AS (
    SELECT v.procedure_no, v.rang, v.age_faits,
           CASE WHEN j.age_min > j.age_max THEN NULL ELSE j.age_min END AS justice_min,
           CASE WHEN j.age_min > j.age_max THEN NULL ELSE j.age_max END AS justice_max,
           v.age_faits_min, v.age_faits_max
    FROM {base}.proc_personne AS v
    LEFT JOIN justice AS j ON j.procedure_no = v.procedure_no AND j.rang = v.rang
    WHERE v.role = 'victime'
),
bornes AS (
    SELECT procedure_no, rang, age_faits,
           CASE WHEN justice_min IS NULL OR justice_min > age_faits_max
                  OR justice_max < age_faits_min THEN age_faits_min
                ELSE GREATEST(justice_min, COALESCE(age_faits_min, justice_min)) END AS age_min,
           CASE WHEN justice_max IS NULL OR justice_min > age_faits_max
                  OR justice_max < age_faits_min THEN age_faits_max
                ELSE LEAST(justice_max, COALESCE(age_faits_max, justice_max)) END AS age_max
    FROM connu
)
SELECT procedure_no, rang,
       COALESCE(age_faits, CASE WHEN age_min = age_max THEN age_min END) AS age_faits,
       COALESCE(age_faits, age_min) AS age_min, COALESCE(age_faits, age_max) AS age_max,
       CASE WHEN age_faits IS NOT NULL THEN 'interieur'
            WHEN age_min IS NULL THEN 'inconnu'
            WHEN age_min = age_max THEN 'justice'
            ELSE 'intervalle' END AS source
FROM bornes
