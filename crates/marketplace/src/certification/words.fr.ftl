# Ce que dit le chapitre de la certification.

certification-letter-greeting = Bonjour { $name },
certification-letter-good-title = { $file } est certifiée
certification-letter-good = L’image { $file } a été jugée selon le profil { $profile } et elle est certifiée. Vous pouvez l’utiliser dans une offre.
certification-letter-bad-title = { $file } n’est pas encore certifiée
certification-letter-bad = L’image { $file } a été jugée selon le profil { $profile } et n’est pas encore certifiée. Voici ce qu’il faut corriger d’abord :
certification-letter-open-title = { $file } n’a pas pu être jugée
certification-letter-open = L’image { $file } devait être jugée selon le profil { $profile }, mais une donnée indispensable n’a pas pu être lue. Elle n’est donc pas certifiée.
certification-letter-remedy = Que faire :
certification-letter-more =
    { $count ->
        [one] Un autre point figure dans le rapport.
       *[other] { $count } autres points figurent dans le rapport.
    }
certification-letter-report = Le rapport complet, avec chaque endroit du disque :

certification-out-of-time =
    { $minutes ->
        [one] L’examen a été abandonné au bout d’une minute. Une image qui demande autant de temps est presque toujours endommagée, volontairement ou non. Vérifiez ses systèmes de fichiers chez vous, ou faites-la juger à nouveau.
       *[other] L’examen a été abandonné au bout de { $minutes } minutes. Une image qui demande autant de temps est presque toujours endommagée, volontairement ou non. Vérifiez ses systèmes de fichiers chez vous, ou faites-la juger à nouveau.
    }
certification-died = Le programme qui juge s’est arrêté brutalement en lisant cette image ({ $how }). Rien d’autre n’a été touché. Faites-la juger à nouveau ; si cela se reproduit, vérifiez ses systèmes de fichiers chez vous et prévenez l’opérateur.
certification-other-bytes = Ce qui a été jugé n’est pas ce qui a été envoyé : le contenu ne correspond pas au nom de l’image. Prévenez l’opérateur ; le stockage est peut-être endommagé.
certification-byte = octet { $offset }
certification-disk-free = inutilisé
certification-disk-root = racine
certification-disk-whole = le disque entier
certification-disk-partition = partition { $number }

refused-certification-no-such-profile = Il n’existe pas de profil de ce nom. Choisissez kvm, azure ou strict.
refused-certification-no-report-yet = Il n’y a pas encore de rapport. Attendez que l’image ait été jugée, puis redemandez.

certification-list-title = Images
certification-list-line = Ce que vous avez envoyé, et ce qui en est advenu. Une image peut servir dans une offre dès qu’elle est certifiée.
certification-list-empty = Pas encore d’image
certification-list-empty-line = Envoyez un VHD fixe. Il est jugé dès son arrivée, et vous recevez un rapport qui dit quoi corriger, où et comment.
certification-head-file = Fichier
certification-head-state = État
certification-head-size = Taille
certification-head-when = Date
certification-state-receiving = Réception, { $percent }
certification-state-sealing = Scellement
certification-state-refused = Refusé
certification-state-never = Pas encore jugée
certification-state-queued = En attente d’examen
certification-state-running = Examen en cours, { $percent }
certification-state-certified = Certifiée
certification-state-not-certified = Non certifiée
certification-state-could-not-judge = N’a pas pu être jugée

certification-profiles = Jugée selon
certification-profile = Profil { $profile }
certification-certified = Certifiée
certification-not-certified = Pas encore certifiée
certification-could-not-judge = N’a pas pu être jugée
certification-running = Examen en cours
certification-running-line = Chaque octet alloué est lu une fois. Vous pouvez quitter cette page ; une lettre vous préviendra, et le rapport restera ici.
certification-queued = Elle attend son tour et sera examinée dans quelques secondes.
certification-progress = Lecture de l’image
certification-progress-line = selon le profil { $profile }
certification-never = Pas encore jugée selon le profil { $profile }
certification-never-line = Chaque profil réunit les règles d’une plateforme. L’examen prend quelques secondes et ne change rien à l’image.
certification-judge = La faire juger
certification-judge-again = La faire juger à nouveau
certification-filter = Afficher
certification-filter-all = Tout
certification-filter-passed = Réussis
certification-filter-not-applicable = Sans objet
certification-must-fix = À corriger
certification-fix-first = À corriger d’abord
certification-warnings = Avertissements
certification-excepted = Acceptés par exception
certification-filter-needs-boot = Demandent une machine qui tourne
certification-needs-boot =
    { $count ->
        [one] Un contrôle demande une machine qui tourne
       *[other] { $count } contrôles demandent une machine qui tourne
    }
