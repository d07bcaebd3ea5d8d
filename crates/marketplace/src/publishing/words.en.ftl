# Publishing: from a draft to the storefront.

publishing-offers = Offers
publishing-offers-line = What you sell, and what you are about to.
publishing-offers-empty = Nothing to sell yet
publishing-offers-empty-line = An offer is a product as customers see it: words, pictures, prices, and the image behind them. Begin with a title; the rest can wait.
publishing-new = New offer
publishing-line = { $slug } · never published
publishing-line-live = { $slug } · version { $number } is what customers have
publishing-ways = This offer
publishing-status = Publishing
# used: publishing-status-*
publishing-status-draft = Draft
publishing-status-draft-line = A draft; nobody but you sees it.
publishing-status-in-progress = In progress
publishing-status-in-progress-line = On its way to the market.
publishing-status-waits = Waits for your sign-off
publishing-status-waits-line = Ready, and waiting for your word.
publishing-status-live = Live
publishing-status-live-line = On sale.
publishing-status-changed = Live, changes not published
publishing-status-changed-line = On sale; the draft has changes that customers do not see yet.
publishing-status-withdrawn = Withdrawn
publishing-status-withdrawn-line = Off sale. Those who have bought keep what they have.
publishing-status-failed = Failed
publishing-status-failed-line = The last submission did not get through.

# used: publishing-step-*
publishing-step-validate = Validation
publishing-step-certification = Certification
publishing-step-provisioning = Provisioning
publishing-step-packaging = Packaging and test lead
publishing-step-preview = Preview
publishing-step-sign-off = Your sign-off
publishing-step-live = Going live
publishing-your-turn = Waiting for you.

# used: publishing-waits-*
publishing-waits-none = Nothing submitted yet
publishing-waits-none-line = Complete the draft, then submit it. You will see each step here as it happens.
publishing-waits-running = Nothing waits for you
publishing-waits-running-line = The market is at work. You can close this page; a letter comes when you are needed.
publishing-waits-preview = Your preview is ready
publishing-waits-preview-line = Look at the offer as customers will see it, then sign it off. It is live seconds later.
publishing-waits-failed = This must be put right first
publishing-waits-failed-line = Mend it, then submit again: the new submission begins at the first step. What customers see has not changed.
publishing-waits-cancelled = You cancelled this submission
publishing-waits-cancelled-line = The draft is as it was. What customers see has not changed.
publishing-waits-live = It is live
publishing-waits-live-line = Customers can find, buy and deploy it. Nothing waits for you.
publishing-waits-changed = Changes wait in the draft
publishing-waits-changed-line = Customers see the version that is live. Submit the draft to publish what you changed.
publishing-waits-withdrawn = Off sale
publishing-waits-withdrawn-line = Nobody can buy it any more; those who have keep it. You can put it back on sale at any time.

publishing-open-preview = Open the preview
publishing-sign-off = Publish now
publishing-to-draft = Open the draft
publishing-cancel = Cancel
publishing-cancel-question = The draft stays as it is, and so does what customers see. The certificate stays valid for this image.
publishing-cancel-go = Cancel the submission
publishing-see = See it in the market
publishing-withdraw = Withdraw from sale
publishing-withdraw-question = Nobody will be able to buy it any more. Those who have bought keep what they have, and their machines go on running.
publishing-withdraw-go = Withdraw it
publishing-resume = Put back on sale
publishing-history = Earlier submissions
publishing-version = Version
publishing-submitted = Submitted
publishing-ended = Ended
publishing-outcome = Outcome
publishing-outcome-live = Went live
publishing-outcome-failed = Failed
publishing-outcome-cancelled = Cancelled
publishing-outcome-running = In progress

publishing-compare = What would change
publishing-compare-none = Nothing to compare
publishing-compare-same = The draft says exactly what customers see.
publishing-compare-never = The offer was never live, so all of it is new.
publishing-compare-line =
    { $count ->
        [one] One field of the draft differs from what customers see.
       *[other] { $count } fields of the draft differ from what customers see.
    }
publishing-compare-field = Field
publishing-compare-live = Customers see
publishing-compare-draft = The draft says

publishing-message-certified =
    { $count ->
        [one] The image is certified.
       *[other] All { $count } images are certified.
    }
publishing-message-lead-boxed = The test lead arrived: it was put into the letter box of the market.
publishing-message-lead = The test lead arrived; the receiver answered: { $answer }
publishing-message-no-leads = No destination for leads is named, so no test lead was sent. Leads are kept on the Leads page.
publishing-reason-lead =
    { $attempts ->
        [one] The test lead did not arrive in one attempt. The last answer was: { $answer }. Check the destination, then submit again.
       *[other] The test lead did not arrive in { $attempts } attempts. The last answer was: { $answer }. Check the destination, then submit again.
    }
