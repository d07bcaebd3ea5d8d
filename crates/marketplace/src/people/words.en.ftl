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

# used: people-done-*
# used: people-desk-done-*
# -- At the door --
people-name = Your name
people-email = E-mail address
people-password = Password
people-password-now = Password until now
people-password-new = New password
people-password-hint = At least 10 characters. A few words in a row are easy to keep in mind and hard to guess.
people-language = Language of pages and letters
people-or = or
people-save = Save
people-role = Role
people-actions = Actions
people-terms = terms of use
people-privacy = privacy statement
people-role-owner = Owner
people-role-contributor = Contributor
people-sign-up-title = Make an account
people-sign-up-go = Make the account
people-sign-up-agree = By making an account you accept the
people-sign-up-known = I have an account
people-sign-in-title = Sign in
people-sign-in-go = Sign in
people-sign-in-forgotten = I forgot my password
people-sign-in-new = Make an account
people-forgotten-title = A new password
people-forgotten-hint = A letter with a link comes to this address.
people-forgotten-go = Send the link
people-forgotten-sent = If someone has this address here, a letter with a link is on its way. It works once, within a day. Nothing came? Look among the spam, and check the address.
people-choose-title = Choose a password
people-choose-line = For { $email }. Wherever you were signed in, you will be asked for it.
people-choose-go = Take this password
people-join-title = Join { $organisation }
people-join-line = You are invited to work for { $organisation }. Your role there: { $role }.
people-join-who = Say first who you are. You come back here afterwards.
people-join-go = Join as { $person }

# -- Account --
people-account-title = Your account
people-account-you = You
people-account-you-line = Other members of your organisations see your name and address.
people-account-password-line = After a change you stay signed in here and are signed out everywhere else.
people-account-change = Change the password
people-account-wrong-password = This is not your password.
people-account-organisations = Your organisations
people-account-organisations-line = You sell, and buy for a team, in the name of an organisation. Whoever makes one owns it.
people-account-organisation = Name of the organisation
people-account-found = Make the organisation
people-done-amended = Saved.
people-done-password = The password is changed. Everywhere else you are signed out.
people-done-left = You have left the organisation.
people-done-invited = The invitation is on its way. It works for 7 days.
people-done-dismissed = The member is removed, with the tokens that acted for them.
people-done-appointed = The role is changed.
people-done-issued = This token was issued already; its secret was shown once. If it is lost, revoke the token and issue another.
people-done-revoked = The token is revoked. Programs that show it are refused from now on.

# -- Members --
people-members-title = Members
people-members-line = Contributors draft, upload and publish. Owners also register, invite and accept agreements.
people-members-you = (you)
people-members-leave = Leave
people-members-leave-question = You lose access to { $organisation } at once, and your tokens there stop working. An owner can invite you again.
people-members-dismiss = Remove
people-members-dismiss-question = { $person } loses access at once, and the tokens that act for them stop working.
people-members-make-owner = Make owner
people-members-make-contributor = Make contributor
people-members-invite = Invite someone
people-members-invite-line = A letter with a link goes to them. It works once, within 7 days.
people-members-invite-go = Send the invitation
people-members-until = open until

# -- Tokens --
people-tokens-title = Tokens
people-tokens-line = A program that shows a token acts for you in this organisation: to upload from CI, for instance.
people-tokens-new = Your new token
people-tokens-once = Copy it now: it is shown this once, and only its hash is kept.
people-tokens-none = No tokens yet
people-tokens-none-line = Issue one below, then hand it to your program, and to nobody else.
people-tokens-name = Name
people-tokens-name-hint = What it is for, such as “release builds”.
people-tokens-of = Acts for
people-tokens-made = Issued
people-tokens-ends = Runs out
people-tokens-ended = has run out
people-tokens-used = Last used
people-tokens-never = never
people-tokens-revoke = Revoke
people-tokens-revoke-question = Programs that show “{ $name }” are refused at once. This cannot be undone.
people-tokens-issue = Issue a token
people-tokens-issue-line = Give each program its own, so that one can be revoked without the others.
people-tokens-life = Works for
people-tokens-days =
    { $days ->
        [one] one day
       *[other] { $days } days
    }
people-tokens-go = Issue the token

# -- The operator’s desk --
people-desk-title = Waiting for you
people-desk-count =
    { $count ->
        [0] Nothing waits for you
        [one] One thing waits for you
       *[other] { $count } things wait for you
    }
people-desk-line = What only the operator can decide, oldest first.
people-desk-none = The desk is clear
people-desk-none-line = A letter comes when someone nominates a product or answers a question of yours.
people-desk-keys-move = on and back
people-desk-keys-open = open
people-desk-done-decided = Decided. A letter tells them.
people-desk-done-asked = Asked. It comes back to the desk with the answer.
people-desk-done-replayed = It goes out again.
people-desk-done-revived = The job runs again.
people-audit-title = Audit log
people-audit-line = Who did what, newest first. Written with the change itself, never altered.
people-audit-when = When
people-audit-who = Who
people-audit-house = the market
people-history-operator = the operator of the market
people-audit-what = What
people-audit-details = Details
people-letters-title = Letters and calls
people-letters-line = All that left the house, newest first, with the answer that came back.
people-letters-none = Nothing was sent yet
people-letters-none-line = Letters to people and calls to their programs stand here as soon as there are any.
people-letters-title-head = About
people-letters-to = To
people-letters-way = By
people-letters-made = Written
people-letters-state = Standing
people-letters-attempts = Attempts
people-letters-ended = Delivered
people-letters-answer = Last answer
people-letters-replay = Send again
people-letters-back = All letters and calls
people-parcel-letter = letter
people-parcel-webhook = web hook
people-parcel-waiting = Waiting
people-parcel-tried = Tried, not delivered
people-parcel-delivered = Delivered
people-parcel-dead = Given up
people-jobs-title = Jobs given up
people-jobs-line = Work that failed again and again. Put right what hindered it, then let it run anew.
people-jobs-none = No job was given up
people-jobs-none-line = Whatever is under way goes on by itself.
people-jobs-kind = Job
people-jobs-subject = About
people-jobs-made = Queued
people-jobs-error = What went wrong
people-jobs-revive = Run again

# -- What was done, for histories --
# used: people-did-*
people-did-sign_up = signed up
people-did-sign_in = signed in
people-did-amend = changed name or language
people-did-ask_for_link = asked for a new password
people-did-choose_password = chose a new password
people-did-change_password = changed the password
people-did-make_operator = made an operator
people-did-found = founded the organisation
people-did-invite = invited someone
people-did-accept = joined by invitation
people-did-leave = left
people-did-dismiss = removed a member
people-did-appoint = changed a role
people-did-issue_token = issued a token
people-did-revoke_token = revoked a token
people-did-replay_letter = sent a letter again
people-did-revive_job = ran a job again
people-history-title = History
people-history-line = Who did what in this organisation’s affairs, newest first.
