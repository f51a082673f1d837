-- Rows in and out of every step, for the manifest. One row a count: name, read, accepted.
SELECT CAST(quoi AS VARCHAR) AS quoi, CAST(lus AS BIGINT) AS lus, CAST(gardes AS BIGINT) AS gardes
FROM (
    SELECT 1 AS n, 'base procedure' AS quoi,
           (SELECT COUNT(*) FROM {content}.procedure) AS lus,
           (SELECT COUNT(*) FROM {base}.procedure) AS gardes
    UNION ALL
    SELECT 2, 'base proc_personne', (SELECT COUNT(*) FROM {content}.proc_personne),
           (SELECT COUNT(*) FROM {base}.proc_personne)
    UNION ALL
    SELECT 3, 'base proc_infraction', (SELECT COUNT(*) FROM {content}.proc_infraction),
           (SELECT COUNT(*) FROM {base}.proc_infraction)
    UNION ALL
    SELECT 4, 'base affaire', (SELECT COUNT(*) FROM {content}.affaire),
           (SELECT COUNT(*) FROM {base}.affaire)
    UNION ALL
    SELECT 5, 'base affaire_personne', (SELECT COUNT(*) FROM {content}.affaire_personne),
           (SELECT COUNT(*) FROM {base}.affaire_personne)
    UNION ALL
    SELECT 6, 'base affaire_infraction', (SELECT COUNT(*) FROM {content}.affaire_infraction),
           (SELECT COUNT(*) FROM {base}.affaire_infraction)
    UNION ALL
    SELECT 7, 'base evenement', (SELECT COUNT(*) FROM {content}.evenement),
           (SELECT COUNT(*) FROM {base}.evenement)
    UNION ALL
    SELECT 8, 'base lien_affaire', (SELECT COUNT(*) FROM {content}.lien_affaire),
           (SELECT COUNT(*) FROM {base}.lien_affaire)
    UNION ALL
    SELECT 9, 'lien_affaire vers une affaire connue', (SELECT COUNT(*) FROM {base}.lien_affaire),
           (SELECT COUNT(*) FROM {base}.lien_affaire WHERE affaire_cible_no IS NOT NULL)
    UNION ALL
    SELECT 10, 'lien_affaire en vigueur',
           (SELECT COUNT(*) FROM {base}.lien_affaire WHERE affaire_cible_no IS NOT NULL),
           (SELECT COUNT(*) FROM {base}.lien_affaire
            WHERE affaire_cible_no IS NOT NULL AND (date IS NULL OR date <= $observation))
    UNION ALL
    SELECT 11, 'evenement au plus tard à la date d''observation',
           (SELECT COUNT(*) FROM {base}.evenement),
           (SELECT COUNT(*) FROM {base}.evenement WHERE date <= $observation)
    UNION ALL
    SELECT 12, 'orientation de code connu',
           (SELECT COUNT(*) FROM {base}.evenement
            WHERE date <= $observation AND type IN ('orientation', 'reorientation')),
           (SELECT COUNT(*) FROM {work}.acte WHERE type IN ('orientation', 'reorientation'))
    UNION ALL
    SELECT 13, 'décision de code connu',
           (SELECT COUNT(*) FROM {work}.acte WHERE type = 'decision'),
           (SELECT COUNT(*) FROM {work}.acte WHERE type = 'decision' AND decision_ordre < 1000)
    UNION ALL
    SELECT 20, 'victime, personne physique', (SELECT COUNT(*) FROM {work}.victime),
           (SELECT COUNT(*) FROM {work}.victime
            WHERE motif IS NULL OR motif <> 'personne_morale')
    UNION ALL
    SELECT 21, 'victime, infraction de la liste',
           (SELECT COUNT(*) FROM {work}.victime
            WHERE motif IS NULL OR motif <> 'personne_morale'),
           (SELECT COUNT(*) FROM {work}.victime
            WHERE motif IS NULL OR motif NOT IN ('personne_morale', 'infraction_hors_liste'))
    UNION ALL
    SELECT 22, 'victime, lien de couple établi',
           (SELECT COUNT(*) FROM {work}.victime
            WHERE motif IS NULL OR motif NOT IN ('personne_morale', 'infraction_hors_liste')),
           (SELECT COUNT(*) FROM {work}.victime
            WHERE motif IS NULL OR motif IN ('hors_periode', 'age_inconnu', 'age_hors_champ'))
    UNION ALL
    SELECT 23, 'victime, enregistrée dans la période',
           (SELECT COUNT(*) FROM {work}.victime
            WHERE motif IS NULL OR motif IN ('hors_periode', 'age_inconnu', 'age_hors_champ')),
           (SELECT COUNT(*) FROM {work}.victime
            WHERE motif IS NULL OR motif IN ('age_inconnu', 'age_hors_champ'))
    UNION ALL
    SELECT 24, 'victime, âge du champ ou inconnu',
           (SELECT COUNT(*) FROM {work}.victime
            WHERE motif IS NULL OR motif IN ('age_inconnu', 'age_hors_champ')),
           (SELECT COUNT(*) FROM {work}.victime WHERE motif IS NULL OR motif = 'age_inconnu')
    UNION ALL
    SELECT 25, 'victime, d''âge inconnu gardée',
           (SELECT COUNT(*) FROM {work}.victime WHERE motif IS NULL OR motif = 'age_inconnu'),
           (SELECT COUNT(*) FROM {base}.chaine_victime)
    UNION ALL
    SELECT 30, 'victime du champ, âge connu à l''Intérieur',
           (SELECT COUNT(*) FROM {base}.chaine_victime),
           (SELECT COUNT(*) FROM {base}.chaine_victime WHERE age_source = 'interieur')
    UNION ALL
    SELECT 31, 'victime du champ, âge connu de l''un des ministères',
           (SELECT COUNT(*) FROM {base}.chaine_victime),
           (SELECT COUNT(*) FROM {base}.chaine_victime WHERE age_faits IS NOT NULL)
    UNION ALL
    SELECT 26, 'victime du champ, procédure appariée', (SELECT COUNT(*) FROM {base}.chaine_victime),
           (SELECT COUNT(*) FROM {base}.chaine_victime WHERE lie = 1)
    UNION ALL
    SELECT 27, 'victime appariée, orientée',
           (SELECT COUNT(*) FROM {base}.chaine_victime WHERE lie = 1),
           (SELECT COUNT(*) FROM {base}.chaine_victime WHERE lie = 1 AND issue <> 'en_cours')
    UNION ALL
    SELECT 28, 'victime orientée, chaîne terminée',
           (SELECT COUNT(*) FROM {base}.chaine_victime WHERE lie = 1 AND issue <> 'en_cours'),
           (SELECT COUNT(*) FROM {base}.chaine_victime WHERE lie = 1 AND en_cours = 0)
    UNION ALL
    SELECT 29, 'chaîne terminée, durée cohérente',
           (SELECT COUNT(*) FROM {base}.chaine_victime WHERE lie = 1 AND en_cours = 0),
           (SELECT COUNT(*) FROM {base}.chaine_victime
            WHERE lie = 1 AND en_cours = 0 AND duree_jours IS NOT NULL)
) AS comptes
ORDER BY n