publishing-reason-seller = Your organisation is not registered as a seller, or was suspended.
publishing-reason-image = The image of the SKU { $sku } is not there any more. Choose another, or upload it again.
publishing-reason-blob = The bytes of { $image } cannot be read. The operator has been told; submit again later.
publishing-reason-not-certified = { $image } was not certified. Open its report to see what must be fixed, with the place and the remedy.
publishing-rules-left = { $count ->
    [one] and one more rule
   *[other] and { $count } more rules
}
publishing-reason-could-not-judge = { $image } could not be judged. Open its report to see why.
publishing-reason-broken = Something broke on our side, again and again. The operator can see what; submit again later.

publishing-letter-preview = Your preview is ready: { $offer }
publishing-letter-preview-text =
    “{ $offer }” has passed every check and is ready to be looked at.

    See it as customers will: { $preview }

    When you are content, sign it off here, and it is live seconds later:
    { $status }
publishing-letter-live = Live: { $offer }
publishing-letter-live-text =
    “{ $offer }” is live. Customers find it here:
    { $address }
publishing-letter-failed = Not published yet: { $offer }
publishing-letter-failed-text =
    “{ $offer }” did not get past the step “{ $step }”. What customers see has not changed.

    { $reasons }

    Put this right, then submit again. Everything is on this page:
    { $status }

refused-publishing-running-already = A submission of this offer is on its way already. Wait for it, or cancel it, then submit again.
refused-publishing-not-now = This cannot be done now: the submission is at “{ $stage }”. Open its status page to see where it stands.
refused-publishing-never-live = This offer was never live, so there is nothing to withdraw or to put back on sale.

# What the history tells; the key is the deed.
# used: publishing-did-*
publishing-did-submit = submitted an offer
publishing-did-validated = found the submission valid
publishing-did-certification_begun = sent the images to certification
publishing-did-certified = found the images certified
publishing-did-provisioned = made the images ready
publishing-did-test_lead_sent = sent a test lead
publishing-did-leads_tried = saw the test lead arrive
publishing-did-preview_opened = opened the preview
publishing-did-signed_off = signed the preview off
publishing-did-went_live = put the offer on sale
publishing-did-failed = stopped the submission
publishing-did-cancelled = cancelled the submission
publishing-did-withdraw = withdrew the offer from sale
publishing-did-resume = put the offer on sale again

publishing-accepted = Accepted by exception
publishing-status-failing = No longer passes
publishing-status-failing-line = On sale, with an image that no longer passes.
publishing-status-stopped = Not sold
publishing-status-stopped-line = Customers see it and cannot order it: an image of it no longer passes.
publishing-waits-failing = Another image is needed
publishing-waits-failing-line = The image that is on sale no longer passes. Send a mended one, put it into the plan and submit: customers get it as soon as you have signed it off.

# What is on sale and no longer passes.
publishing-desk-failing = No longer passes
publishing-desk-ending = An exception ends
publishing-failing-list = Images that no longer pass
publishing-failing-count =
    { $count ->
        [0] Everything on sale passes
        [one] One image on sale no longer passes
       *[other] { $count } images on sale no longer pass
    }
publishing-failing-none = Nothing to look after
publishing-failing-none-line = What is on sale is judged again when rules or advisories change, and every day. What no longer passes then comes here, and a letter tells you.
publishing-failing-rule-tell = New sales go on until you stop them here.
publishing-failing-rule-stop = New sales stop as soon as an image no longer passes.
publishing-failing-rule-grace =
    { $days ->
        [one] New sales stop a day after an image ceased to pass, unless you decide otherwise.
       *[other] New sales stop { $days } days after an image ceased to pass, unless you decide otherwise.
    }
