# Ce que dit le chapitre de la certification.

certification-letter-greeting = Bonjour { $name },
certification-letter-good-title = { $file } est certifiée
certification-letter-good = L’image { $file } a été jugée selon le profil { $profile } et elle est certifiée. Vous pouvez l’utiliser dans une offre.
certification-letter-bad-title = { $file } n’est pas encore certifiée
certification-letter-bad = L’image { $file } a été jugée selon le profil { $profile } et n’est pas encore certifiée. Voici ce qu’il faut corriger d’abord :
certification-letter-open-title = { $file } n’a pas pu être jugée
certification-letter-open = L’image { $file } devait être jugée selon le profil { $profile }, mais une donnée indispensable n’a pas pu être lue. Elle n’est donc pas certifiée.
certification-letter-accepted = Ce qui empêchait { $file } d’être certifiée selon le profil { $profile } a été accepté par l’opérateur du marché, pour cette image et pour un temps. Elle est désormais certifiée, et vous pouvez l’utiliser dans une offre.
certification-letter-ended-title = { $file } n’est plus certifiée
certification-letter-ended = Une exception pour { $file } a pris fin ou a été retirée ; l’image a donc été jugée à nouveau selon le profil { $profile } et n’est plus certifiée. Voici ce qu’il faut corriger d’abord :
certification-letter-remedy = Que faire :
certification-letter-more =
    { $count ->
        [one] Un autre point figure dans le rapport.
       *[other] { $count } autres points figurent dans le rapport.
    }
certification-letter-report = Le rapport complet, avec chaque endroit du disque :

certification-out-of-time =
    { $minutes ->
        [one] L’examen a été abandonné au bout d’une minute. Une image qui demande autant de temps est presque toujours endommagée, volontairement ou non. Vérifiez ses systèmes de fichiers chez vous, ou faites-la juger à nouveau.
       *[other] L’examen a été abandonné au bout de { $minutes } minutes. Une image qui demande autant de temps est presque toujours endommagée, volontairement ou non. Vérifiez ses systèmes de fichiers chez vous, ou faites-la juger à nouveau.
    }
certification-died = Le programme qui juge s’est arrêté brutalement en lisant cette image ({ $how }). Rien d’autre n’a été touché. Faites-la juger à nouveau ; si cela se reproduit, vérifiez ses systèmes de fichiers chez vous et prévenez l’opérateur.
certification-other-bytes = Ce qui a été jugé n’est pas ce qui a été envoyé : le contenu ne correspond pas au nom de l’image. Prévenez l’opérateur ; le stockage est peut-être endommagé.
certification-byte = octet { $offset }
certification-disk-free = inutilisé
certification-disk-root = racine
certification-disk-whole = le disque entier
certification-disk-partition = partition { $number }

refused-certification-no-such-profile = Il n’existe pas de profil de ce nom. Choisissez kvm, azure ou strict.
refused-certification-no-report-yet = Il n’y a pas encore de rapport. Attendez que l’image ait été jugée, puis redemandez.
refused-certification-no-certificate = Il n’y a pas de certificat : la dernière exécution n’a pas certifié cette image. Lisez son rapport, corrigez ce qu’il nomme et faites juger l’image à nouveau.
refused-certification-never-malware = La règle { $rule } n’est jamais levée : ce qui nuit à qui le démarre n’obtient pas de certificat, quelle que soit la raison. Si l’analyse se trompe, c’est sa signature qu’il faut corriger.
refused-certification-never-unreadable = La règle { $rule } n’est jamais levée : ce qui ne peut pas être lu, ou pas de la même façon par tous, n’a pas été jugé, et personne ne saurait ce qui a été certifié.
refused-certification-never-open-door = La règle { $rule } n’est jamais levée : elle laisserait entrer des inconnus dans chaque machine que les clients démarrent de cette image.
refused-certification-not-broken = La règle { $rule } n’est pas enfreinte dans le dernier rapport ; il n’y a donc rien à accepter. Rouvrez le rapport : il a pu changer entre-temps.
refused-certification-not-seen = La règle { $rule } n’a pas pu être tranchée, et personne ne peut répondre de ce que personne n’a vu. L’éditeur corrige ce qui a empêché de la lire ; l’image est alors jugée à nouveau.

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
certification-running-line = Chaque octet alloué est lu une fois. Vous pouvez quitter cette page ; une lettre vous préviendra, et le rapport restera ici.
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
certification-desk-line = Le même rapport chez vous ou en intégration continue, sans serveur :
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
certification-did-grant_exception = a accepté qu’une règle soit enfreinte
certification-did-withdraw_exception = a retiré une exception
certification-did-end_exception = a mis fin à une exception dont le dernier jour est passé

