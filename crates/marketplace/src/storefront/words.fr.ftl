storefront-home-title = Des machines de confiance, en route en quelques minutes
storefront-home-line =
    { $count ->
        [0] Des images de machines certifiées, examinées jusqu’au dernier fichier.
        [one] Une image de machine, examinée jusqu’au dernier fichier. Lisez ce qui a été constaté, puis lancez-la.
       *[other] { $count } images de machines, examinées jusqu’au dernier fichier. Lisez ce qui a été constaté, puis lancez-les.
    }
storefront-empty = La halle est ouverte, les étals sont vides
storefront-empty-line = Rien n’est encore en vente. Les éditeurs apportent ici leurs images ; la première offre paraît à la minute où elle est validée.
storefront-aisles = Rayons
storefront-new = Nouveau sur le marché
storefront-all = Tout voir ({ $count })
storefront-certified = Certifiée
storefront-free = Gratuite
storefront-byol = Licence à fournir
storefront-price-free = Gratuit
storefront-price-byol = Licence à fournir

storefront-search-title = Tout le marché
storefront-found-all =
    { $count ->
        [one] { $count } offre
       *[other] { $count } offres
    }
storefront-found =
    { $count ->
        [one] { $count } offre pour
       *[other] { $count } offres pour
    }
storefront-order = Tri
# used: storefront-order-*
storefront-order-best = Pertinence
storefront-order-newest = Nouveautés
storefront-order-price = Prix
storefront-order-name = Nom
storefront-meant = Rien ne porte exactement ce nom. Voici ce qui correspond à :
storefront-results = Résultats
storefront-nothing = Aucun résultat
storefront-nothing-line = Essayez un autre mot, un mot plus court ou son nom anglais. Moins de filtres donnent plus de résultats.
storefront-wider = Chercher sans filtres
storefront-see-all = Tout voir
storefront-facet-category = Catégorie
storefront-facet-licence = Prix
# used: storefront-licence-*
storefront-licence-free = Gratuit
storefront-licence-byol = Licence à fournir
storefront-licence-hourly = À l’heure

storefront-deploy = Déployer
storefront-plans = Formules
storefront-about = Présentation
storefront-pictures = Images
storefront-picture = Image { $number } de { $title }
storefront-plan-image = Image
storefront-plan-size = Taille
storefront-plan-ports = Ports ouverts
storefront-choose = Choisir { $plan }
storefront-preview = Vous voyez cette offre en aperçu. Les clients la verront une fois validée. Commander et déployer fonctionnent, et vous montrent ce qu’ils obtiendront.
storefront-certificate = Certificat
storefront-certificate-line =
    { $warnings ->
        [0] { $passed } contrôles réussis. Chaque octet alloué a été lu.
        [one] { $passed } contrôles réussis, avec un avertissement. Chaque octet alloué a été lu.
       *[other] { $passed } contrôles réussis, avec { $warnings } avertissements. Chaque octet alloué a été lu.
    }
storefront-certificate-none = Il n’y a pas de certificat selon les dernières règles de ce marché. L’image est jugée à nouveau.
storefront-certificate-profile = Profil
storefront-certificate-rulebook = Règlement
storefront-certificate-date = Jugée
storefront-certificate-content = Contenu
storefront-report = Ouvrir le rapport
storefront-report-title = Rapport de certification de { $title }, { $plan }
storefront-report-line = Voici ce que le marché a constaté dans les octets mêmes que vous déployez.
storefront-verify = Comparez vous-même : passez le même juge sur l’image, à votre bureau.
storefront-publisher = Éditeur
storefront-publisher-more = Tout ce que propose { $seller }
storefront-website = Site web
storefront-support = Assistance
storefront-support-by = { $name }, { $email }
storefront-privacy = Vie privée
storefront-links = Liens utiles
storefront-terms = Conditions
storefront-terms-line = Vous les acceptez en commandant. Elles sont conservées avec votre commande.
storefront-version-line = Version { $number }, publiée le { $date }
storefront-your-machines = Ni carte ni abonnement : la commande elle-même ne coûte rien.

