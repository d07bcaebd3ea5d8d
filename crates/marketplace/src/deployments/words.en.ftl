# used: deployments-stage-*
# used: deployments-reason-*
deployments-reason-lost = The machine is not where it was made; its host may have been cleared. Its disk is gone. Try again for a fresh one, or delete it.
deployments-reason-ended = The machine ended without having been asked to. The engine says: { $why }. Try again; its disk is as it was.
deployments-reason-shut-down = The machine shut itself down before it was ready. Look at its console, then try again.
deployments-reason-no-answer = The machine runs, but its web server did not answer at port { $port }, { $path }, within { $minutes } minutes. Its console tells what it is doing. Try again, or delete it.
deployments-reason-not-here = No machine can run in this market yet: { $missing } is missing. The operator installs it with: { $install }. Then try again.
deployments-reason-no-room = The market’s machines are full: this one needs { $asked } MiB and { $free } MiB are free. Try again later, or choose a smaller size.
deployments-reason-bad-image = The image could not be used: { $why }. The publisher must mend it; nothing is charged.
deployments-reason-too-slow = It took too long and was given up. Try again.
deployments-reason-engine = The engine that runs machines refused. It says: { $why }. Try again; if it stays so, tell the operator.

deployments-mistake-host-name = A host name is made of letters, digits and inner hyphens, at most 63. For example: web-1.
deployments-mistake-user-name = A user name begins with a small letter and goes on with small letters, digits, - or _, at most 32.
deployments-mistake-user-taken = { $name } belongs to the system. Choose another user name.
deployments-mistake-size = Choose one of the sizes.
deployments-mistake-too-many-keys = At most { $most } keys fit. Remove some.
deployments-mistake-private-key = Line { $line } is a private key. Keep it to yourself: nobody may have it. Paste the public one, from the file that ends in .pub.
deployments-mistake-key = Line { $line } is no SSH public key. One key a line, as in a file that ends in .pub: ssh-ed25519 AAAA…

deployments-letter-ready-title = { $host } is ready
deployments-letter-ready =
    Hello { $name },

    your machine { $host } ({ $title }) is running, and its web server answers. Your user on it is { $user }.

    Open it, stop it or delete it here:
    { $address }

    { $market }
deployments-letter-failed-title = { $host } did not get ready
deployments-letter-failed =
    Hello { $name },

    your machine { $host } ({ $title }) is not running. { $reason }

    Nothing is charged while it does not run. Try again or delete it here:
    { $address }

    { $market }

refused-deployments-not-now = The machine is not in a state in which this can be done. Reload to see how it stands, then choose again.
refused-deployments-order-cancelled = This order is cancelled, so no machine can be deployed under it. Order again to go on.
refused-deployments-machines-left =
    { $count ->
        [one] One machine is left under this order. Delete it first; then the order can be cancelled.
       *[other] { $count } machines are left under this order. Delete them first; then the order can be cancelled.
    }
refused-deployments-too-many-machines = There are { $most } machines under this order already, which is the most. Delete one, or place another order.
refused-deployments-no-machines-here = No machine can run in this market yet. { $why }. Tell the operator; your order stays as it is.
refused-deployments-too-large = This plan needs { $memory } MiB of memory, and all machines of this market together have { $budget } MiB. Tell the operator; your order stays as it is.

# used: deployments-step-*
deployments-title = My machines
deployments-line = What runs for you, and what ran.
deployments-none = No machines yet
deployments-none-line = Order something, then deploy it: your machine is running a minute or two later, and you find it here.
deployments-host-name = Host name
deployments-host-name-hint = How the machine calls itself.
deployments-user-name = User name
deployments-user-name-hint = Your user on the machine, with the right to administer it.
deployments-ssh-keys = SSH public keys
deployments-ssh-keys-hint = One a line, as in a file that ends in .pub. Without a key you only reach the machine’s own pages.
deployments-size = Size
deployments-size-recommended = As its publisher recommends
deployments-stage = State
deployments-made = Asked for
deployments-seller = Publisher
deployments-deploy = Deploy a machine
deployments-deploy-title = Deploy { $title }
deployments-deploy-line = { $plan }, { $price }. You pay nothing until the machine is ready, and nothing while it is stopped.
deployments-under-order = Machines
deployments-none-under-order = None yet. Deploy one: it is running a minute or two later.
deployments-order-over = This order is cancelled. Its machines are gone.
deployments-order-preview = This is an order from a preview. It is yours to try the offer before it is live.
deployments-order-what = What you ordered
deployments-order-offer = The offer as it is now
deployments-order-terms = The terms that you accepted
deployments-order-terms-line = Accepted on { $date }. Fingerprint (SHA-256):
deployments-order-end = The end
deployments-order-cancel = Cancel this order
deployments-order-cancel-question = No machine can be deployed under it any more. You can order again at any time, under the terms of that day.
deployments-order-cancel-do = Cancel the order
deployments-try-again = Try again
deployments-open = Open it
deployments-ssh-line = Your key opens a shell:
deployments-ran = Ready for
deployments-cost = Cost so far
deployments-cost-none = Nothing
deployments-console = Console
deployments-console-line = The end of what the machine wrote to its serial console.
deployments-start = Start
deployments-restart = Restart
deployments-restart-question = The machine shuts down and starts again. It is away for a minute or so; its disk stays as it is.
deployments-stop = Stop
deployments-stop-question = The machine shuts down. Its disk stays as it is, and nothing is charged until you start it again.
deployments-delete = Delete
deployments-delete-question = The machine ends and its disk goes with it, at once and for good. Nothing is charged from then on.
deployments-delete-do = Delete it for good
deployments-step-requested = Asked for
deployments-step-staging = Image at hand
deployments-step-creating = Machine made
deployments-step-booting = Started, its web server answers
deployments-step-ready = Ready
deployments-stage-requested = Asked for
deployments-stage-requested-line = The market begins in a moment.
deployments-stage-staging = Image on its way
deployments-stage-staging-line = The certified image is brought to where machines are made.
deployments-stage-creating = Being made
deployments-stage-creating-line = The machine gets its disk, its name and your keys.
deployments-stage-booting = Starting
deployments-stage-booting-line = It boots. It is ready when its own web server has answered with its own token.
deployments-stage-ready = Ready
deployments-stage-ready-line = It runs, and its own web server has answered.
deployments-stage-failed = Failed
deployments-stage-stopping = Stopping
deployments-stage-stopping-line = It shuts down.
deployments-stage-stopped = Stopped
deployments-stage-stopped-line = Its disk is as it was. Nothing is charged while it is stopped.
deployments-stage-destroying = Being deleted
deployments-stage-destroying-line = The machine ends, and its disk goes with it.
deployments-stage-destroyed = Deleted
deployments-stage-destroyed-line = Nothing is left of it. Its history stays.
deployments-sold-title = Deployments
deployments-sold-line = Where what you sell runs. Names, users and keys belong to your customers and are not shown.
deployments-sold-none = Nothing deployed yet
deployments-sold-none-line = As soon as a customer deploys one of your images it appears here, with its state.

# What the history tells; the key is the deed.
# used: deployments-did-*
deployments-did-deploy = deployed a machine
deployments-did-stop = stopped a machine
deployments-did-start = started a machine
deployments-did-restart = restarted a machine
deployments-did-try_again = tried to deploy again
deployments-did-destroy = deleted a machine
