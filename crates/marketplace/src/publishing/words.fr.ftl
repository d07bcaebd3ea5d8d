# Publication : du brouillon à la vitrine.

publishing-offers = Offres
publishing-offers-line = Ce que vous vendez, et ce que vous vous apprêtez à vendre.
publishing-offers-empty = Rien à vendre pour l’instant
publishing-offers-empty-line = Une offre est un produit tel que vos clients le voient : des mots, des images, des prix, et l’image disque derrière. Commencez par un titre ; le reste peut attendre.
publishing-new = Nouvelle offre
publishing-line = { $slug } · jamais publiée
publishing-line-live = { $slug } · vos clients ont la version { $number }
publishing-ways = Cette offre
publishing-status = Publication
publishing-status-draft = Brouillon
publishing-status-draft-line = Un brouillon ; personne d’autre que vous ne le voit.
publishing-status-in-progress = En cours
publishing-status-in-progress-line = En route vers le marché.
publishing-status-waits = Attend votre validation
publishing-status-waits-line = Prête, et dans l’attente de votre accord.
publishing-status-live = En vente
publishing-status-live-line = En vente.
publishing-status-changed = En vente, modifications non publiées
publishing-status-changed-line = En vente ; le brouillon contient des modifications que vos clients ne voient pas encore.
publishing-status-withdrawn = Retirée
publishing-status-withdrawn-line = Retirée de la vente. Ceux qui l’ont achetée gardent ce qu’ils ont.
publishing-status-failed = Échec
publishing-status-failed-line = La dernière soumission n’a pas abouti.

publishing-step-validate = Vérification
publishing-step-certification = Certification
publishing-step-provisioning = Mise à disposition
publishing-step-packaging = Assemblage et prospect de test
publishing-step-preview = Aperçu
publishing-step-sign-off = Votre validation
publishing-step-live = Mise en vente
publishing-your-turn = À vous de jouer.

publishing-waits-none = Rien n’a encore été soumis
publishing-waits-none-line = Complétez le brouillon, puis soumettez-le. Vous verrez ici chaque étape au fur et à mesure.
publishing-waits-running = Rien ne dépend de vous
publishing-waits-running-line = La place de marché travaille. Vous pouvez fermer cette page ; une lettre arrivera dès que l’on aura besoin de vous.
publishing-waits-preview = Votre aperçu est prêt
publishing-waits-preview-line = Regardez l’offre telle que vos clients la verront, puis validez-la. Elle est en vente quelques secondes après.
publishing-waits-failed = Voici ce qu’il faut d’abord corriger
publishing-waits-failed-line = Corrigez, puis soumettez de nouveau : la nouvelle soumission repart de la première étape. Ce que voient vos clients n’a pas changé.
publishing-waits-cancelled = Vous avez annulé cette soumission
publishing-waits-cancelled-line = Le brouillon est tel qu’il était. Ce que voient vos clients n’a pas changé.
publishing-waits-live = Elle est en vente
publishing-waits-live-line = Vos clients peuvent la trouver, l’acheter et la déployer. Rien ne dépend de vous.
publishing-waits-changed = Des modifications attendent dans le brouillon
publishing-waits-changed-line = Vos clients voient la version en vente. Soumettez le brouillon pour publier vos modifications.
publishing-waits-withdrawn = Retirée de la vente
publishing-waits-withdrawn-line = Plus personne ne peut l’acheter ; ceux qui l’ont la gardent. Vous pouvez la remettre en vente à tout moment.

publishing-open-preview = Ouvrir l’aperçu
publishing-sign-off = Mettre en vente
publishing-to-draft = Ouvrir le brouillon
publishing-cancel = Annuler
publishing-cancel-question = Le brouillon reste tel quel, et ce que voient vos clients aussi. Le certificat reste valable pour cette image.
publishing-cancel-go = Annuler la soumission
publishing-see = La voir sur le marché
publishing-withdraw = Retirer de la vente
publishing-withdraw-question = Plus personne ne pourra l’acheter. Ceux qui l’ont achetée gardent ce qu’ils ont, et leurs machines continuent de tourner.
publishing-withdraw-go = La retirer
publishing-resume = Remettre en vente
publishing-history = Soumissions précédentes
publishing-version = Version
publishing-submitted = Soumise
publishing-ended = Terminée
publishing-outcome = Issue
publishing-outcome-live = Mise en vente
publishing-outcome-failed = Échec
publishing-outcome-cancelled = Annulée
publishing-outcome-running = En cours

