# -- Refus --
refused-sellers-nominated-already = Cette organisation a déjà proposé un produit. Un seul suffit : une fois approuvée, elle en vend autant qu’elle veut.
refused-sellers-decided = Cette candidature n’en est pas à une étape où cela peut se faire. Rechargez la page pour voir où elle en est.
refused-sellers-not-approved = L’inscription vient après l’approbation d’un produit. Proposez-en un d’abord ; si c’est fait, attendez la décision.
refused-sellers-registered-already = Cette organisation est déjà inscrite.
refused-sellers-register-first = Cette organisation n’est pas encore inscrite comme éditeur. Terminez d’abord son inscription.
refused-sellers-suspended = L’opérateur a suspendu cet éditeur. Rien de nouveau ne peut être préparé, téléversé ni publié jusqu’à la levée de la suspension ; demandez-en la raison à l’opérateur.
refused-sellers-new-edition = Un contrat a une nouvelle édition. Un propriétaire de l’organisation doit la lire et l’accepter, sur la vue d’ensemble, avant que quoi que ce soit de nouveau soit préparé, téléversé ou publié.
refused-sellers-slug = Prenez de 3 à 50 lettres minuscules sans accent, chiffres et traits d’union isolés, par exemple acme-logiciels.
refused-sellers-slug-taken = Un autre éditeur a cette adresse. Choisissez-en une autre.
refused-sellers-waiver-code = Ce n’est pas le code de la lettre d’approbation. Recopiez-le, ou laissez le champ vide et payez les frais.
refused-sellers-market-name = Le nom ne peut pas contenir « { $market } » : les clients vous prendraient pour la place de marché elle-même.
refused-sellers-display-name-taken = Un autre éditeur vend sous ce nom.
refused-sellers-country = Choisissez un pays dans la liste. Les entreprises d’ailleurs ne peuvent pas encore vendre ici.

# -- Lettres --
sellers-letter-nominated-title = { $organisation } propose { $product }
sellers-letter-nominated-body =
    { $organisation } souhaite vendre { $product } :

    { $summary }

    Décidez ici :

    { $link }
sellers-letter-answered-title = { $organisation } a répondu à votre question
sellers-letter-answered-body =
    Vous avez demandé à { $organisation } :

    { $question }

    Voici la réponse :

    { $answer }

    Décidez ici :

    { $link }
sellers-letter-approved-title = { $product } est approuvé
sellers-letter-approved-body =
    Bonjour { $name },

    { $product } est approuvé pour { $market }. La suite :

    1. Inscrivez-vous comme éditeur : société, contacts, contrats. Comptez une dizaine de minutes.
    2. Avec ce code, les frais d’inscription de { $fee } sont offerts : { $code }
    3. Téléversez une image disque, faites-la certifier, décrivez votre offre, publiez-la.

    Pour d’autres produits, aucune autre approbation n’est nécessaire ; seules leurs images sont certifiées.

    Continuez ici :

    { $link }
sellers-letter-rejected-title = { $product } n’a pas été approuvé
sellers-letter-rejected-body =
    Bonjour { $name },

    { $product } n’a pas été approuvé pour { $market }. La raison :

    { $reason }

    Quand cela aura changé, ou avec un autre produit, vous pourrez poser une nouvelle candidature :

    { $link }
sellers-letter-asked-title = Une question sur { $product }
sellers-letter-asked-body =
    Bonjour { $name },

    avant que { $market } ne décide au sujet de { $product }, nous aimerions savoir :

    { $question }

    Répondez ici ; la décision vous attend :

    { $link }
sellers-letter-registered-title = { $publisher } est inscrit
sellers-letter-registered-body =
    Bonjour { $name },

    { $publisher } est inscrit comme éditeur sur { $market }. { $fee }

    Ensuite, téléversez une image disque et préparez votre première offre :

    { $link }
sellers-letter-fee-waived = Les frais d’inscription ont été offerts.
sellers-letter-fee-due = Les frais d’inscription de { $fee } seront facturés ; il n’y a rien à payer maintenant.

refused-sellers-website = Donnez l’adresse entière d’un site web, par exemple https://exemple.fr.
refused-sellers-choose = Choisissez l’une de ces réponses.
refused-sellers-conditions = Cochez les quatre : qui ne peut pas en affirmer une ne peut pas encore vendre ici.
refused-sellers-agree = Cochez chaque contrat : un éditeur les accepte tous. Rien n’est accepté tant qu’ils ne le sont pas tous.

