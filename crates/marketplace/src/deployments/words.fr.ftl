# used: deployments-stage-*
# used: deployments-reason-*
deployments-reason-lost = La machine n’est plus là où elle avait été créée ; son hôte a peut-être été vidé. Son disque est perdu. Réessayez pour en avoir une neuve, ou supprimez-la.
deployments-reason-ended = La machine s’est arrêtée sans qu’on le lui demande. Le moteur dit : { $why }. Réessayez ; son disque est intact.
deployments-reason-shut-down = La machine s’est éteinte d’elle-même avant d’être prête. Consultez sa console, puis réessayez.
deployments-reason-no-answer = La machine tourne, mais son serveur web n’a pas répondu au port { $port }, { $path }, en { $minutes } minutes. Sa console dit ce qu’elle fait. Réessayez, ou supprimez-la.
deployments-reason-not-here = Aucune machine ne peut encore tourner sur ce marché : il manque { $missing }. L’opérateur l’installe avec : { $install }. Réessayez ensuite.
deployments-reason-no-room = Les machines du marché sont pleines : celle-ci demande { $asked } Mio et { $free } Mio sont libres. Réessayez plus tard, ou choisissez une taille plus petite.
deployments-reason-bad-image = L’image est inutilisable : { $why }. C’est à l’éditeur de la corriger ; rien n’est facturé.
deployments-reason-too-slow = C’était trop long et a été abandonné. Réessayez.
deployments-reason-engine = Le moteur qui fait tourner les machines a refusé. Il dit : { $why }. Réessayez ; si cela persiste, prévenez l’opérateur.

deployments-mistake-host-name = Un nom d’hôte se compose de lettres, de chiffres et de traits d’union intérieurs, 63 au plus. Par exemple : web-1.
deployments-mistake-user-name = Un nom d’utilisateur commence par une lettre minuscule, suivie de minuscules, de chiffres, de - ou de _, 32 au plus.
deployments-mistake-user-taken = { $name } appartient au système. Choisissez un autre nom d’utilisateur.
deployments-mistake-size = Choisissez l’une des tailles.
deployments-mistake-too-many-keys = { $most } clés au plus. Retirez-en.
deployments-mistake-private-key = La ligne { $line } est une clé privée. Gardez-la pour vous : personne ne doit l’avoir. Collez la clé publique, celle du fichier qui finit par .pub.
deployments-mistake-key = La ligne { $line } n’est pas une clé publique SSH. Une clé par ligne, comme dans un fichier qui finit par .pub : ssh-ed25519 AAAA…

deployments-letter-ready-title = { $host } est prête
deployments-letter-ready =
    Bonjour { $name },

    votre machine { $host } ({ $title }) tourne, et son serveur web répond. Votre utilisateur y est { $user }.

    Pour l’ouvrir, l’arrêter ou la supprimer :
    { $address }

    { $market }
deployments-letter-failed-title = { $host } n’a pas pu démarrer
deployments-letter-failed =
    Bonjour { $name },

    votre machine { $host } ({ $title }) ne tourne pas. { $reason }

    Rien n’est facturé tant qu’elle ne tourne pas. Pour réessayer ou la supprimer :
    { $address }

    { $market }

refused-deployments-not-now = L’état de la machine ne permet pas cela. Rechargez la page pour voir où elle en est, puis choisissez à nouveau.
refused-deployments-order-cancelled = Cette commande est annulée : aucune machine ne peut plus en dépendre. Commandez à nouveau pour continuer.
refused-deployments-machines-left =
    { $count ->
        [one] Il reste une machine sous cette commande. Supprimez-la d’abord ; la commande pourra alors être annulée.
       *[other] Il reste { $count } machines sous cette commande. Supprimez-les d’abord ; la commande pourra alors être annulée.
    }
refused-deployments-too-many-machines = Il y a déjà { $most } machines sous cette commande, le maximum. Supprimez-en une, ou passez une autre commande.
refused-deployments-no-machines-here = Aucune machine ne peut encore tourner sur ce marché. { $why }. Prévenez l’opérateur ; votre commande reste en l’état.
refused-deployments-too-large = Cette formule demande { $memory } Mio de mémoire, et toutes les machines de ce marché en ont ensemble { $budget }. Prévenez l’opérateur ; votre commande reste en l’état.

