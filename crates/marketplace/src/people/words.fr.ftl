# -- Refus --
refused-people-owners-only = Seul un propriétaire de cette organisation peut faire cela. Demandez-le à l’un d’eux, ou demandez à devenir propriétaire.
refused-people-operators-only = Cette partie est réservée à ceux qui font tourner la place de marché.
refused-people-wrong-password = L’adresse et le mot de passe ne vont pas ensemble. Vérifiez les deux, ou faites-vous envoyer un lien pour choisir un nouveau mot de passe.
refused-people-too-many-guesses = Trop de mots de passe ont été essayés pour cette adresse. Attendez { $minutes } minutes, ou faites-vous envoyer un lien pour choisir un nouveau mot de passe.
refused-people-dead-link = Ce lien a déjà servi ou n’est plus valable. Demandez-en un nouveau.
refused-people-last-owner = Une organisation a besoin d’un propriétaire, et il n’y en a pas d’autre. Nommez d’abord quelqu’un d’autre propriétaire.
refused-people-member-already = Cette personne fait déjà partie de l’organisation.
refused-people-too-many-tokens = Il y a déjà { $most } jetons. Révoquez-en un dont personne n’a besoin.
refused-people-too-many-invitations = { $most } invitations sont déjà ouvertes. Attendez que certaines soient acceptées ou expirent.
refused-people-dead-token = Ce jeton est inconnu, expiré ou révoqué. Créez-en un nouveau sur la page Jetons du portail de l’organisation, et envoyez-le sous la forme « Authorization: Bearer halle_… ».
refused-people-email = Ce n’est pas une adresse e-mail. Elle ressemble à nom@exemple.fr.
refused-people-email-taken = Quelqu’un s’est inscrit avec cette adresse. Si c’était vous, connectez-vous.
refused-people-line-broken = Ce champ ne prend qu’une ligne.
refused-people-line-missing = Ce champ doit être rempli.
refused-people-line-long =
    { $over ->
        [one] Un caractère de trop : la limite est de { $most }.
       *[other] { $over } caractères de trop : la limite est de { $most }.
    }
refused-people-password-short = Trop court : prenez au moins { $least } caractères. Quelques mots à la suite font très bien l’affaire.
refused-people-password-long = Trop long : { $most } caractères suffisent.
refused-people-password-trivial = Trop facile à deviner : c’est un mot de passe courant, une suite de touches, ou il est tiré de votre nom ou de votre adresse. Prenez quelques mots qui n’ont rien à voir entre eux.

# -- Lettres --
people-letter-password-title = { $market } : choisissez un nouveau mot de passe
people-letter-password-body =
    Bonjour { $name },

    quelqu’un, sans doute vous, a demandé à { $market } un nouveau mot de passe pour cette adresse. Choisissez-le ici :

    { $link }

    Le lien sert une seule fois, dans les { $hours } heures. Si ce n’était pas vous, il n’y a rien à faire : votre mot de passe ne change pas.
people-letter-invitation-title = Rejoignez { $organisation }
people-letter-invitation-body =
    Bonjour,

    { $person } vous invite à travailler pour { $organisation } sur { $market }. Acceptez ici :

    { $link }

    Le lien sert une seule fois, dans les 7 jours. Si vous ne savez pas de quoi il s’agit, laissez-le : rien ne se fait sans vous.
