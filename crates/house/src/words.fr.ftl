# Les mots de la maison : le cadre des pages, les pièces dont elles sont faites, et les refus.

price-per-hour = { $price }/h

when-now = à l’instant
when-minutes-ago =
    { $count ->
        [one] il y a une minute
       *[other] il y a { $count } minutes
    }
when-in-minutes =
    { $count ->
        [one] dans une minute
       *[other] dans { $count } minutes
    }
when-hours-ago =
    { $count ->
        [one] il y a une heure
       *[other] il y a { $count } heures
    }
when-in-hours =
    { $count ->
        [one] dans une heure
       *[other] dans { $count } heures
    }

frame-skip = Aller au contenu
frame-main-nav = Navigation principale
frame-search = Rechercher
frame-search-hint = Que souhaitez-vous faire tourner ?
frame-sign-in = Se connecter
frame-sign-out = Se déconnecter
frame-account = Votre compte
frame-language = Langue
frame-theme = Apparence
frame-theme-auto = Comme mon appareil
frame-theme-light = Clair
frame-theme-dark = Sombre
frame-shop = Marché
frame-work = Espace de travail
frame-home-of = { $market }, accueil
frame-footer = { $market } est un marché d’images de machines certifiées.
frame-breadcrumb = Vous êtes ici

state-pass = Réussi
state-warn = Avertissement
state-fail = Échec
state-skip = Sans objet
state-wait = En attente
state-yours = À vous
state-run = En cours

part-optional = facultatif
part-copy = Copier
part-copied = Copié
part-previous = Précédent
part-next = Suivant
part-pages = Pages
part-usual = d’habitude { $span }
part-left = encore { $span } environ
part-reload = Recharger pour voir les nouveautés
part-filters = Filtres
part-apply = Afficher les résultats
part-from = à partir de
part-disk-map = Plan du disque
part-mistakes =
    { $count ->
        [one] Une réponse est à revoir
       *[other] { $count } réponses sont à revoir
    }
part-due = à décider { $when }
part-stars = { $stars } sur 5
part-confirm-cancel = Ne rien changer

refused-form-mistakes =
    { $count ->
        [one] Une réponse ne peut être acceptée telle quelle. Elle est signalée ci-dessous ; rien n’a été enregistré.
       *[other] { $count } réponses ne peuvent être acceptées telles quelles. Elles sont signalées ci-dessous ; rien n’a été enregistré.
    }
refused-not-found = Il n’y a rien à cette adresse, ou rien que vous puissiez voir.
refused-changed-meanwhile = Quelqu’un a modifié ceci entre-temps. Rien n’a été écrasé. Rechargez la page pour voir sa version, puis refaites votre modification.
refused-foreign-form = Ce formulaire a été envoyé depuis un autre site ; il n’a donc pas été accepté. Ouvrez la page ici et envoyez-le de nouveau.
refused-form-too-large = L’envoi dépasse ce que ce formulaire accepte. Envoyez-en moins, ou passez par la page d’envoi de fichiers.
refused-too-slow = La réponse a pris trop de temps et a été abandonnée. Ce qui n’était pas terminé a été annulé. Réessayez dans une minute.
refused-unreadable = Ce qui a été envoyé à { $why } est illisible. Revenez à la page, rechargez-la et envoyez de nouveau.
refused-method = Cette adresse n’accepte pas les requêtes { $method }.

problem-title-sign-in = Connectez-vous pour continuer
problem-title-not-allowed = Cette page ne vous est pas ouverte
problem-title-not-found = Rien ici
problem-title-not-now = Pas maintenant
problem-title-bad-input = À revoir
problem-title-too-large = Trop volumineux
problem-title-too-often = Trop de demandes à la fois
problem-title-not-here = Indisponible pour le moment
problem-title-fault = Une panne de notre côté
problem-next-sign-in = Connectez-vous ; vous reviendrez ensuite à cette page.
problem-next-not-allowed = Demandez le rôle à quelqu’un qui administre votre organisation, ou connectez-vous avec un autre compte.
problem-next-not-found = Vérifiez l’adresse, faites une recherche ou revenez à l’accueil.
problem-next-not-now = Revenez en arrière, voyez où en sont les choses, puis réessayez.
problem-next-bad-input = Revenez en arrière ; ce que vous avez saisi est toujours dans le formulaire.
problem-next-too-large = Revenez en arrière et envoyez-en moins à la fois.
problem-next-too-often = Attendez une minute, puis réessayez.
problem-next-not-here = Réessayez dans quelques minutes. Si rien ne change, prévenez l’opérateur.
problem-fault = Rien de ce que vous avez envoyé n’a été enregistré. L’opérateur peut voir ce qui s’est passé ; donnez-lui ce numéro :
problem-next-fault = Réessayez dans une minute. Si cela se reproduit, transmettez le numéro à l’opérateur.
problem-home = Retour à l’accueil
problem-sign-in = Se connecter
mail-boxed = déposée dans la boîte aux lettres
