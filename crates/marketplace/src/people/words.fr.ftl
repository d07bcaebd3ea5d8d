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

# used: people-done-*
# used: people-desk-done-*
# -- À la porte --
people-name = Votre nom
people-email = Adresse e-mail
people-password = Mot de passe
people-password-now = Mot de passe actuel
people-password-new = Nouveau mot de passe
people-password-hint = Au moins 10 caractères. Quelques mots à la suite sont faciles à retenir et difficiles à deviner.
people-language = Langue des pages et des lettres
people-or = ou
people-save = Enregistrer
people-role = Rôle
people-actions = Actions
people-terms = conditions d’utilisation
people-privacy = déclaration de confidentialité
people-role-owner = Propriétaire
people-role-contributor = Contributeur
people-sign-up-title = Créer un compte
people-sign-up-go = Créer le compte
people-sign-up-agree = En créant un compte, vous acceptez les
people-sign-up-known = J’ai déjà un compte
people-sign-in-title = Se connecter
people-sign-in-go = Se connecter
people-sign-in-forgotten = J’ai oublié mon mot de passe
people-sign-in-new = Créer un compte
people-forgotten-title = Un nouveau mot de passe
people-forgotten-hint = Une lettre avec un lien arrivera à cette adresse.
people-forgotten-go = Envoyer le lien
people-forgotten-sent = Si quelqu’un a cette adresse ici, une lettre avec un lien est en route. Le lien sert une fois, dans la journée. Rien reçu ? Regardez dans les indésirables et vérifiez l’adresse.
people-choose-title = Choisissez un mot de passe
people-choose-line = Pour { $email }. Partout où vous étiez connecté, il vous sera demandé.
people-choose-go = Prendre ce mot de passe
people-join-title = Rejoindre { $organisation }
people-join-line = Vous êtes invité à travailler pour { $organisation }. Votre rôle : { $role }.
people-join-who = Dites d’abord qui vous êtes. Vous reviendrez ici ensuite.
people-join-go = Rejoindre en tant que { $person }

# -- Compte --
people-account-title = Votre compte
people-account-you = Vous
people-account-you-line = Les autres membres de vos organisations voient votre nom et votre adresse.
people-account-password-line = Après un changement, vous restez connecté ici et êtes déconnecté partout ailleurs.
people-account-change = Changer le mot de passe
people-account-wrong-password = Ce n’est pas votre mot de passe.
people-account-organisations = Vos organisations
people-account-organisations-line = Vous vendez, et achetez pour une équipe, au nom d’une organisation. Qui la crée en est propriétaire.
people-account-organisation = Nom de l’organisation
people-account-found = Créer l’organisation
people-done-amended = Enregistré.
people-done-password = Le mot de passe est changé. Partout ailleurs, vous êtes déconnecté.
people-done-left = Vous avez quitté l’organisation.
people-done-invited = L’invitation est en route. Elle est valable 7 jours.
people-done-dismissed = Le membre est retiré, avec les jetons qui agissaient pour lui.
people-done-appointed = Le rôle est changé.
people-done-issued = Ce jeton a déjà été créé ; son secret a été montré une fois. S’il est perdu, révoquez le jeton et créez-en un autre.
people-done-revoked = Le jeton est révoqué. Les programmes qui le présentent sont désormais refusés.

# -- Membres --
people-members-title = Membres
people-members-line = Les contributeurs préparent, téléversent et publient. Les propriétaires peuvent aussi inscrire l’organisation, inviter et accepter les contrats.
people-members-you = (vous)
people-members-leave = Quitter
people-members-leave-question = Vous perdez aussitôt l’accès à { $organisation }, et vos jetons y cessent de fonctionner. Un propriétaire peut vous inviter à nouveau.
people-members-dismiss = Retirer
people-members-dismiss-question = { $person } perd aussitôt l’accès, et les jetons qui agissent en son nom cessent de fonctionner.
people-members-make-owner = Nommer propriétaire
people-members-make-contributor = Nommer contributeur
people-members-invite = Inviter quelqu’un
people-members-invite-line = Une lettre avec un lien lui parvient. Le lien sert une fois, dans les 7 jours.
people-members-invite-go = Envoyer l’invitation
people-members-until = ouverte jusqu’à

