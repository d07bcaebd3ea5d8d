# Offres : rédiger, décrire, tarifer, figer.

offers-all = Offres
offers-ways = Cette offre
offers-way-draft = Brouillon
offers-way-status = Publication
offers-way-compare = Ce qui changerait
offers-sections = Parties du brouillon
offers-overview = Vue d’ensemble
offers-section-listing = Présentation
offers-section-listing-line = Titre, résumé, description et catégories, en anglais et en français.
offers-section-artwork = Illustrations
offers-section-artwork-line = Le logo, et jusqu’à cinq captures d’écran.
offers-section-skus = Références
offers-section-skus-line = Ce qui s’achète : licence, prix, image et machine.
offers-section-legal = Mentions légales
offers-section-legal-line = Les conditions que vos clients acceptent et votre politique de confidentialité.
offers-section-support = Assistance
offers-section-support-line = Où vos clients trouvent de l’aide, et qui la place de marché peut joindre.
offers-section-leads = Prospects
offers-section-leads-line = Où annoncer les clients qui montrent de l’intérêt.
offers-complete = Complet
offers-missing-count =
    { $count ->
        [one] Il manque un élément
       *[other] Il manque { $count } éléments
    }
offers-line = Adresse : { $slug }
offers-saved = Enregistré
offers-save = Enregistrer
offers-preview = Aperçu du brouillon
offers-preview-line = Voici le brouillon tel qu’il est enregistré. Seuls les membres de votre organisation le voient.
offers-missing = Manque pour soumettre
offers-ready = Prête à soumettre
offers-ready-line = Il ne manque rien. Relisez l’aperçu une dernière fois, puis soumettez l’offre.
offers-to-submission = Aller à la soumission
offers-submit-title = Publier
offers-submit-line = Le brouillon, tel qu’il est maintenant, est vérifié, ses images sont certifiées et vous recevez un aperçu. Rien n’est mis en vente avant votre validation.
offers-submit = Soumettre à publication
offers-submit-missing =
    { $count ->
        [one] Il manque un élément avant de pouvoir soumettre. Il figure dans la liste à côté.
       *[other] Il manque { $count } éléments avant de pouvoir soumettre. Ils figurent dans la liste à côté.
    }
offers-discard = Supprimer ce brouillon
offers-discard-question = Ce brouillon n’a jamais été soumis. Il est supprimé aussitôt, sans retour possible.
offers-changed = Quelqu’un d’autre a enregistré cette partie entre-temps
offers-changed-line = Votre saisie est toujours dans le formulaire et rien n’a été écrasé. Voici ce qui est enregistré là où la vôtre diffère. Enregistrez de nouveau pour mettre la vôtre à la place.
offers-nothing = (rien)

offers-create = Nouvelle offre
offers-create-line = Un titre et une adresse suffisent pour commencer. Le reste peut attendre.
offers-create-go = Créer le brouillon
offers-field-offer-slug = Adresse
offers-hint-offer-slug = La partie de l’adresse web propre à votre offre : de 3 à 50 lettres minuscules, chiffres et traits d’union. Elle ne pourra plus changer.