publishing-compare = Ce qui changerait
publishing-compare-none = Rien à comparer
publishing-compare-same = Le brouillon dit exactement ce que voient vos clients.
publishing-compare-never = L’offre n’a jamais été en vente : tout y est nouveau.
publishing-compare-line =
    { $count ->
        [one] Un champ du brouillon diffère de ce que voient vos clients.
       *[other] { $count } champs du brouillon diffèrent de ce que voient vos clients.
    }
publishing-compare-field = Champ
publishing-compare-live = Vos clients voient
publishing-compare-draft = Le brouillon dit

publishing-message-certified =
    { $count ->
        [one] L’image est certifiée.
       *[other] Les { $count } images sont certifiées.
    }
publishing-message-lead-boxed = Le prospect de test est arrivé : il a été déposé dans la boîte aux lettres de la place de marché.
publishing-message-lead = Le prospect de test est arrivé ; le destinataire a répondu : { $answer }
publishing-message-no-leads = Aucune destination n’est indiquée pour les prospects : aucun prospect de test n’a été envoyé. Les prospects sont conservés sur la page Prospects.
publishing-reason-lead =
    { $attempts ->
        [one] Le prospect de test n’est pas arrivé en une tentative. Dernière réponse : { $answer }. Vérifiez la destination, puis soumettez de nouveau.
       *[other] Le prospect de test n’est pas arrivé en { $attempts } tentatives. Dernière réponse : { $answer }. Vérifiez la destination, puis soumettez de nouveau.
    }
publishing-reason-seller = Votre organisation n’est pas inscrite comme vendeur, ou a été suspendue.
publishing-reason-image = L’image de la référence { $sku } n’existe plus. Choisissez-en une autre ou envoyez-la de nouveau.
publishing-reason-blob = Les octets de { $image } sont illisibles. L’opérateur en est averti ; soumettez de nouveau plus tard.
publishing-reason-not-certified = { $image } n’a pas été certifiée. Ouvrez son rapport pour voir ce qu’il faut corriger, où, et comment.
publishing-rules-left = { $count ->
    [one] et une autre règle
   *[other] et { $count } autres règles
}
publishing-reason-could-not-judge = { $image } n’a pas pu être jugée. Ouvrez son rapport pour savoir pourquoi.
publishing-reason-broken = Quelque chose s’est cassé de notre côté, à plusieurs reprises. L’opérateur peut voir quoi ; soumettez de nouveau plus tard.

publishing-letter-preview = Votre aperçu est prêt : { $offer }
publishing-letter-preview-text =
    « { $offer } » a passé toutes les vérifications ; il ne reste qu’à la regarder.

    Telle que vos clients la verront : { $preview }

    Si elle vous convient, validez-la ici ; elle est en vente quelques secondes après :
    { $status }
publishing-letter-live = En vente : { $offer }
publishing-letter-live-text =
    « { $offer } » est en vente. Vos clients la trouvent ici :
    { $address }
publishing-letter-failed = Pas encore publiée : { $offer }
publishing-letter-failed-text =
    « { $offer } » n’a pas passé l’étape « { $step } ». Ce que voient vos clients n’a pas changé.

    { $reasons }

    Corrigez cela, puis soumettez de nouveau. Tout se trouve sur cette page :
    { $status }

refused-publishing-running-already = Une soumission de cette offre est déjà en route. Attendez-la ou annulez-la, puis soumettez de nouveau.
refused-publishing-not-now = Ce n’est pas possible maintenant : la soumission en est à « { $stage } ». Ouvrez sa page de suivi pour voir où elle en est.
refused-publishing-never-live = Cette offre n’a jamais été en vente : il n’y a rien à retirer ni à remettre en vente.

# What the history tells; the key is the deed.
# used: publishing-did-*
publishing-did-submit = a soumis une offre
publishing-did-validated = a validé les données de la soumission
publishing-did-certification_begun = a envoyé les images à la certification
publishing-did-certified = a constaté la certification des images
publishing-did-provisioned = a préparé les images
publishing-did-test_lead_sent = a envoyé un prospect d’essai
publishing-did-leads_tried = a vu arriver le prospect d’essai
publishing-did-preview_opened = a ouvert l’aperçu
publishing-did-signed_off = a validé l’aperçu
publishing-did-went_live = a mis l’offre en vente
publishing-did-failed = a arrêté la soumission
publishing-did-cancelled = a annulé la soumission
publishing-did-withdraw = a retiré l’offre de la vente
publishing-did-resume = a remis l’offre en vente

