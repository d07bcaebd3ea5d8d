# Leads: who showed interest, and who must hear of it.

leads-page = Leads
leads-line = Everyone who showed interest in what you sell, newest first.
leads-empty = No leads yet
leads-empty-line = Whoever buys, deploys or asks to be contacted appears here, with what became of the word of it. Each offer says where its leads are sent.
leads-to-offers = To your offers
leads-export = Download as CSV
leads-when = When
leads-who = Who
leads-what = What they did
leads-delivery = Sent on
leads-kept = Kept here only
leads-waiting = On its way
leads-tried =
    { $attempts ->
        [one] Not taken yet, one attempt
       *[other] Not taken yet, { $attempts } attempts
    }
leads-delivered = Delivered
leads-replay = Send again
leads-action-install = Bought or deployed
leads-action-contact = Asked to be contacted
leads-action-test = Test by publishing

leads-name = Name
leads-email = E-mail
leads-phone = Telephone
leads-company = Company
leads-title = Position
leads-country = Country
leads-offer = Offer
leads-letter-line = { $name }: { $value }
leads-letter-install = A customer for { $offer }
leads-letter-install-text = Someone bought or deployed “{ $offer }”.
leads-letter-contact = A question about { $offer }
leads-letter-contact-text = Someone asks to be contacted about “{ $offer }”.
leads-letter-test = Test lead: { $offer }
leads-letter-test-text = “{ $offer }” is being published, and this is the test of where its leads go. It arrived; there is nothing to do.

refused-leads-nothing-to-replay = The offer named no destination when this lead came, so there is nothing to send again.

# What the history tells; the key is the deed.
# used: leads-did-*
leads-did-replay = sent a lead again