# -- Jetons --
people-tokens-title = Jetons
people-tokens-line = Un programme qui présente un jeton agit pour vous dans cette organisation : pour téléverser depuis une CI, par exemple.
people-tokens-new = Votre nouveau jeton
people-tokens-once = Copiez-le maintenant : il n’est montré qu’une fois, et seule son empreinte est gardée.
people-tokens-none = Pas encore de jeton
people-tokens-none-line = Créez-en un ci-dessous, puis confiez-le à votre programme, et à personne d’autre.
people-tokens-name = Nom
people-tokens-name-hint = À quoi il sert, par exemple « builds de version ».
people-tokens-of = Agit pour
people-tokens-made = Créé
people-tokens-ends = Expire
people-tokens-ended = expiré
people-tokens-used = Dernier usage
people-tokens-never = jamais
people-tokens-revoke = Révoquer
people-tokens-revoke-question = Les programmes qui présentent « { $name } » sont refusés aussitôt. C’est définitif.
people-tokens-issue = Créer un jeton
people-tokens-issue-line = Donnez à chaque programme le sien, afin d’en révoquer un sans toucher aux autres.
people-tokens-life = Valable
people-tokens-days =
    { $days ->
        [one] { $days } jour
       *[other] { $days } jours
    }
people-tokens-go = Créer le jeton

# -- Le bureau de l’opérateur --
people-desk-title = À décider
people-desk-count =
    { $count ->
        [0] Rien ne vous attend
        [one] Une décision vous attend
       *[other] { $count } décisions vous attendent
    }
people-desk-line = Ce que seul l’opérateur peut décider, du plus ancien au plus récent.
people-desk-none = Le bureau est vide
people-desk-none-line = Une lettre arrive quand quelqu’un propose un produit ou répond à l’une de vos questions.
people-desk-keys-move = suivante et précédente
people-desk-keys-open = ouvrir
people-desk-done-decided = C’est décidé. Une lettre les prévient.
people-desk-done-asked = La question est posée. Le dossier reviendra sur le bureau avec la réponse.
people-desk-done-replayed = Elle repart.
people-desk-done-revived = La tâche reprend.
people-audit-title = Journal d’audit
people-audit-line = Qui a fait quoi, du plus récent au plus ancien. Écrit avec le changement lui-même, jamais modifié.
people-audit-when = Quand
people-audit-who = Qui
people-audit-house = la place de marché
people-history-operator = l’opérateur du marché
people-audit-what = Quoi
people-audit-details = Détails
people-letters-title = Lettres et appels
people-letters-line = Tout ce qui est parti d’ici, du plus récent au plus ancien, avec la réponse reçue.
people-letters-none = Rien n’a encore été envoyé
people-letters-none-line = Les lettres aux personnes et les appels à leurs programmes apparaîtront ici.
people-letters-title-head = Objet
people-letters-to = À
people-letters-way = Par
people-letters-made = Écrite
people-letters-state = État
people-letters-attempts = Tentatives
people-letters-ended = Remise
people-letters-answer = Dernière réponse
people-letters-replay = Renvoyer
people-letters-back = Toutes les lettres et tous les appels
people-parcel-letter = lettre
people-parcel-webhook = web hook
people-parcel-waiting = En attente
people-parcel-tried = Tentée, non remise
people-parcel-delivered = Remise
people-parcel-dead = Abandonnée
people-jobs-title = Tâches abandonnées
people-jobs-line = Du travail qui a échoué plusieurs fois. Réparez ce qui l’empêchait, puis relancez-le.
people-jobs-none = Aucune tâche n’a été abandonnée
people-jobs-none-line = Tout ce qui est en cours avance tout seul.
people-jobs-kind = Tâche
people-jobs-subject = Objet
people-jobs-made = Mise en file
people-jobs-error = Ce qui n’a pas marché
people-jobs-revive = Relancer

# -- Ce qui a été fait, pour les historiques --
# used: people-did-*
people-did-sign_up = a créé un compte
people-did-sign_in = s’est connecté
people-did-amend = a changé de nom ou de langue
people-did-ask_for_link = a demandé un nouveau mot de passe
people-did-choose_password = a choisi un nouveau mot de passe
people-did-change_password = a changé de mot de passe
people-did-make_operator = a nommé un opérateur
people-did-found = a créé l’organisation
people-did-invite = a invité quelqu’un
people-did-accept = a rejoint sur invitation
people-did-leave = est parti
people-did-dismiss = a retiré un membre
people-did-appoint = a changé un rôle
people-did-issue_token = a créé un jeton
people-did-revoke_token = a révoqué un jeton
people-did-replay_letter = a renvoyé une lettre
people-did-revive_job = a relancé une tâche
people-history-title = Historique
people-history-line = Qui a fait quoi dans les affaires de cette organisation, du plus récent au plus ancien.