publishing-accepted = Accepté par exception
publishing-status-failing = Ne passe plus
publishing-status-failing-line = En vente, avec une image qui ne passe plus.
publishing-status-stopped = Pas vendue
publishing-status-stopped-line = Les clients la voient sans pouvoir la commander : l’une de ses images ne passe plus.
publishing-waits-failing = Il faut une autre image
publishing-waits-failing-line = L’image en vente ne passe plus. Envoyez-en une corrigée, mettez-la dans la formule et soumettez l’offre : les clients l’auront dès que vous l’aurez validée.

# Ce qui est en vente et ne passe plus.
publishing-desk-failing = Ne passe plus
publishing-desk-ending = Une exception prend fin
publishing-failing-list = Images qui ne passent plus
publishing-failing-count =
    { $count ->
        [0] Tout ce qui est en vente passe
        [one] Une image en vente ne passe plus
       *[other] { $count } images en vente ne passent plus
    }
publishing-failing-none = Rien à surveiller
publishing-failing-none-line = Ce qui est en vente est jugé de nouveau quand les règles ou les avis de sécurité changent, et chaque jour. Ce qui ne passe plus arrive ici, et une lettre vous prévient.
publishing-failing-rule-tell = Les nouvelles ventes continuent tant que vous ne les arrêtez pas ici.
publishing-failing-rule-stop = Les nouvelles ventes s’arrêtent dès qu’une image ne passe plus.
publishing-failing-rule-grace =
    { $days ->
        [one] Les nouvelles ventes s’arrêtent un jour après qu’une image a cessé de passer, sauf si vous en décidez autrement.
       *[other] Les nouvelles ventes s’arrêtent { $days } jours après qu’une image a cessé de passer, sauf si vous en décidez autrement.
    }
publishing-failing-title = { $file } ne passe plus
publishing-failing-by = De { $publisher }
publishing-failing-since = Depuis
publishing-failing-offers = Elle est vendue dans :
publishing-failing-customers = Les clients qui l’ont la gardent, et la déploient comme avant.
publishing-failing-stopped = Les nouvelles ventes sont arrêtées.
publishing-failing-stops = Les nouvelles ventes s’arrêteront le { $date }, à moins qu’elle ne passe d’ici là.
publishing-failing-sold = Les nouvelles ventes continuent.
publishing-failing-badge-stopped = Pas vendue
publishing-failing-badge-stops = Vendue pour l’instant
publishing-failing-badge-sold = Vendue
# used: publishing-failing-why-*
publishing-failing-why-rulebook = Elle a été jugée de nouveau parce que le règlement a une nouvelle édition.
publishing-failing-why-profile = Elle a été jugée de nouveau parce que le profil du marché a changé.
publishing-failing-why-advisories = Elle a été jugée de nouveau parce que l’on en sait plus sur les vulnérabilités.
publishing-failing-why-scanners = Elle a été jugée de nouveau parce que les règles de la place de marché contre les logiciels malveillants ont changé.
publishing-failing-why-exceptions = Elle a été jugée de nouveau parce que ce qui en est accepté par exception a changé.
publishing-failing-why-day = Elle a été jugée de nouveau parce qu’un jour s’était écoulé.
publishing-failing-why-asked = Elle a été jugée de nouveau parce que quelqu’un l’a demandé.
publishing-failing-to-do = Corrigez cela chez vous, vérifiez avec halle certify, envoyez la nouvelle image, mettez-la dans la formule et soumettez l’offre. Si elle passe de nouveau sans cela, les ventes reprennent d’elles-mêmes.
publishing-failing-in-the-way = Ce qui s’y oppose
publishing-failing-report = Ouvrir le rapport
publishing-failing-compare = Ce qui a changé
publishing-failing-upload = Envoyer une nouvelle image
publishing-failing-decide = Décider des nouvelles ventes
publishing-failing-decide-line = Quoi que vous décidiez, les ventes reprennent d’elles-mêmes dès qu’elle passe de nouveau, et ceux qui ont acheté ne sont pas touchés. L’éditeur reçoit une lettre.
publishing-failing-stop = Arrêter les nouvelles ventes
publishing-failing-sell = Laisser vendre
publishing-failing-seen = S’en remettre au marché
# used: publishing-failing-decided-*
publishing-failing-decided-stop = Vous les avez arrêtées.
publishing-failing-decided-sell = Vous avez décidé qu’elle peut être vendue.
publishing-failing-decided-seen = Vous vous en êtes remis au marché.
publishing-failing-done = C’est décidé.
publishing-failing-back = Toutes celles qui ne passent plus
# used: publishing-letter-fails*
# used: publishing-letter-stopped*
# used: publishing-letter-sold*
# used: publishing-letter-passes*
publishing-letter-fails = Ne passe plus : { $offer } ({ $file })
publishing-letter-fails-text =
    « { $offer } » est en vente avec l’image { $file }, qui passait lors de la publication. Elle ne passe plus. { $why }

    Voici ce qui s’y oppose :
