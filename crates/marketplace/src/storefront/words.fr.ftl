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
storefront-not-sold = Pas vendue en ce moment
storefront-not-sold-line = Cette offre n’est pas vendue en ce moment : son image ne passe plus les contrôles de ce marché, et son éditeur en est averti. Ceux qui l’ont la gardent et la déploient comme avant.
storefront-not-sold-plans = Pas vendues en ce moment : { $plans }. L’image ne passe plus les contrôles de ce marché, et son éditeur en est averti. Ceux qui l’ont la gardent et la déploient comme avant.
storefront-certificate-lost = Depuis le { $date }, l’image ne passe plus les contrôles de ce marché : elle n’a donc pas de certificat. Son éditeur en est averti.
storefront-certificate-advisories = Avis de sécurité du
