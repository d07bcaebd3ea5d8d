# -- Refusals --
refused-sellers-nominated-already = This organisation has nominated a product already. One is enough: after its approval you sell as many as you like.
refused-sellers-decided = This nomination is not at a stage where that can be done. Reload the page to see where it stands.
refused-sellers-not-approved = Registration comes after the approval of a nominated product. Nominate one first; if you have, wait for the decision.
refused-sellers-registered-already = This organisation is registered already.
refused-sellers-register-first = This organisation is not registered as a publisher yet. Finish its registration first.
refused-sellers-suspended = The operator has suspended this publisher. Nothing new can be drafted, uploaded or published until that ends; ask the operator why.
refused-sellers-new-edition = An agreement has a new edition. An owner of the organisation must read and accept it, on the overview page, before anything new is drafted, uploaded or published.
refused-sellers-slug = Take 3 to 50 lower-case letters, digits and single hyphens between them, such as acme-software.
refused-sellers-slug-taken = Another publisher has this address. Choose another.
refused-sellers-waiver-code = This is not the code from the letter of approval. Copy it from there, or leave the field empty and pay the fee.
refused-sellers-market-name = The name may not contain “{ $market }”: customers would take you for the market itself.
refused-sellers-display-name-taken = Another publisher sells under this name.
refused-sellers-country = Choose a country from the list. Companies elsewhere cannot sell here yet.

# -- Letters --
sellers-letter-nominated-title = { $organisation } nominates { $product }
sellers-letter-nominated-body =
    { $organisation } would like to sell { $product }:

    { $summary }

    Decide here:

    { $link }
sellers-letter-answered-title = { $organisation } has answered your question
sellers-letter-answered-body =
    You asked { $organisation }:

    { $question }

    They answer:

    { $answer }

    Decide here:

    { $link }
sellers-letter-approved-title = { $product } is approved
sellers-letter-approved-body =
    Hello { $name },

    { $product } is approved for { $market }. What comes next:

    1. Register as a publisher: company, contacts, agreements. It takes about ten minutes.
    2. With this code the registration fee of { $fee } is waived: { $code }
    3. Upload a disk image and have it certified, describe your offer, publish it.

    For further products no other approval is needed; only their images are certified.

    Go on here:

    { $link }
sellers-letter-rejected-title = { $product } was not approved
sellers-letter-rejected-body =
    Hello { $name },

    { $product } was not approved for { $market }. The reason:

    { $reason }

    When this has changed, or with another product, you may nominate again:

    { $link }
sellers-letter-asked-title = A question about { $product }
sellers-letter-asked-body =
    Hello { $name },

    before { $market } decides about { $product }, we would like to know:

    { $question }

    Answer here; the decision waits for you:

    { $link }
sellers-letter-registered-title = { $publisher } is registered
sellers-letter-registered-body =
    Hello { $name },

    { $publisher } is registered as a publisher on { $market }. { $fee }

    Next, upload a disk image and draft your first offer:

    { $link }
sellers-letter-fee-waived = The registration fee was waived.
sellers-letter-fee-due = The registration fee of { $fee } will be invoiced; there is nothing to pay now.

refused-sellers-website = Give the whole address of a website, such as https://example.org.
refused-sellers-choose = Choose one of these.
refused-sellers-conditions = Tick all four: whoever cannot say one of them cannot sell here yet.
refused-sellers-agree = Tick each agreement: a publisher accepts them all. Nothing is accepted unless all of them are.

# -- What sellers and operators read alike --
# used: sellers-condition-*
# used: sellers-agreement-*
# used: sellers-done-*
sellers-decision = Nomination
sellers-relation = How it belongs here
sellers-relation-shown = What shows it
sellers-relation-runs-on = It runs in a machine of this market
sellers-relation-runs-on-shown = Its main function is served from the machine that a customer deploys.
sellers-relation-deploys-to = It deploys software into machines of this market
sellers-relation-deploys-to-shown = Say how the software or service gets there.
sellers-relation-integrates = It integrates with or extends a service of this market
sellers-relation-integrates-shown = Say which service, and how.
sellers-audience = Who it is for
sellers-support = How you help customers
sellers-support-free = Support free of charge
sellers-support-paid = Paid support
sellers-support-community = A community answers
sellers-country = Country of the company
sellers-country-choose = Choose a country
sellers-contact = Contact
sellers-contact-name = Name of the contact
sellers-contact-email = E-mail of the contact
sellers-contact-phone = Telephone of the contact
sellers-stage-submitted = Waits for the operator
sellers-stage-asked = Waits for an answer
sellers-stage-approved = Approved
sellers-stage-rejected = Not approved
sellers-conditions = What must be true
sellers-conditions-line = We take your word for it; breaking it ends the sale.
sellers-conditions-label = We can say of our product:
sellers-condition-licence = It can be sold free, with the customer’s own licence, or by the hour.
sellers-condition-support = We help customers with reasonable effort.
sellers-condition-third_party = We may license all that is in it, also what others made.
sellers-condition-content = Its description will follow the participation policies.