offers-listing-en = En anglais
offers-listing-en-line = Obligatoire. Qui lit une autre langue voit ce texte là où vous n’avez rien écrit dans la sienne.
offers-listing-fr = En français
offers-listing-fr-line = Facultatif, mais tout ou rien.
offers-categories-label = Où vos clients la cherchent
offers-hint-categories = D’une à cinq.
offers-hint-title = 50 caractères au plus.
offers-hint-summary = Une ligne pour les listes : ce qu’elle fait, et pour qui. 100 caractères au plus, sans répéter le titre.
offers-hint-description = 3 000 caractères au plus. # commence un titre, - une liste ; **gras**, *accentué* et [liens](https://example.com) sont possibles.
offers-as-read = Ce que liront vos clients
offers-field-title_en = Titre, en anglais
offers-field-summary_en = Résumé, en anglais
offers-field-description_en = Description, en anglais
offers-field-title_fr = Titre, en français
offers-field-summary_fr = Résumé, en français
offers-field-description_fr = Description, en français
offers-field-categories = Catégories
offers-field-logo = Logo
offers-field-screenshot = Capture d’écran
offers-field-screenshots = Captures d’écran
offers-field-terms = Conditions d’utilisation
offers-field-privacy_url = Politique de confidentialité, adresse web
offers-field-support_url = Page d’assistance, adresse web
offers-field-support_name = Assistance aux clients : nom
offers-field-support_email = Assistance aux clients : e-mail
offers-field-support_phone = Assistance aux clients : téléphone
offers-field-engineering_name = Équipe technique : nom
offers-field-engineering_email = Équipe technique : e-mail
offers-field-engineering_phone = Équipe technique : téléphone
offers-field-useful_links = Liens utiles
offers-field-leads = Destination
offers-field-leads_email = Adresse e-mail pour les prospects
offers-field-leads_url = Adresse du point d’appel web
offers-field-slug = Nom dans les adresses
offers-field-sku_title_en = Titre, en anglais
offers-field-sku_title_fr = Titre, en français
offers-field-sku_summary_en = Résumé, en anglais
offers-field-sku_summary_fr = Résumé, en français
offers-field-licence = Type de licence
offers-field-price = Prix d’une heure
offers-field-image = Image
offers-field-image_version = Version de l’image
offers-field-cores = Cœurs
offers-field-memory_mib = Mémoire
offers-field-open_ports = Ports ouverts
offers-field-health_path = Page de santé

offers-legal-line = Vos clients acceptent ces conditions, mot pour mot, avant de déployer.
offers-hint-terms = Texte simple. Chaque commande conserve les termes qui ont été acceptés.
offers-support-shown = Pour vos clients
offers-support-shown-line = Affiché sur la page de l’offre.
offers-hint-useful-links = Un par ligne : Titre | https://adresse. Huit au plus.
offers-support-contact = Assistance aux clients
offers-support-contact-line = Qui la place de marché appelle quand un client ne parvient pas à vous joindre. Non affiché.
offers-engineering-contact = Équipe technique
offers-engineering-contact-line = Qui répond quand quelque chose est découvert dans l’image. Non affiché.
offers-leads-line = Chaque prospect est conservé sur votre page Prospects. Il peut aussi être transmis aussitôt.
offers-leads-none = La page Prospects seulement
offers-leads-none-hint = Rien n’est transmis.
offers-leads-email = Une adresse e-mail
offers-leads-email-hint = Une lettre par prospect.
offers-leads-webhook = Un point d’appel web
offers-leads-webhook-hint = Un POST signé en JSON, répété jusqu’à ce qu’il reçoive une réponse.
offers-hint-leads-email = Utilisée si vous avez choisi une adresse e-mail.
offers-hint-leads-url = Utilisée si vous avez choisi un point d’appel web. Il est essayé avec un prospect de test à la publication.
offers-hook-secret = Le secret du point d’appel web
offers-hook-secret-line = Il signe les appels selon Standard Webhooks. Quiconque le détient peut signer en notre nom.
offers-hook-new-secret = Créer un nouveau secret à l’enregistrement

offers-logo-line = Affiché dans les listes et sur la page de l’offre.
offers-logo = Logo
offers-logo-alt = Le logo actuel
offers-hint-logo = PNG, carré, de 216 à 350 pixels, 1 Mio au plus. Un nouveau remplace l’ancien.
offers-hang = Ajouter
offers-screenshots = Captures d’écran
offers-screenshots-line = Ce que vos clients verront quand la machine tourne.
offers-screenshots-full = Il y en a déjà cinq. Retirez-en une pour en ajouter une autre.
offers-screenshot-alt = Capture d’écran { $number }
offers-hint-screenshot = PNG, de 533 à 2 560 pixels de large et de 324 à 1 600 de haut, 1 Mio au plus. 1280 × 720 rend le mieux.
offers-take-down = Retirer la capture { $number }

