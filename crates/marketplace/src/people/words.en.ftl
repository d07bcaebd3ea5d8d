# -- Refusals --
refused-people-owners-only = Only an owner of this organisation may do this. Ask one of them to do it, or to make you an owner.
refused-people-operators-only = This part belongs to those who run the market.
refused-people-wrong-password = Address and password do not belong together. Check both, or have a link sent to you to choose a new password.
refused-people-too-many-guesses = Too many passwords were tried for this address. Wait { $minutes } minutes, or have a link sent to you to choose a new password.
refused-people-dead-link = This link was used already, or it has run out. Ask for a new one.
refused-people-last-owner = An organisation needs an owner, and there is no other. Make someone else an owner first.
refused-people-member-already = This person belongs to the organisation already.
refused-people-too-many-tokens = There are { $most } tokens already. Revoke one that nobody needs.
refused-people-too-many-invitations = { $most } invitations are open already. Wait until some are answered or run out.
refused-people-dead-token = This token is unknown, has run out or was revoked. Issue a new one on the Tokens page of the organisation’s portal, and send it as “Authorization: Bearer halle_…”.
refused-people-email = This is no e-mail address. It looks like name@example.org.
refused-people-email-taken = Someone has signed up with this address. If it was you, sign in.
refused-people-line-broken = This takes one line.
refused-people-line-missing = Something must stand here.
refused-people-line-long =
    { $over ->
        [one] One character too many; { $most } fit.
       *[other] { $over } characters too many; { $most } fit.
    }
refused-people-password-short = Too short: take at least { $least } characters. A few words in a row do well.
refused-people-password-long = Too long: { $most } characters are enough.
refused-people-password-trivial = Too easy to guess: it is a common password, a row of keys, or made of your name or address. Take a few words that do not belong together.

# -- Letters --
people-letter-password-title = { $market }: choose a new password
people-letter-password-body =
    Hello { $name },

    someone, most likely you, asked { $market } for a new password for this address. Choose it here:

    { $link }

    The link works once, within { $hours } hours. If it was not you, there is nothing to do: your password stays as it is.
people-letter-invitation-title = Join { $organisation }
people-letter-invitation-body =
    Hello,

    { $person } invites you to work for { $organisation } on { $market }. Accept here:

    { $link }

    The link works once, within 7 days. If you do not know what this is about, leave it: nothing happens without you.