# -- The road --
sellers-landing-title = Sell here
sellers-landing-line = You make a machine image that others could use. Here it is certified, offered and run, and you see who runs it.
sellers-landing-yours = Your organisations
sellers-landing-road = The road
sellers-landing-nominate = Tell us what you would like to sell: a form of about 15 minutes. No account yet? You make one on the way.
sellers-landing-decision = A person looks at it and answers within three working days, with a yes, a question, or a no with its reason.
sellers-landing-register = Company, contacts, agreements: about ten minutes. The fee of { $fee } is waived with the code in our letter.
sellers-landing-upload = A fixed VHD, in the browser or from the command line. Certification takes seconds to minutes, and says of every flaw where it is and how to mend it.
sellers-landing-offer = Name, text, prices. As long as you like.
sellers-landing-publish = You look at the preview and sign it off. From then on customers find and deploy it.
sellers-landing-go = Nominate a product
sellers-landing-policies = Participation policies
sellers-landing-conditions = Who can sell
sellers-landing-condition-image = Your product is a Linux machine image. A finished service for business users belongs elsewhere.
sellers-landing-condition-country = Your company, or a subsidiary, is in a country of our list; the form shows it.
sellers-landing-desk = You need not wait for us to see where your image stands. The certifier is a program of its own; its report at your desk is the report here:
sellers-step-nominate = Nominate a product
sellers-step-nominate-line = About 15 minutes
sellers-step-decision = The operator decides
sellers-step-decision-line = Within three working days
sellers-step-decision-asked = The operator has asked something
sellers-step-register = Register as a publisher
sellers-step-register-line = Company, contacts, agreements; about ten minutes
sellers-step-upload = Upload and certify an image
sellers-step-upload-line = Certification takes seconds to minutes
sellers-step-offer = Describe and price an offer
sellers-step-offer-line = As long as you like
sellers-step-publish = Preview, sign off, sell
sellers-step-publish-line = Nobody else’s decision is needed for a certified image

# -- Nomination --
sellers-nominate-title = Nominate a product
sellers-nominate-line = One product is enough: once it is approved, you sell as many as you like.
sellers-nominate-organisation = Who nominates
sellers-nominate-organisation-line = You act for an organisation here. You will own it and can invite others.
sellers-nominate-organisation-name = Name of the organisation
sellers-nominate-product = The product
sellers-nominate-product-line = Enough for someone who has never heard of it to see what it is.
sellers-nominate-product-name = Name of the product
sellers-nominate-summary = What it is and does
sellers-nominate-summary-hint = A few sentences.
sellers-nominate-audience-hint = Such as: teams of five to fifty who run their own wiki.
sellers-nominate-relation-hint = One of these must be true.
sellers-nominate-relation-shown-hint = One or two sentences: what someone sees in the running product.
sellers-nominate-contact-line = Who gets the decision by letter, and can answer questions.
sellers-nominate-country-hint = Companies elsewhere cannot sell here yet.
sellers-nominate-go = Nominate

# -- The overview --
sellers-overview-line = Where you stand on the road to your first sale.
sellers-overview-road = The road
sellers-done-nominated = Nominated. The decision comes by letter.
sellers-done-answered = Your answer is with the operator.
sellers-done-registered = You are registered as a publisher.
sellers-done-accepted = Accepted.
sellers-done-amended = Saved.
sellers-next-nominate = Next: nominate a product
sellers-next-nominate-line = Tell the operator what you would like to sell. It takes about 15 minutes.
sellers-next-wait = The operator decides
sellers-next-wait-line = You need do nothing; a letter comes within three working days. Prepare your image meanwhile: the certifier runs at your desk.
sellers-next-answer = The operator asks
sellers-next-answer-label = Your answer
sellers-next-answer-go = Answer
sellers-next-again = Your product was not approved
sellers-next-again-line = When this has changed, or with another product, you may nominate again.
sellers-next-again-go = Nominate again
sellers-next-register = Next: register as a publisher
sellers-next-register-line = Your product is approved. Company, contacts, agreements: about ten minutes. Your waiver code stands in the form already.
sellers-next-register-go = Register
sellers-next-owner = Only an owner of the organisation can do this. The Members page shows who owns it.
sellers-next-accept = Next: accept what is new
sellers-next-accept-line = These agreements have a new edition. Until it is accepted nothing new is drafted, uploaded or published; what is on sale stays there.
sellers-next-accept-go = Accept all of these
sellers-next-upload = Next: upload an image
sellers-next-upload-line = You may sell. Upload a disk image and have it certified; draft the offer before, meanwhile or after.
sellers-next-upload-go = To the images
sellers-next-offers = To the offers
sellers-next-draft = Next: draft an offer
sellers-next-draft-line = An image of yours is certified. Describe it, price it, and choose it for a SKU.
sellers-next-publish = Next: publish your offer
sellers-next-publish-line = Submit the draft when nothing is missing, look at the preview, and sign it off. That takes minutes.
sellers-next-sell = You are on sale
sellers-next-sell-line = Nothing waits for you here. Orders and leads come in below; a new image or a changed offer is published in minutes.
sellers-next-sell-orders = To the orders
sellers-next-sell-leads = To the leads
sellers-next-suspended = This publisher is suspended