offers-skus-line = Vos clients choisissent l’une d’elles.
offers-skus-empty = Rien à acheter pour l’instant
offers-skus-empty-line = Une référence est ce que vos clients achètent : une image, la machine qu’il lui faut et une licence. Une offre en a au moins une.
offers-sku-add = Ajouter une référence
offers-sku-edit = Modifier
offers-sku-remove = Retirer
offers-sku-remove-question = Ceux qui l’ont achetée la gardent. Une fois ce retrait publié, personne ne pourra plus l’acheter.
offers-sku-back = Retour aux références
offers-sku-what = Ce que c’est
offers-hint-sku-slug = De 3 à 50 lettres minuscules, chiffres et traits d’union. Il ne pourra plus changer.
offers-licence-line = Une fois la référence en vente, le type de licence reste et le prix ne peut que baisser.
offers-licence-free = Gratuit
offers-licence-free-hint = Vos clients ne paient rien pour le logiciel.
offers-licence-byol = Licence déjà acquise
offers-licence-byol-hint = Vos clients ont déjà une licence de votre part.
offers-licence-hourly = À l’heure
offers-licence-hourly-hint = Chaque heure de fonctionnement est facturée.
offers-hint-price = Utilisé si elle est vendue à l’heure : 0,05 vaut cinq centimes l’heure.
offers-per-hour = { $currency }/h
offers-no-images = Vous n’avez pas encore envoyé d’image.
offers-to-images = En envoyer une
offers-image-none = Aucune image choisie
offers-hint-image-version = Trois nombres : 1.4.0. Une nouvelle image demande une version plus haute.
offers-sku-machine = La machine qu’il lui faut
offers-sku-machine-line = La machine de chaque client est ainsi dotée.
offers-memory = Mémoire
offers-hint-open-ports = Séparés par des virgules : 22, 80, 443.
offers-hint-health-path = Là où le serveur web de la machine donne son jeton : c’est ainsi que la place de marché sait qu’elle est prête.

offers-category-ai-machine-learning = IA et apprentissage automatique
offers-category-analytics = Analyse de données
offers-category-compute = Calcul
offers-category-containers = Conteneurs
offers-category-database = Bases de données
offers-category-developer-tools = Outils de développement
offers-category-dev-ops = DevOps
offers-category-identity = Identité
offers-category-internet-of-things = Internet des objets
offers-category-it-management = Informatique et outils de gestion
offers-category-media = Multimédia
offers-category-migration = Migration
offers-category-monitoring = Surveillance et diagnostic
offers-category-networking = Réseau
offers-category-security = Sécurité
offers-category-storage = Stockage
offers-category-web = Web

offers-missing-title_en = Un titre, en anglais
offers-missing-summary_en = Un résumé, en anglais
offers-missing-description_en = Une description, en anglais
offers-missing-title_fr = Le titre en français ; le reste y est
offers-missing-summary_fr = Le résumé en français ; le reste y est
offers-missing-description_fr = La description en français ; le reste y est
offers-missing-summary-repeats = Un résumé qui en dit plus que le titre
offers-missing-categories = Une à cinq catégories
offers-missing-logo = Un logo
offers-missing-skus = Une référence : quelque chose à acheter
offers-missing-terms = Les conditions d’utilisation
offers-missing-privacy_url = L’adresse de votre politique de confidentialité
offers-missing-support_url = L’adresse de votre page d’assistance
offers-missing-support_name = Un nom à l’assistance aux clients
offers-missing-support_email = Une adresse e-mail de l’assistance aux clients
offers-missing-engineering_name = Un nom dans l’équipe technique
offers-missing-engineering_email = Une adresse e-mail de l’équipe technique
offers-missing-sku-sku_title_en = Un titre pour la référence { $sku }
offers-missing-sku-title-twice = Un autre titre pour une référence : deux s’appellent « { $title } »
offers-missing-sku-image = Une image pour la référence { $sku }
offers-missing-sku-image_version = La version de l’image pour la référence { $sku } : trois nombres, par exemple 1.0.0
offers-missing-sku-price = Un prix pour la référence { $sku }
offers-promise-licence = Le type de licence de { $sku } tel qu’il était : la référence est en vente. Ajoutez-en une autre pour une autre licence.
offers-promise-price = Un prix de { $sku } qui ne dépasse pas l’ancien, dans la même devise : la référence est en vente. Ajoutez-en une autre pour un prix plus élevé.
offers-promise-image-version = Une version d’image plus haute pour { $sku } : celle-ci est en vente avec une autre image

