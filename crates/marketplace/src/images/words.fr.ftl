# Ce que dit le chapitre des images.

images-no-reason = La raison n’a pas été conservée.
images-discarded-by-sender = Abandonné par son expéditeur.
images-discarded-by-time =
    { $days ->
        [one] Personne n’a poursuivi cet envoi pendant un jour ; il a été abandonné. Envoyez le fichier à nouveau.
       *[other] Personne n’a poursuivi cet envoi pendant { $days } jours ; il a été abandonné. Envoyez le fichier à nouveau.
    }

# used: refused-images-*
refused-images-no-length = L’envoi n’indique pas la longueur du fichier ; rien n’a été reçu. Annoncez-la d’abord dans Upload-Length.
refused-images-too-large = Le fichier fait { $size } Mio ; cette place de marché accepte des images de { $most } Mio au plus. Rien n’a été reçu. Réduisez le système de fichiers et le disque ; les clients pourront l’agrandir.
refused-images-too-small = Le fichier est vide, ou plus court que le pied d’un VHD. Vérifiez que l’export est terminé, puis envoyez-le à nouveau.
refused-images-no-room = La place de marché n’a pas de place pour { $size } Mio en ce moment. Ce qui a été reçu est conservé. Réessayez plus tard, ou prévenez l’opérateur.
refused-images-no-name = Le fichier n’a pas de nom qui puisse être conservé. Nommez-le, par exemple disk.vhd, et envoyez-le à nouveau.
refused-images-not-a-digest = L’empreinte SHA-256 annoncée ne compte pas 64 chiffres hexadécimaux. Prenez celle de sha256sum, ou n’en donnez pas.
refused-images-no-organisation = L’envoi n’indique pas pour quelle organisation il est fait. Nommez-la par ?organisation= et son identifiant.
refused-images-two-writers = Une autre requête envoie ce fichier en ce moment. Attendez qu’elle se termine ou mettez-la en pause, puis reprenez ici.
refused-images-wrong-offset = L’octet { $sent } a été proposé, mais l’envoi en est à l’octet { $stored }. Demandez où il en est, et reprenez de là.
refused-images-ended = Cet envoi est terminé. La liste des images indique ce qu’il est devenu.
refused-images-more-than-promised = Il est arrivé plus d’octets qu’annoncé ; l’envoi a été refusé et rien n’en a été conservé. Envoyez le fichier à nouveau, avec sa vraie longueur.
refused-images-wrong-checksum = Le morceau n’est pas arrivé tel qu’il a été envoyé : sa somme de contrôle diffère. Il a été écarté ; envoyez-le à nouveau.
refused-images-unknown-checksum = Les morceaux ne sont contrôlés que par SHA-256. Envoyez sha256 et l’empreinte en base 64, ou aucune somme de contrôle.
refused-images-foreign = Ce fichier est au format { $format } ; ce n’est pas un VHD fixe. Rien n’en a été conservé. Convertissez-le, puis envoyez le résultat : { $command }
refused-images-foreign-raw = Le fichier ne se termine pas par le pied d’un VHD : c’est un disque brut, ou un VHD tronqué. Rien n’en a été conservé. Si c’est un disque brut, faites-en un VHD fixe, puis envoyez-le : { $command }
refused-images-foreign-unknown = Ce n’est pas un VHD fixe ({ $format }). Rien n’en a été conservé. Exportez le disque en VHD fixe, puis envoyez-le.
refused-images-wrong-length = Le pied du VHD annonce un fichier de { $expected } octets, mais { $found } sont arrivés. Rien n’en a été conservé. Le fichier a été tronqué, ou quelque chose y a été ajouté ; réécrivez-le depuis le disque brut.
refused-images-wrong-digest = Les octets arrivés ne sont pas ceux qui étaient promis : leur empreinte SHA-256 est { $found }, et non { $promised }. Rien n’en a été conservé. Vérifiez le fichier chez vous avec sha256sum, puis envoyez-le à nouveau.
refused-images-broken-off = La connexion s’est interrompue. Ce qui est arrivé est conservé ; reprenez là où en est l’envoi.
refused-images-no-file = Aucun fichier n’a été choisi. Choisissez un VHD fixe et envoyez à nouveau.
refused-images-headers = Un morceau doit indiquer où il commence, dans Upload-Offset.
refused-images-version = Les envois parlent tus 1.0.0. Envoyez Tus-Resumable: 1.0.0 avec chaque requête.

images-upload-title = Envoyer une image
images-upload-line = Vous pouvez mettre en pause, fermer l’ordinateur et revenir : l’envoi reprend là où il s’est arrêté. La certification commence dès le dernier octet reçu.
images-upload-file = Image disque
images-upload-file-hint = Un VHD fixe de { $most } au plus. Choisissez-le, ou déposez-le n’importe où sur cette page.
images-upload-send = Envoyer
images-upload-pause = Mettre en pause
images-upload-resume = Reprendre
images-upload-come-back = Pour reprendre un autre jour, rouvrez cette page et choisissez le même fichier.
images-upload-unfinished = Pas encore terminés
images-upload-unfinished-line = Choisissez le même fichier ci-dessus ; l’envoi reprendra d’ici.
images-upload-first = Essayez d’abord chez vous
images-upload-first-line = Cette commande juge l’image selon les mêmes règles en quelques secondes, sans compte et sans rien envoyer.
images-upload-terminal = Depuis un terminal
images-upload-terminal-line = Pour les gros fichiers et l’intégration continue. La commande retrouve d’elle-même un envoi interrompu et le poursuit. Il lui faut un jeton :
images-upload-token = en créer un
images-upload-convert = Votre disque est dans un autre format ?
images-upload-convert-line = qemu-img fait un VHD fixe de presque tous les formats ; voici comment, pour un disque brut. Un fichier d’un autre format est reconnu au bout de quelques secondes, avec la commande qui convient.
images-units = o Kio Mio Gio Tio
images-say-line = [done] sur [size], [speed] par seconde
images-say-left = encore [span] environ
images-say-paused = En pause. Ce qui a été envoyé est en sûreté ; reprenez quand vous voudrez.
images-say-done = Tout est arrivé. L’image est en cours de scellement.
images-say-broken = La connexion s’est interrompue et n’est pas revenue. Ce qui a été envoyé est en sûreté : choisissez à nouveau le même fichier pour reprendre.
images-received-of = { $done } sur { $size }
images-receiving-line = Rien n’est envoyé en ce moment, sauf par une autre page ou un programme. Choisissez à nouveau le même fichier pour reprendre ; un envoi que personne ne poursuit est abandonné le { $when }.
images-sealing = Scellement
images-sealing-line = Tous les octets sont là. Ils sont mesurés et l’image reçoit le nom de son contenu.
images-sealed = L’image est scellée ; sa certification est en cours.
images-sealed-open = Ouvrir son rapport
images-refused = Le fichier a été refusé
images-go-on = Reprendre l’envoi
images-send-again = Envoyer un autre fichier
images-discard = Abandonner
images-discard-question = Abandonner cet envoi ? Ce qui en a été reçu sera supprimé.

# What the history tells; the key is the deed.
# used: images-did-*
images-did-begin = a commencé un dépôt
images-did-seal = a scellé une image
images-did-refuse = a refusé un dépôt
images-did-discard = a abandonné un dépôt