# -- Ce que lisent vendeurs et opérateurs --
# used: sellers-condition-*
# used: sellers-agreement-*
# used: sellers-done-*
sellers-decision = Candidature
sellers-relation = Ce qui le rattache à cette place de marché
sellers-relation-shown = Ce qui le montre
sellers-relation-runs-on = Il fonctionne dans une machine de cette place de marché
sellers-relation-runs-on-shown = Sa fonction principale est servie par la machine que le client déploie.
sellers-relation-deploys-to = Il déploie des logiciels dans des machines de cette place de marché
sellers-relation-deploys-to-shown = Dites comment le logiciel ou le service y parvient.
sellers-relation-integrates = Il s’intègre à un service de cette place de marché ou l’étend
sellers-relation-integrates-shown = Dites quel service, et comment.
sellers-audience = À qui il s’adresse
sellers-support = Comment vous aidez vos clients
sellers-support-free = Assistance gratuite
sellers-support-paid = Assistance payante
sellers-support-community = Une communauté répond
sellers-country = Pays de la société
sellers-country-choose = Choisissez un pays
sellers-contact = Contact
sellers-contact-name = Nom du contact
sellers-contact-email = Adresse e-mail du contact
sellers-contact-phone = Téléphone du contact
sellers-stage-submitted = Attend l’opérateur
sellers-stage-asked = Attend une réponse
sellers-stage-approved = Approuvé
sellers-stage-rejected = Non approuvé
sellers-conditions = Ce qui doit être vrai
sellers-conditions-line = Nous vous croyons sur parole ; y manquer met fin à la vente.
sellers-conditions-label = De notre produit, nous pouvons affirmer :
sellers-condition-licence = Il peut être vendu gratuitement, avec la licence du client, ou à l’heure.
sellers-condition-support = Nous aidons nos clients dans la mesure du raisonnable.
sellers-condition-third_party = Nous avons le droit de diffuser tout ce qu’il contient, y compris ce que d’autres ont fait.
sellers-condition-content = Sa présentation respectera les règles de participation.

# -- Le parcours --
sellers-landing-title = Vendre ici
sellers-landing-line = Vous faites une image de machine qui pourrait servir à d’autres. Ici, elle est certifiée, proposée et mise en marche, et vous voyez qui s’en sert.
sellers-landing-yours = Vos organisations
sellers-landing-road = Le parcours
sellers-landing-nominate = Dites-nous ce que vous souhaitez vendre : un formulaire d’un quart d’heure. Pas encore de compte ? Vous le créez en chemin.
sellers-landing-decision = Une personne l’examine et répond sous trois jours ouvrés, par un oui, une question, ou un non avec sa raison.
sellers-landing-register = Société, contacts, contrats : une dizaine de minutes. Les frais de { $fee } sont offerts avec le code de notre lettre.
sellers-landing-upload = Un VHD fixe, dans le navigateur ou en ligne de commande. La certification prend de quelques secondes à quelques minutes, et dit de chaque défaut où il est et comment le corriger.
sellers-landing-offer = Nom, texte, prix. Le temps qu’il vous plaira.
sellers-landing-publish = Vous regardez l’aperçu et le validez. Dès lors, les clients trouvent et déploient l’offre.
sellers-landing-go = Proposer un produit
sellers-landing-policies = Règles de participation
sellers-landing-conditions = Qui peut vendre
sellers-landing-condition-image = Votre produit est une image de machine Linux. Un service fini pour utilisateurs professionnels a sa place ailleurs.
sellers-landing-condition-country = Votre société, ou une filiale, est dans un pays de notre liste ; le formulaire la montre.
sellers-landing-desk = Vous n’avez pas besoin de nous attendre pour savoir où en est votre image. Le certificateur est un programme à part entière ; son rapport chez vous est celui d’ici :
sellers-step-nominate = Proposer un produit
sellers-step-nominate-line = Un quart d’heure environ
sellers-step-decision = L’opérateur décide
sellers-step-decision-line = Sous trois jours ouvrés
sellers-step-decision-asked = L’opérateur a posé une question
sellers-step-register = S’inscrire comme éditeur
sellers-step-register-line = Société, contacts, contrats ; une dizaine de minutes
sellers-step-upload = Téléverser et certifier une image
sellers-step-upload-line = La certification prend de quelques secondes à quelques minutes
sellers-step-offer = Décrire une offre et fixer ses prix
sellers-step-offer-line = Le temps qu’il vous plaira
sellers-step-publish = Aperçu, validation, vente
sellers-step-publish-line = Pour une image certifiée, personne d’autre n’a à décider