certification-granted = Accepté par l’opérateur du marché jusqu’au { $date } : { $reason }
certification-signed = Certificat signé

certification-idle = Exceptions sans effet
certification-exceptions = Exceptions pour cette image
certification-head-rule = Règle
certification-head-exception = Exception
certification-head-granted = Accordée
certification-head-reason = Raison
certification-head-until = Dernier jour
certification-exception-stands = en vigueur
certification-exception-withdrawn = retirée
certification-exception-replaced = remplacée par une autre
certification-exception-expired = finie avec son dernier jour
# used: certification-exception-done-*
certification-exception-done-granted = L’exception est accordée. L’image est jugée à nouveau d’après ce qu’on en sait ; cela prend quelques secondes.
certification-exception-done-withdrawn = L’exception est retirée. L’image est jugée à nouveau d’après ce qu’on en sait ; cela prend quelques secondes.
certification-desk-images-line = Toutes les images envoyées par les éditeurs, avec leur dernier verdict selon le profil du marché. Dans un rapport, vous pouvez accepter ce qui est enfreint, pour une image et pour un temps.
certification-desk-images-none = Aucune image ici
certification-desk-images-none-line = Dès qu’un éditeur envoie une image qui a sa place ici, elle y figure avec son rapport.
certification-desk-failed = Non certifiées
certification-desk-publisher = Éditeur
certification-desk-of = { $file }, envoyée par { $publisher }
certification-desk-exceptions-line = Ce qui est accepté à présent, ce qui finit le plus tôt d’abord. Après son dernier jour, une exception ne compte plus, et l’image est jugée à nouveau.
certification-desk-exceptions-none = Rien n’est accepté par exception
certification-desk-exceptions-none-line = Quand une image enfreint une règle et que vous avez une bonne raison de l’accepter, ouvrez son rapport et choisissez « Accepter pour cette image » à côté de la règle.
certification-except-go = Accepter pour cette image
certification-except-change = Modifier ou retirer l’exception
certification-except-title = Exception à la règle { $rule }
certification-except-line = La règle reste enfreinte et reste dans le rapport, avec votre raison et le dernier jour à côté ; elle n’empêche plus l’image d’être certifiée. Cela vaut pour cette image exactement : une image dont un seul octet a changé a besoin de la sienne. Cela compte pour tous les profils.
certification-except-stands = En vigueur
certification-except-withdraw = La retirer
certification-except-withdraw-question = La règle compte aussitôt comme enfreinte, et l’image est jugée à nouveau. Si cela change le verdict, l’éditeur reçoit une lettre. Les clients gardent ce qu’ils ont.
certification-except-withdraw-go = Retirer l’exception
certification-except-never = Ceci ne s’accepte pas
certification-except-reason = Raison
certification-except-reason-hint = L’éditeur et les clients la lisent, dans le rapport et dans le certificat. Dites pourquoi cela ne nuit pas ici.
certification-except-reason-short = Donnez une raison d’au moins { $least } caractères : l’éditeur et chaque client la lisent.
certification-except-reason-long = La raison est trop longue : { $most } caractères au plus. Dites l’essentiel ; les détails ont leur place dans un document que vous nommez.
certification-except-until = Dernier jour
certification-except-until-hint = Elle vaut jusqu’à la fin de ce jour (UTC), et au plus tard jusqu’au { $latest }.
certification-except-until-no-day = Indiquez le dernier jour où elle vaut, par exemple 2027-03-01.
certification-except-until-past = Ce jour est passé. Indiquez aujourd’hui ou un jour à venir.
certification-except-until-late = Une exception dure un an au plus, jusqu’au { $latest }. Accordez-en alors une autre, s’il y a encore une raison.
certification-except-button = Accepter et juger à nouveau
certification-except-back = Retour au rapport

# Jugée de nouveau sans que personne le demande, et comparée à un rapport antérieur.
# used: certification-why-*
certification-why-rulebook = parce que le règlement a une nouvelle édition
certification-why-profile = parce que le profil du marché a changé
certification-why-advisories = parce que l’on en sait plus sur les vulnérabilités
certification-why-scanners = parce que les règles de la place de marché contre les logiciels malveillants ont changé
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