# -- Registration --
sellers-registration-title = Register as a publisher
sellers-registration-line = What you type stays here while you look something up. Nothing is kept until you register.
sellers-registration-done-title = Registration
sellers-registration-done-line = What the market and your customers know of you.
sellers-registration-publisher = The publisher
sellers-registration-publisher-line = What customers see.
sellers-registration-display-name = Publisher’s name
sellers-registration-display-name-hint = Up to 50 characters. No other publisher’s, and without the market’s name in it.
sellers-registration-slug = Address on the market
sellers-registration-slug-hint = Lower-case letters, digits, hyphens. It stands in every address of yours and cannot be changed later.
sellers-registration-website = Website
sellers-registration-company = The company
sellers-registration-company-line = Who you are in law.
sellers-registration-legal-name = Legal name
sellers-registration-country-hint = Cannot be changed later.
sellers-registration-address = Postal address
sellers-registration-contact-line = Whom we write to. A shared address outlives a person’s.
sellers-registration-approver = Who may sign
sellers-registration-approver-line = A person with authority to accept agreements for the company. It may be the contact.
sellers-approver-name = Name of who may sign
sellers-approver-email = E-mail of who may sign
sellers-approver-phone = Telephone of who may sign
sellers-registration-fee = Registration fee
sellers-registration-fee-line = With the waiver code there is nothing to pay. Without it the fee is { $fee }: it is noted with your registration and invoiced later; there is no payment here yet.
sellers-registration-fee-waived = Waived
sellers-registration-fee-due = { $fee }, to be invoiced later
sellers-registration-waiver = Waiver code
sellers-registration-waiver-hint = Filled in from our letter of approval.
sellers-registration-agreements = Agreements
sellers-registration-agreements-line = Each opens in a tab of its own, so that nothing typed here is lost. They are short.
sellers-registration-agree = We accept
sellers-registration-accept = { $agreement }
sellers-registration-go = Register
sellers-registration-save = Save
sellers-registration-theirs = What stands there now
sellers-registration-meanwhile = Someone else saved this page while you had it open. Nothing was overwritten. Below stands what you typed, and beside it what differs now; save again to put yours in its place.

# -- Agreements --
sellers-policies-title = Agreements and policies
sellers-policies-line = What holds between publishers, customers and the market. Short, and in editions: whoever accepted an older one can still read it.
sellers-policies-edition = Edition of { $edition }
sellers-policies-others = Other editions
sellers-agreement-participation = Participation policies
sellers-agreement-participation-line = What may be sold here, how it is described, and why something is taken down.
sellers-agreement-publisher = Publisher agreement and certified programme
sellers-agreement-publisher-line = What publishers and the market owe one another, and what the word “certified” means.
sellers-agreement-terms = Terms of use
sellers-agreement-terms-line = What holds for everyone who uses this market.
sellers-agreement-privacy = Privacy statement
sellers-agreement-privacy-line = What is kept about you, for how long, and who sees it.

# -- The operator decides --
sellers-decide-by = Nominated by { $organisation }
sellers-decide-since = Nominated
sellers-decide-question = Question
sellers-decide-no-answer = Not answered yet.
sellers-decide-answer = Answer
sellers-decide-reason = Reason
sellers-decide-approve = Approve
sellers-decide-approve-line = They get a letter with a waiver code and what comes next, and may register.
sellers-decide-approve-go = Approve
sellers-decide-ask = Ask first
sellers-decide-ask-line = They get your question by letter; the answer brings this back to the desk.
sellers-decide-ask-go = Ask
sellers-decide-reject = Reject
sellers-decide-reject-line = They get the reason by letter, word for word, and may nominate again.
sellers-decide-reject-go = Reject
sellers-decide-back = Back to the desk

# -- What was done, for histories --
# used: sellers-did-*
sellers-did-nominate = nominated a product
sellers-did-approve = approved the nomination
sellers-did-reject = rejected the nomination
sellers-did-ask = asked about the nomination
sellers-did-answer = answered the operator’s question
sellers-did-register = registered as a publisher
sellers-did-amend = changed the registration
sellers-did-accept = accepted an agreement