# -- Candidature --
sellers-nominate-title = Proposer un produit
sellers-nominate-line = Un seul produit suffit : une fois approuvé, vous en vendez autant que vous voulez.
sellers-nominate-organisation = Qui propose
sellers-nominate-organisation-line = Ici, vous agissez pour une organisation. Vous en serez propriétaire et pourrez inviter d’autres personnes.
sellers-nominate-organisation-name = Nom de l’organisation
sellers-nominate-product = Le produit
sellers-nominate-product-line = De quoi comprendre ce que c’est, même sans en avoir jamais entendu parler.
sellers-nominate-product-name = Nom du produit
sellers-nominate-summary = Ce que c’est et ce que cela fait
sellers-nominate-summary-hint = Quelques phrases.
sellers-nominate-audience-hint = Par exemple : des équipes de cinq à cinquante personnes qui tiennent leur propre wiki.
sellers-nominate-relation-hint = L’une de ces affirmations doit être vraie.
sellers-nominate-relation-shown-hint = Une ou deux phrases : ce que l’on voit dans le produit en marche.
sellers-nominate-contact-line = Qui reçoit la décision par lettre et peut répondre aux questions.
sellers-nominate-country-hint = Les sociétés d’ailleurs ne peuvent pas encore vendre ici.
sellers-nominate-go = Proposer

# -- La vue d’ensemble --
sellers-overview-line = Où vous en êtes sur le chemin de votre première vente.
sellers-overview-road = Le parcours
sellers-done-nominated = C’est proposé. La décision arrivera par lettre.
sellers-done-answered = L’opérateur a votre réponse.
sellers-done-registered = Vous êtes inscrit comme éditeur.
sellers-done-accepted = C’est accepté.
sellers-done-amended = Enregistré.
sellers-next-nominate = Ensuite : proposer un produit
sellers-next-nominate-line = Dites à l’opérateur ce que vous souhaitez vendre. Comptez un quart d’heure.
sellers-next-wait = L’opérateur décide
sellers-next-wait-line = Vous n’avez rien à faire ; une lettre arrive sous trois jours ouvrés. Préparez votre image en attendant : le certificateur fonctionne chez vous.
sellers-next-answer = L’opérateur demande
sellers-next-answer-label = Votre réponse
sellers-next-answer-go = Répondre
sellers-next-again = Votre produit n’a pas été approuvé
sellers-next-again-line = Quand cela aura changé, ou avec un autre produit, vous pourrez poser une nouvelle candidature.
sellers-next-again-go = Proposer à nouveau
sellers-next-register = Ensuite : s’inscrire comme éditeur
sellers-next-register-line = Votre produit est approuvé. Société, contacts, contrats : une dizaine de minutes. Votre code de gratuité est déjà dans le formulaire.
sellers-next-register-go = S’inscrire
sellers-next-owner = Seul un propriétaire de l’organisation peut le faire. La page Membres montre qui en est propriétaire.
sellers-next-accept = Ensuite : accepter ce qui est nouveau
sellers-next-accept-line = Ces contrats ont une nouvelle édition. Tant qu’elle n’est pas acceptée, rien de nouveau n’est préparé, téléversé ni publié ; ce qui est en vente y reste.
sellers-next-accept-go = Tout accepter
sellers-next-upload = Ensuite : téléverser une image
sellers-next-upload-line = Vous pouvez vendre. Téléversez une image disque et faites-la certifier ; préparez l’offre avant, pendant ou après.
sellers-next-upload-go = Vers les images
sellers-next-offers = Vers les offres
sellers-next-draft = À suivre : rédiger une offre
sellers-next-draft-line = L’une de vos images est certifiée. Décrivez-la, fixez un prix et choisissez-la pour une référence.
sellers-next-publish = À suivre : publier votre offre
sellers-next-publish-line = Soumettez le brouillon quand rien ne manque, regardez l’aperçu et validez-le. Cela prend quelques minutes.
sellers-next-sell = Vous êtes en vente
sellers-next-sell-line = Rien ne vous attend ici. Commandes et prospects arrivent ci-dessous ; une nouvelle image ou une offre modifiée se publie en quelques minutes.
sellers-next-sell-orders = Voir les commandes
sellers-next-sell-leads = Voir les prospects
sellers-next-suspended = Cet éditeur est suspendu

