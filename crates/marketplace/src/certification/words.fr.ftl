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