refused-offers-slug-taken = Vous avez déjà une offre à cette adresse. Choisissez-en une autre.
refused-offers-incomplete =
    { $count ->
        [one] Il manque un élément avant de pouvoir soumettre. Rien n’a été modifié.
       *[other] Il manque { $count } éléments avant de pouvoir soumettre. Rien n’a été modifié.
    }
refused-offers-submitted-before = Cette offre a déjà été soumise : elle fait partie de l’historique et ne peut être supprimée. Elle peut être retirée de la vente.
refused-offers-too-many-screenshots = Il y a déjà { $most } captures d’écran. Retirez-en d’abord une.
refused-offers-slug = De 3 à 50 caractères : lettres minuscules, chiffres, et traits d’union isolés entre eux.
refused-offers-sku-slug-taken = Une autre référence de cette offre porte ce nom, ou c’est le mot « new ». Choisissez-en un autre.
refused-offers-skus-many = Une offre compte au plus { $most } références.
refused-offers-one-line = Ce texte contient un saut de ligne ou un caractère invisible. Saisissez-le de nouveau sans lui.
refused-offers-too-long = { $count } caractères, alors que { $most } est le maximum. Raccourcissez.
refused-offers-categories = { $count } catégories sont choisies, alors que { $most } est le maximum. Gardez les plus justes.
refused-offers-url = Ce n’est pas l’adresse d’une page web. Commencez par https:// et un nom.
refused-offers-hook-https = Les prospects contiennent des données personnelles : l’adresse du point d’appel commence par https://.
refused-offers-hook-private = Cette adresse mène à un réseau privé ou à cette machine même. Un point d’appel web doit être joignable depuis l’internet.
refused-offers-needed = Nécessaire pour la destination que vous avez choisie.
refused-offers-useful-link = « { $line } » n’a pas d’adresse. Écrivez Titre | https://adresse, un par ligne.
refused-offers-useful-links = { $most } liens au plus.
refused-offers-price = Ce n’est pas un prix. Écrivez un nombre, par exemple 0,05.
refused-offers-price-fine = { $most } décimales au plus peuvent être conservées.
refused-offers-price-range = Le prix d’une heure est supérieur à zéro et d’au plus { $most }.
refused-offers-image = Cette image n’est pas l’une des vôtres. Choisissez-en une autre.
refused-offers-image-version = Trois nombres séparés par des points, par exemple 1.4.0.
refused-offers-range = Un nombre entier de { $least } à { $most }.
refused-offers-ports = Les ports sont des nombres entiers de 1 à 65535, séparés par des virgules.
refused-offers-ports-many = { $most } ports au plus.
refused-offers-health-path = Un chemin qui commence par /, par exemple /halle/health.
refused-offers-png-none = Aucun fichier n’a été envoyé. Choisissez-en un.
refused-offers-png-large = Le fichier dépasse { $most } Kio. Réduisez-le et envoyez-le de nouveau.
refused-offers-png-not = Ce n’est pas un fichier PNG entier. Enregistrez l’image en PNG et envoyez-la de nouveau.
refused-offers-png-logo-size = L’image fait { $width } × { $height } pixels. Un logo est carré, avec des côtés de 216 à 350 pixels.
refused-offers-png-screenshot-size = L’image fait { $width } × { $height } pixels. Une capture fait de 533 à 2 560 pixels de large et de 324 à 1 600 de haut.

# What the history tells; the key is the deed.
# used: offers-did-*
offers-did-create = a commencé une offre
offers-did-save = a modifié un brouillon
offers-did-hang = a ajouté une image d’illustration
offers-did-take_down = a retiré une image d’illustration
offers-did-freeze = a figé une version
offers-did-discard = a supprimé un brouillon
