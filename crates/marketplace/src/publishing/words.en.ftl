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