# used: deployments-step-*
deployments-title = Mes machines
deployments-line = Ce qui tourne pour vous, et ce qui a tourné.
deployments-none = Aucune machine pour l’instant
deployments-none-line = Passez une commande, puis déployez : votre machine tourne une ou deux minutes plus tard, et vous la retrouvez ici.
deployments-host-name = Nom d’hôte
deployments-host-name-hint = Le nom que la machine se donne.
deployments-user-name = Nom d’utilisateur
deployments-user-name-hint = Votre utilisateur sur la machine, avec le droit de l’administrer.
deployments-ssh-keys = Clés publiques SSH
deployments-ssh-keys-hint = Une par ligne, comme dans un fichier qui finit par .pub. Sans clé, vous n’accédez qu’aux pages de la machine.
deployments-size = Taille
deployments-size-recommended = Recommandée par l’éditeur
deployments-stage = État
deployments-made = Demandée
deployments-seller = Éditeur
deployments-deploy = Déployer une machine
deployments-deploy-title = Déployer { $title }
deployments-deploy-line = { $plan }, { $price }. Vous ne payez rien avant que la machine soit prête, ni tant qu’elle est arrêtée.
deployments-under-order = Machines
deployments-none-under-order = Aucune pour l’instant. Déployez-en une : elle tourne une ou deux minutes plus tard.
deployments-order-over = Cette commande est annulée. Ses machines ont disparu.
deployments-order-preview = Cette commande vient d’un aperçu. Elle vous sert à essayer l’offre avant sa mise en ligne.
deployments-order-what = Ce que vous avez commandé
deployments-order-offer = L’offre telle qu’elle est aujourd’hui
deployments-order-terms = Les conditions que vous avez acceptées
deployments-order-terms-line = Acceptées le { $date }. Empreinte (SHA-256) :
deployments-order-end = La fin
deployments-order-cancel = Annuler cette commande
deployments-order-cancel-question = Plus aucune machine ne pourra en dépendre. Vous pouvez commander à nouveau à tout moment, aux conditions du jour.
deployments-order-cancel-do = Annuler la commande
deployments-try-again = Réessayer
deployments-open = L’ouvrir
deployments-ssh-line = Votre clé ouvre un terminal :
deployments-ran = Prête pendant
deployments-cost = Coût à ce jour
deployments-cost-none = Rien
deployments-console = Console
deployments-console-line = La fin de ce que la machine a écrit sur sa console série.
deployments-start = Démarrer
deployments-restart = Redémarrer
deployments-restart-question = La machine s’éteint et redémarre. Elle est absente une minute environ ; son disque reste tel quel.
deployments-stop = Arrêter
deployments-stop-question = La machine s’éteint. Son disque reste tel quel, et rien n’est facturé jusqu’à ce que vous la redémarriez.
deployments-delete = Supprimer
deployments-delete-question = La machine disparaît et son disque avec elle, tout de suite et pour toujours. Plus rien n’est facturé ensuite.
deployments-delete-do = La supprimer pour toujours
deployments-step-requested = Demandée
deployments-step-staging = Image disponible
deployments-step-creating = Machine créée
deployments-step-booting = Démarrée, son serveur web répond
deployments-step-ready = Prête
deployments-stage-requested = Demandée
deployments-stage-requested-line = Le marché commence dans un instant.
deployments-stage-staging = Image en route
deployments-stage-staging-line = L’image certifiée est apportée là où se font les machines.
deployments-stage-creating = En création
deployments-stage-creating-line = La machine reçoit son disque, son nom et vos clés.
deployments-stage-booting = Démarre
deployments-stage-booting-line = Elle démarre. Elle est prête quand son propre serveur web a répondu avec son propre jeton.
deployments-stage-ready = Prête
deployments-stage-ready-line = Elle tourne, et son propre serveur web a répondu.
deployments-stage-failed = En échec
deployments-stage-stopping = S’arrête
deployments-stage-stopping-line = Elle s’éteint.
deployments-stage-stopped = Arrêtée
deployments-stage-stopped-line = Son disque est tel quel. Rien n’est facturé tant qu’elle est arrêtée.
deployments-stage-destroying = En suppression
deployments-stage-destroying-line = La machine disparaît, et son disque avec elle.
deployments-stage-destroyed = Supprimée
deployments-stage-destroyed-line = Il n’en reste rien. Son histoire demeure.
deployments-sold-title = Déploiements
deployments-sold-line = Où tourne ce que vous vendez. Noms, utilisateurs et clés appartiennent à vos clients et ne sont pas montrés.
deployments-sold-none = Rien n’est encore déployé
deployments-sold-none-line = Dès qu’un client déploie l’une de vos images, elle apparaît ici, avec son état.

# What the history tells; the key is the deed.
# used: deployments-did-*
deployments-did-deploy = a déployé une machine
deployments-did-stop = a arrêté une machine
deployments-did-start = a démarré une machine
deployments-did-restart = a redémarré une machine
deployments-did-try_again = a relancé un déploiement
deployments-did-destroy = a supprimé une machine
