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