publishing-failing-title = { $file } no longer passes
publishing-failing-by = Of { $publisher }
publishing-failing-since = Since
publishing-failing-offers = It is sold in:
publishing-failing-customers = Customers who have it keep it, and deploy it as before.
publishing-failing-stopped = New sales are stopped.
publishing-failing-stops = New sales stop on { $date } unless it passes before.
publishing-failing-sold = New sales go on.
publishing-failing-badge-stopped = Not sold
publishing-failing-badge-stops = Sold for now
publishing-failing-badge-sold = Sold
# used: publishing-failing-why-*
publishing-failing-why-rulebook = It was judged again because the rulebook has a new edition.
publishing-failing-why-profile = It was judged again because the market’s profile changed.
publishing-failing-why-advisories = It was judged again because what is known of vulnerabilities changed.
publishing-failing-why-scanners = It was judged again because the market’s own rules against malware changed.
publishing-failing-why-exceptions = It was judged again because what is accepted of it by exception changed.
publishing-failing-why-day = It was judged again because a day had passed.
publishing-failing-why-asked = It was judged again because someone asked for it.
publishing-failing-to-do = Mend this at home, check it with halle certify, send the new image, put it into the plan and submit. If it passes again without that, sales go on by themselves.
publishing-failing-in-the-way = What stands in the way
publishing-failing-report = Open the report
publishing-failing-compare = What changed
publishing-failing-upload = Send a new image
publishing-failing-decide = Decide about new sales
publishing-failing-decide-line = Whatever you decide, sales go on by themselves once it passes again, and those who have bought are not touched. The publisher gets a letter.
publishing-failing-stop = Stop new sales
publishing-failing-sell = Let it be sold
publishing-failing-seen = Leave it to the market
# used: publishing-failing-decided-*
publishing-failing-decided-stop = You stopped them.
publishing-failing-decided-sell = You decided that it may be sold.
publishing-failing-decided-seen = You left it to the market.
publishing-failing-done = Decided.
publishing-failing-back = All that no longer pass
# used: publishing-letter-fails*
# used: publishing-letter-stopped*
# used: publishing-letter-sold*
# used: publishing-letter-passes*
publishing-letter-fails = No longer passes: { $offer } ({ $file })
publishing-letter-fails-text =
    “{ $offer }” is on sale with the image { $file }, which passed when it was published. It no longer does. { $why }

    This stands in the way:
publishing-letter-fails-more = More stands in the way of { $offer } ({ $file })
publishing-letter-fails-more-text =
    { $file }, which is on sale in “{ $offer }”, no longer passed before, and now more stands in the way. { $why }

    All of it:
publishing-letter-stopped = New sales are stopped: { $offer }
publishing-letter-stopped-text =
    { $file } in “{ $offer }” still does not pass, and the days of grace are over. Customers see the offer and cannot order it.

    This stands in the way:
publishing-letter-stopped-by-operator = The operator stopped new sales: { $offer }
publishing-letter-stopped-by-operator-text =
    The operator of this market has stopped new sales of “{ $offer }”, because its image { $file } no longer passes.

    This stands in the way:
publishing-letter-sold-by-operator = It may be sold: { $offer }
publishing-letter-sold-by-operator-text =
    The operator of this market has decided that “{ $offer }” may be sold although its image { $file } no longer passes. It still does not:
publishing-letter-sold-again = Sold again: { $offer }
publishing-letter-sold-again-text =
    { $file } in “{ $offer }” passes again. { $why } New sales go on; nothing is left to do.
publishing-letter-passes-again = Passes again: { $offer }
publishing-letter-passes-again-text =
    { $file } in “{ $offer }” passes again. { $why } Nothing is left to do.
publishing-letter-ending = An exception ends on { $date }: { $offer }
publishing-letter-ending-text =
    “{ $offer }” is on sale with { $file }, although this image breaks a rule. The operator of this market accepted that for a time, which ends on { $date }:
publishing-letter-ending-after = After that day the rule counts again, and the image passes no longer.
publishing-letter-ending-to-do = Send an image in which it is mended before then, put it into the plan and submit the offer, or ask the operator to accept it for longer:
publishing-letter-ending-longer = If it may stay so for longer, grant another exception in its place here; otherwise nothing is left to do:
publishing-letter-failing-remedy = What to do:
publishing-letter-failing-more =
    { $count ->
        [one] One more rule is in the report.
       *[other] { $count } more rules are in the report.
    }
publishing-letter-failing-to-do = Customers who have it keep it. To go on selling, mend the image, send it, put it into the plan and submit the offer:
publishing-letter-failing-report = The whole report, with every place on the disk:
publishing-letter-failing-decide = Customers who have it keep it. Decide about new sales here:
refused-publishing-not-failing = This image passes, or is not on sale any more, so there is nothing to decide about it.
publishing-did-fails = found that an image on sale no longer passes
publishing-did-exception_ends = told that an exception ends soon
publishing-did-passes_again = found that an image on sale passes again
publishing-did-sales_stopped = stopped new sales after the days of grace
publishing-did-decide = decided about an image that no longer passes
