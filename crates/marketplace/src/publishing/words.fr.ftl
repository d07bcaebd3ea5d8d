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