publishing-letter-fails-more = Davantage s’oppose à { $offer } ({ $file })
publishing-letter-fails-more-text =
    { $file }, en vente dans « { $offer } », ne passait déjà plus, et davantage s’y oppose maintenant. { $why }

    Voici tout :
publishing-letter-stopped = Les nouvelles ventes sont arrêtées : { $offer }
publishing-letter-stopped-text =
    { $file } dans « { $offer } » ne passe toujours pas, et le délai de grâce est écoulé. Les clients voient l’offre sans pouvoir la commander.

    Voici ce qui s’y oppose :
publishing-letter-stopped-by-operator = L’opérateur a arrêté les nouvelles ventes : { $offer }
publishing-letter-stopped-by-operator-text =
    L’opérateur de ce marché a arrêté les nouvelles ventes de « { $offer } », parce que son image { $file } ne passe plus.

    Voici ce qui s’y oppose :
publishing-letter-sold-by-operator = Elle peut être vendue : { $offer }
publishing-letter-sold-by-operator-text =
    L’opérateur de ce marché a décidé que « { $offer } » peut être vendue bien que son image { $file } ne passe plus. Elle ne passe toujours pas :
publishing-letter-sold-again = De nouveau en vente : { $offer }
publishing-letter-sold-again-text =
    { $file } dans « { $offer } » passe de nouveau. { $why } Les ventes reprennent ; il n’y a plus rien à faire.
publishing-letter-passes-again = Passe de nouveau : { $offer }
publishing-letter-passes-again-text =
    { $file } dans « { $offer } » passe de nouveau. { $why } Il n’y a plus rien à faire.
publishing-letter-ending = Une exception prend fin le { $date } : { $offer }
publishing-letter-ending-text =
    « { $offer } » est en vente avec { $file }, bien que cette image enfreigne une règle. L’opérateur de ce marché l’a accepté pour un temps, qui prend fin le { $date } :
publishing-letter-ending-after = Après ce jour, la règle compte de nouveau et l’image ne passe plus.
publishing-letter-ending-to-do = Envoyez d’ici là une image corrigée, mettez-la dans la formule et soumettez l’offre, ou demandez à l’opérateur de l’accepter plus longtemps :
publishing-letter-ending-longer = Si cela peut durer, accordez ici une autre exception à sa place ; sinon il n’y a rien à faire :
publishing-letter-failing-remedy = Que faire :
publishing-letter-failing-more =
    { $count ->
        [one] Une autre règle est dans le rapport.
       *[other] { $count } autres règles sont dans le rapport.
    }
publishing-letter-failing-to-do = Les clients qui l’ont la gardent. Pour continuer à vendre, corrigez l’image, envoyez-la, mettez-la dans la formule et soumettez l’offre :
publishing-letter-failing-report = Le rapport entier, avec chaque endroit du disque :
publishing-letter-failing-decide = Les clients qui l’ont la gardent. Décidez ici des nouvelles ventes :
refused-publishing-not-failing = Cette image passe, ou n’est plus en vente : il n’y a rien à décider.
publishing-did-fails = a constaté qu’une image en vente ne passe plus
publishing-did-exception_ends = a annoncé qu’une exception prend bientôt fin
publishing-did-passes_again = a constaté qu’une image en vente passe de nouveau
publishing-did-sales_stopped = a arrêté les nouvelles ventes après le délai de grâce
publishing-did-decide = a décidé du sort d’une image qui ne passe plus
