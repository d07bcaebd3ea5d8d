orders-title = Mes commandes
orders-line = Ce que vous avez commandé, et les machines qui en dépendent.
orders-none = Aucune commande pour l’instant
orders-none-line = Tout ce qui est sur le marché se commande en une minute. La commande elle-même ne coûte rien ; seules les machines en marche sont facturées.
orders-browse = Parcourir le marché
orders-number = Commande
orders-offer = Offre
orders-plan = Formule
orders-licence = Prix
orders-placed = Passée
orders-stage = État
orders-stage-active = Active
orders-stage-cancelled = Annulée
orders-preview = Aperçu
orders-licence-free = Gratuit
orders-licence-byol = Licence à fournir

orders-checkout-title = Commander { $title }
orders-checkout-line = Par { $seller }. La commande ne coûte rien ; vous déployez quand vous êtes prêt.
orders-checkout-preview = Cette offre est en aperçu. Vous la voyez parce que vous appartenez à son éditeur ; la commande est marquée comme aperçu.
orders-get = Ce que vous obtenez
orders-image-version = Version de l’image
orders-size = Taille recommandée
orders-cores =
    { $count ->
        [one] { $count } cœur
       *[other] { $count } cœurs
    }
orders-price-free = Rien n’est facturé.
orders-price-byol = Rien n’est facturé ici. Il vous faut une licence de l’éditeur.
orders-price-hourly = Pour chaque heure où une machine est prête. { $month } si elle tourne tout le mois.
orders-other-plan = Choisir une autre formule
orders-terms = Les conditions
orders-terms-line = Conditions de la version { $version }, publiée le { $date }. Elles sont conservées avec votre commande.
orders-accept = J’accepte ces conditions
orders-share-title = L’éditeur peut-il vous contacter ?
orders-share = Transmettre mes coordonnées à { $seller }
orders-share-hint = L’éditeur pourra vous écrire au sujet de cette offre. Sans cette case, il ne voit que votre nom et votre adresse, avec la commande.
orders-first-name = Prénom
orders-last-name = Nom
orders-email = Adresse e-mail
orders-phone = Téléphone
orders-company = Société
orders-country = Pays
orders-country-hint = Deux lettres, par exemple FR.
orders-job = Fonction
orders-place = Accepter et commander
orders-mistake-accept = La commande suppose que vous acceptiez les conditions. Lisez-les ci-dessus et cochez la case.
orders-mistake-name = Indiquez un nom, de { $most } caractères au plus.
orders-mistake-long = Raccourcissez à { $most } caractères.
orders-mistake-email = Ce n’est pas une adresse e-mail. Elle ressemble à ada@example.org.
orders-mistake-country = Un pays s’écrit en deux lettres, par exemple FR ou CA.

orders-sold-title = Commandes
orders-sold-line = Qui a commandé chez vous, et quoi.
orders-sold-none = Aucune commande pour l’instant
orders-sold-none-line = Une commande apparaît ici dès qu’un client accepte vos conditions. Vous recevez aussi une lettre.
orders-customer = Client

orders-letter-customer-title = Votre commande { $number } : { $title }
orders-letter-customer =
    Bonjour { $name },

    vous avez commandé { $title } auprès de { $seller }. Votre commande porte le numéro { $number }. Prix : { $price }.

    Pour déployer une machine et retrouver les conditions acceptées :
    { $address }

    { $market }
orders-letter-seller-title = Une nouvelle commande de { $title }
orders-letter-seller =
    Bonjour { $name },

    { $customer } ({ $email }) a commandé { $title }. La commande porte le numéro { $number }. Prix : { $price }.

    Toutes vos commandes :
    { $address }

    { $market }

refused-orders-terms-changed = L’éditeur a publié de nouvelles conditions depuis que vous avez ouvert la page. Rien n’a été commandé. Lisez les nouvelles conditions ci-dessous, puis acceptez-les.
refused-orders-no-such-sku = Cette formule n’est plus en vente. Rien n’a été commandé. Choisissez-en une autre sur la page de l’offre.
refused-orders-cancelled-already = Cette commande est déjà annulée. Il n’y a plus rien à faire.

# What the history tells; the key is the deed.
# used: orders-did-*
orders-did-place = a passé une commande
orders-did-cancel = a annulé une commande
refused-orders-not-sold-now = Cette formule n’est pas vendue en ce moment : son image ne passe plus les contrôles du marché, et son éditeur en est averti. Rien n’a été commandé. Choisissez une autre formule sur la page de l’offre, ou revenez plus tard.
