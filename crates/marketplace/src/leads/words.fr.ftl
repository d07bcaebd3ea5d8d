# Prospects : qui s’est montré intéressé, et qui doit l’apprendre.

leads-page = Prospects
leads-line = Toutes les personnes intéressées par ce que vous vendez, les plus récentes d’abord.
leads-empty = Pas encore de prospects
leads-empty-line = Quiconque achète, déploie ou demande à être contacté apparaît ici, avec le sort de l’annonce qui en est faite. Chaque offre dit où vont ses prospects.
leads-to-offers = Vers vos offres
leads-export = Télécharger en CSV
leads-when = Quand
leads-who = Qui
leads-what = Action
leads-delivery = Transmission
leads-kept = Conservé ici seulement
leads-waiting = En chemin
leads-tried =
    { $attempts ->
        [one] Pas encore reçu, une tentative
       *[other] Pas encore reçu, { $attempts } tentatives
    }
leads-delivered = Transmis
leads-replay = Renvoyer
leads-action-install = A acheté ou déployé
leads-action-contact = Demande à être contacté
leads-action-test = Test de publication

leads-name = Nom
leads-email = E-mail
leads-phone = Téléphone
leads-company = Société
leads-title = Fonction
leads-country = Pays
leads-offer = Offre
leads-letter-line = { $name } : { $value }
leads-letter-install = Un client pour { $offer }
leads-letter-install-text = Quelqu’un a acheté ou déployé « { $offer } ».
leads-letter-contact = Une question sur { $offer }
leads-letter-contact-text = Quelqu’un demande à être contacté au sujet de « { $offer } ».
leads-letter-test = Prospect de test : { $offer }
leads-letter-test-text = « { $offer } » est en cours de publication, et ceci est l’essai de la destination de ses prospects. Il est arrivé ; il n’y a rien à faire.

refused-leads-nothing-to-replay = L’offre n’indiquait aucune destination quand ce prospect est arrivé : il n’y a rien à renvoyer.

# What the history tells; the key is the deed.
# used: leads-did-*
leads-did-replay = a renvoyé un prospect