# used: storefront-signed-*
storefront-certificate-open = Certificat signé
storefront-signed-title = Certificat de { $file }
storefront-signed-holds = { $file } est certifiée
storefront-signed-holds-line = Le marché a signé ceci, et cela tient : aucun jugement ultérieur ne dit le contraire.
storefront-signed-renewed = { $file } est certifiée
storefront-signed-renewed-line = L’image a été jugée à nouveau le { $date } et certifiée de nouveau. Ce certificat est le plus ancien.
storefront-signed-newer = Ouvrir le certificat le plus récent
storefront-signed-fallen = { $file } n’est plus certifiée
storefront-signed-fallen-line = L’image a été jugée à nouveau le { $date } et ne passe plus. Ce que ce certificat dit du jour où il fut signé reste vrai ; n’en faites pas une raison de vous fier à l’image aujourd’hui.
storefront-signed-open = { $file } attend un nouvel examen
storefront-signed-open-line = L’image a été jugée à nouveau le { $date }, et quelque chose qu’il fallait savoir n’a pas pu être lu. Tant que ce n’est pas réglé, ne vous appuyez pas sur ce certificat.
storefront-signed-ended = { $file } attend un nouvel examen
storefront-signed-ended-line = Ce certificat repose sur une exception à la règle { $rule } qui a pris fin le { $date }. Il ne tient plus, et l’image est jugée à nouveau.
storefront-signed-private = L’image n’est pas en vente. Seuls son éditeur et l’opérateur du marché voient cette page.
storefront-signed-says = Ce qu’il dit
storefront-signed-says-line = { $market } a jugé l’image ayant exactement ce contenu le { $date }, selon le profil { $profile } et l’édition { $edition } du règlement, et l’a trouvée bonne. Il ne s’agit d’aucune autre image, ni de la même dont un seul octet aurait changé.
storefront-signed-verdict = Verdict
storefront-signed-checks =
    { $warnings ->
        [0] certifiée : { $passed } contrôles réussis
        [one] certifiée : { $passed } contrôles réussis, avec un avertissement
       *[other] certifiée : { $passed } contrôles réussis, avec { $warnings } avertissements
    }
storefront-signed-exceptions = Exceptions
storefront-signed-exceptions-none = Aucune : aucune règle n’a été levée pour cette image.
storefront-signed-exceptions-line = L’image enfreint ces règles, et l’opérateur du marché l’a accepté pour cette image et pour un temps :
storefront-signed-check = Vérifiez vous-même
storefront-signed-check-line = Téléchargez le certificat et la clé, placez-les à côté de l’image et lancez cette commande. Elle n’a besoin d’aucun réseau. Elle lit chaque octet de l’image et finit par 0 seulement si la signature et tout ce qui est affirmé tiennent.
storefront-signed-download = Télécharger le certificat
storefront-signed-download-key = Télécharger la clé publique
storefront-signed-format = Le certificat est une déclaration in-toto dans une enveloppe DSSE, signée par Ed25519 ; il porte le rapport entier.
storefront-signed-key = L’empreinte de la clé
storefront-signed-key-line = Qui prend la clé et le certificat au même endroit se fie à cet endroit. Comparez l’empreinte à une autre, reçue par un autre chemin.
storefront-keys-all = Toutes les clés de ce marché
storefront-keys-title = Les clés de ce marché
storefront-keys-line = Les certificats de ce marché se vérifient avec ces clés publiques. Un certificat nomme sa clé, et une clé qui ne sert plus reste ici, afin que ce qu’elle a signé puisse toujours être vérifié.
storefront-keys-none = Pas encore de clé
storefront-keys-none-line = Ce marché n’a encore rien signé.
storefront-keys-now = Signe à présent
storefront-keys-before = A signé autrefois
storefront-keys-since = En usage depuis le { $date }
storefront-keys-check = Comparer l’empreinte
storefront-keys-check-line = Une empreinte est le SHA-256 de la clé. Ceci affiche celle du fichier que vous avez téléchargé :
storefront-keys-stable = La clé qui signe à présent se trouve toujours à
