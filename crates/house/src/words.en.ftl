# The house's own words: the frame around every page, the parts that pages are made of, and refusals.

price-per-hour = { $price }/hour

when-now = just now
when-minutes-ago =
    { $count ->
        [one] a minute ago
       *[other] { $count } minutes ago
    }
when-in-minutes =
    { $count ->
        [one] in a minute
       *[other] in { $count } minutes
    }
when-hours-ago =
    { $count ->
        [one] an hour ago
       *[other] { $count } hours ago
    }
when-in-hours =
    { $count ->
        [one] in an hour
       *[other] in { $count } hours
    }

frame-skip = Skip to content
frame-main-nav = Main
frame-search = Search
frame-search-hint = What do you want to run?
frame-sign-in = Sign in
frame-sign-out = Sign out
frame-account = Your account
frame-language = Language
frame-theme = Appearance
frame-theme-auto = As my device
frame-theme-light = Light
frame-theme-dark = Dark
frame-shop = Market
frame-work = Workspace
frame-home-of = { $market }, home
frame-footer = { $market } is a market for certified machine images.
frame-breadcrumb = You are here

state-pass = Passed
state-warn = Warning
state-fail = Failed
state-skip = Not applicable
state-wait = Waiting
state-yours = Your turn
state-run = Running

part-optional = optional
part-copy = Copy
part-copied = Copied
part-previous = Previous
part-next = Next
part-pages = Pages
part-usual = usually { $span }
part-left = about { $span } left
part-reload = Reload to see what is new
part-filters = Filters
part-apply = Show results
part-from = from
part-disk-map = Map of the disk
part-mistakes =
    { $count ->
        [one] One answer needs another look
       *[other] { $count } answers need another look
    }
part-due = due { $when }
part-stars = { $stars } out of 5
part-confirm-cancel = Keep it

refused-form-mistakes =
    { $count ->
        [one] One answer cannot be taken as it is. It is marked below; nothing was saved.
       *[other] { $count } answers cannot be taken as they are. They are marked below; nothing was saved.
    }
refused-not-found = There is nothing at this address, or nothing that you may see.
refused-changed-meanwhile = Someone changed this while you were at it. Nothing was overwritten. Reload to see their version, then make your change again.
refused-foreign-form = This form was sent from another site, so it was not accepted. Open the page here and send it again.
refused-form-too-large = What was sent is larger than this form takes. Send less, or use the upload page for files.
refused-too-slow = The answer took too long, so it was given up. Whatever was not finished was undone. Try again in a minute.
refused-unreadable = What was sent to { $why } cannot be read. Go back to the page, reload it and send it again.
refused-method = This address does not take { $method } requests.

problem-title-sign-in = Sign in to go on
problem-title-not-allowed = This is not yours to open
problem-title-not-found = Nothing here
problem-title-not-now = Not now
problem-title-bad-input = This needs another look
problem-title-too-large = Too large
problem-title-too-often = Too many at once
problem-title-not-here = Not here at the moment
problem-title-fault = Something broke on our side
problem-next-sign-in = Sign in; you will come back to this page.
problem-next-not-allowed = Ask someone who administers your organisation for the role, or sign in with another account.
problem-next-not-found = Check the address, search for it, or go back to the start.
problem-next-not-now = Go back, look at where things stand now, and try again.
problem-next-bad-input = Go back; what you typed is still in the form.
problem-next-too-large = Go back and send less at a time.
problem-next-too-often = Wait a minute, then try again.
problem-next-not-here = Try again in a few minutes. If it stays like this, tell the operator.
problem-fault = Nothing of what you sent was saved. The operator can see what happened; give them this number:
problem-next-fault = Try again in a minute. If it happens again, send the number to the operator.
problem-home = Back to the start
problem-sign-in = Sign in
mail-boxed = put into the letter box