certification-not-decided = Non décidés
certification-where = Où
certification-found = Trouvé
certification-expected = Attendu
certification-remedy = Que faire
certification-places-left =
    { $count ->
        [one] Un autre endroit figure dans le rapport JSON.
       *[other] { $count } autres endroits figurent dans le rapport JSON.
    }
certification-rulebook = règlement { $edition }
certification-passed =
    { $count ->
        [one] Un contrôle réussi
       *[other] { $count } contrôles réussis
    }
certification-not-applicable =
    { $count ->
        [one] Un contrôle sans objet
       *[other] { $count } contrôles sans objet
    }
certification-scan = Ce qui a été lu
certification-scan-line =
    { $files ->
        [one] { $scanned } lus sur { $allocated } alloués, dans un fichier et en dehors.
       *[other] { $scanned } lus sur { $allocated } alloués, dans { $files } fichiers et en dehors.
    }
certification-judged-at = Jugée
certification-image = L’image
certification-json = Rapport en JSON
certification-desk-line = Le même rapport chez vous ou en intégration continue, sans serveur :
certification-fact-content-id = Identifiant de contenu
certification-fact-sha256 = SHA-256
certification-fact-size = Taille du fichier
certification-fact-sealed = Scellée
certification-fact-profile = Profil
certification-fact-rulebook = Règlement
certification-fact-judged = Jugée
certification-fact-format = Format

# What the history tells; the key is the deed.
# used: certification-did-*
certification-did-begin = a commencé à juger une image
certification-did-conclude = a conclu une certification

# Jugée de nouveau sans que personne le demande, et comparée à un rapport antérieur.
# used: certification-why-*
certification-why-rulebook = parce que le règlement a une nouvelle édition
certification-why-profile = parce que le profil du marché a changé
certification-why-advisories = parce que l’on en sait plus sur les vulnérabilités
certification-why-exceptions = parce que ce qui en est accepté a changé
certification-why-day = parce qu’un jour s’était écoulé
certification-looked-at = revue depuis, avec le même résultat,
certification-look-trouble = La dernière revue n’a pas abouti et sera retentée : { $why }
certification-look-broke = Quelque chose a lâché du côté du marché ; le journal de l’opérateur en garde la trace.
certification-fact-looked = Revue
certification-fact-advisories = Avis de sécurité du
certification-did-judged_again = a jugé de nouveau une image
certification-compare = Comparaison
certification-compare-title = { $file } face à un rapport antérieur
certification-compare-since = Par rapport à { $title } :
certification-compare-open = Voir ce qui a changé
certification-compare-first = C’est le premier rapport sur cette image et sa formule : il n’y en a pas d’autre auquel le comparer.
certification-compare-nothing = Rien n’a changé : aucun des deux rapports ne demande quoi que ce soit.
certification-compare-alone = Rien à comparer pour l’instant
certification-compare-alone-line = C’est le premier rapport. Dès qu’une autre image aura été jugée, ou celle-ci de nouveau, vous verrez ici ce qui a changé.
certification-compare-back = Ouvrir le rapport
certification-compare-with = Comparer avec
certification-compare-choose = Choisissez un rapport
certification-compare-go = Comparer
certification-compare-profile = Autre profil : { $before } alors, { $now } maintenant.
certification-compare-profile-text = Le profil porte le même nom et dit désormais autre chose.
certification-compare-rulebook = Autre règlement : édition { $before } alors, { $now } maintenant.
certification-compare-broken = Nouvelles infractions
certification-compare-changed = Toujours enfreintes, à d’autres endroits
certification-compare-mended = Corrigées
certification-compare-not-asked = Plus demandées
certification-compare-same = Comme avant
certification-compare-place = Endroit
certification-compare-place-new = Nouveau
certification-compare-place-gone = Disparu
certification-compare-count-broken =
    { $count ->
        [one] { $count } nouvelle infraction
       *[other] { $count } nouvelles infractions
    }
certification-compare-count-mended =
    { $count ->
        [one] { $count } corrigée
       *[other] { $count } corrigées
    }
certification-compare-count-changed =
    { $count ->
        [one] { $count } enfreinte à d’autres endroits
       *[other] { $count } enfreintes à d’autres endroits
    }
certification-compare-count-same = { $count } comme avant
# used: certification-verdict-*
certification-verdict-none = pas demandée
certification-verdict-pass = respectée
certification-verdict-not-applicable = sans objet
certification-verdict-excepted = acceptée par exception
certification-verdict-warn = avertissement
certification-verdict-not-decided = non tranchée
certification-verdict-fail = à corriger
certification-against-earlier = la même image, jugée le { $date }
certification-against-version = { $file }, que la formule { $plan } proposait auparavant en version { $version } (jugée le { $date })
certification-against-same-name = l’ancienne { $file }, jugée le { $date }
certification-against-other = une autre image : { $file }, jugée le { $date }
