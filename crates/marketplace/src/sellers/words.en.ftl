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