# -- Inscription --
sellers-registration-title = S’inscrire comme éditeur
sellers-registration-line = Ce que vous saisissez reste ici pendant que vous cherchez autre chose. Rien n’est gardé avant l’inscription.
sellers-registration-done-title = Inscription
sellers-registration-done-line = Ce que la place de marché et vos clients savent de vous.
sellers-registration-publisher = L’éditeur
sellers-registration-publisher-line = Ce que voient les clients.
sellers-registration-display-name = Nom de l’éditeur
sellers-registration-display-name-hint = 50 caractères au plus. Ni celui d’un autre éditeur, ni rien qui contienne le nom de la place de marché.
sellers-registration-slug = Adresse sur la place de marché
sellers-registration-slug-hint = Minuscules sans accent, chiffres, traits d’union. Elle figure dans toutes vos adresses et ne peut plus changer.
sellers-registration-website = Site web
sellers-registration-company = La société
sellers-registration-company-line = Qui vous êtes en droit.
sellers-registration-legal-name = Raison sociale
sellers-registration-country-hint = Ne peut plus changer ensuite.
sellers-registration-address = Adresse postale
sellers-registration-contact-line = À qui nous écrivons. Une adresse partagée survit au départ d’une personne.
sellers-registration-approver = Qui peut signer
sellers-registration-approver-line = Une personne habilitée à accepter des contrats pour la société. Ce peut être le contact.
sellers-approver-name = Nom du signataire
sellers-approver-email = Adresse e-mail du signataire
sellers-approver-phone = Téléphone du signataire
sellers-registration-fee = Frais d’inscription
sellers-registration-fee-line = Avec le code de gratuité, il n’y a rien à payer. Sans lui, les frais sont de { $fee } : ils sont notés avec votre inscription et facturés plus tard ; le paiement n’existe pas encore ici.
sellers-registration-fee-waived = Offerts
sellers-registration-fee-due = { $fee }, à facturer plus tard
sellers-registration-waiver = Code de gratuité
sellers-registration-waiver-hint = Repris de notre lettre d’approbation.
sellers-registration-agreements = Contrats
sellers-registration-agreements-line = Chacun s’ouvre dans son onglet, pour que rien de ce que vous avez saisi ne se perde. Ils sont courts.
sellers-registration-agree = Nous acceptons
sellers-registration-accept = { $agreement }
sellers-registration-go = S’inscrire
sellers-registration-save = Enregistrer
sellers-registration-theirs = Ce qui est enregistré maintenant
sellers-registration-meanwhile = Quelqu’un d’autre a enregistré cette page pendant que vous l’aviez ouverte. Rien n’a été écrasé. Votre saisie est ci-dessous, avec ce qui en diffère désormais ; enregistrez à nouveau pour mettre la vôtre à la place.

# -- Contrats --
sellers-policies-title = Contrats et règles
sellers-policies-line = Ce qui vaut entre éditeurs, clients et place de marché. Court, et par éditions : qui en a accepté une ancienne peut toujours la lire.
sellers-policies-edition = Édition de { $edition }
sellers-policies-others = Autres éditions
sellers-agreement-participation = Règles de participation
sellers-agreement-participation-line = Ce qui peut être vendu ici, comment on le présente, et pourquoi une offre est retirée.
sellers-agreement-publisher = Contrat d’éditeur et programme de certification
sellers-agreement-publisher-line = Ce que se doivent éditeurs et place de marché, et ce que veut dire « certifié ».
sellers-agreement-terms = Conditions d’utilisation
sellers-agreement-terms-line = Ce qui vaut pour tous ceux qui utilisent cette place de marché.
sellers-agreement-privacy = Déclaration de confidentialité
sellers-agreement-privacy-line = Ce qui est gardé à votre sujet, combien de temps, et qui le voit.

# -- L’opérateur décide --
sellers-decide-by = Proposé par { $organisation }
sellers-decide-since = Proposé
sellers-decide-question = Question
sellers-decide-no-answer = Pas encore de réponse.
sellers-decide-answer = Réponse
sellers-decide-reason = Raison
sellers-decide-approve = Approuver
sellers-decide-approve-line = Ils reçoivent une lettre avec un code de gratuité et la suite, et peuvent s’inscrire.
sellers-decide-approve-go = Approuver
sellers-decide-ask = Demander d’abord
sellers-decide-ask-line = Ils reçoivent votre question par lettre ; la réponse ramène le dossier sur le bureau.
sellers-decide-ask-go = Demander
sellers-decide-reject = Refuser
sellers-decide-reject-line = Ils reçoivent la raison par lettre, mot pour mot, et peuvent poser une nouvelle candidature.
sellers-decide-reject-go = Refuser
sellers-decide-back = Retour au bureau

# -- Ce qui a été fait, pour les historiques --
# used: sellers-did-*
sellers-did-nominate = a proposé un produit
sellers-did-approve = a approuvé la candidature
sellers-did-reject = a refusé la candidature
sellers-did-ask = a posé une question sur la candidature
sellers-did-answer = a répondu à la question de l’opérateur
sellers-did-register = s’est inscrit comme éditeur
sellers-did-amend = a modifié l’inscription
sellers-did-accept = a accepté un contrat
