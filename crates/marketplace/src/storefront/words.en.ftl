storefront-home-title = Machines you can trust, running in minutes
storefront-home-line =
    { $count ->
        [0] Certified machine images, each examined to the last file.
        [one] One machine image, examined to the last file. Read what was found, then run it.
       *[other] { $count } machine images, each examined to the last file. Read what was found, then run them.
    }
storefront-empty = The hall is open, the shelves are empty
storefront-empty-line = Nothing is on sale yet. Publishers bring their images here; the first offer appears the minute it is signed off.
storefront-aisles = Aisles
storefront-new = New on the market
storefront-all = See all { $count }
storefront-certified = Certified
storefront-free = Free
storefront-byol = Own licence
storefront-price-free = Free
storefront-price-byol = Bring your own licence

storefront-search-title = Everything on the market
storefront-found-all =
    { $count ->
        [one] One offer
       *[other] { $count } offers
    }
storefront-found =
    { $count ->
        [one] One offer for
       *[other] { $count } offers for
    }
storefront-order = Order
# used: storefront-order-*
storefront-order-best = Best match
storefront-order-newest = Newest
storefront-order-price = Price
storefront-order-name = Name
storefront-meant = Nothing is called exactly that. These match:
storefront-results = Results
storefront-nothing = Nothing found
storefront-nothing-line = Try another word, a shorter one, or its English name. Fewer filters find more.
storefront-wider = Search without filters
storefront-see-all = See everything
storefront-facet-category = Category
storefront-facet-licence = Price
# used: storefront-licence-*
storefront-licence-free = Free
storefront-licence-byol = Bring your own licence
storefront-licence-hourly = By the hour

storefront-deploy = Deploy
storefront-plans = Plans
storefront-about = What it is
storefront-pictures = Pictures
storefront-picture = Picture { $number } of { $title }
storefront-plan-image = Image
storefront-plan-size = Size
storefront-plan-ports = Open ports
storefront-choose = Choose { $plan }
storefront-preview = You see this offer in preview. Customers see it once it is signed off. Ordering and deploying work, and tell you what they will get.
storefront-certificate = Certificate
storefront-certificate-line =
    { $warnings ->
        [0] { $passed } checks passed. Every allocated byte was read.
        [one] { $passed } checks passed, with one warning. Every allocated byte was read.
       *[other] { $passed } checks passed, with { $warnings } warnings. Every allocated byte was read.
    }
storefront-certificate-none = There is no certificate by this market’s newest rules. It is being judged again.
storefront-certificate-profile = Profile
storefront-certificate-rulebook = Rulebook
storefront-certificate-date = Judged
storefront-certificate-content = Content
storefront-report = Open the report
storefront-report-title = Certification report of { $title }, { $plan }
storefront-report-line = This is what the market found in the very bytes that you deploy.
storefront-verify = Whoever has the image can run the same judge at their own desk:
storefront-publisher = Publisher
storefront-publisher-more = More from { $seller }
storefront-website = Website
storefront-support = Support
storefront-support-by = { $name }, { $email }
storefront-privacy = Privacy
storefront-links = Useful links
storefront-terms = Terms
storefront-terms-line = You accept these when you order. They are kept with your order.
storefront-version-line = Version { $number }, published { $date }
storefront-your-machines = No card, no subscription: an order costs nothing by itself.

# used: storefront-signed-*
storefront-certificate-open = Signed certificate
storefront-signed-title = Certificate of { $file }
storefront-signed-holds = { $file } is certified
storefront-signed-holds-line = The market signed this, and it holds: no later judgement says otherwise.
storefront-signed-renewed = { $file } is certified
storefront-signed-renewed-line = The image was judged again on { $date } and is certified anew. This certificate is the older one.
storefront-signed-newer = Open the newest certificate
storefront-signed-fallen = { $file } is no longer certified
storefront-signed-fallen-line = The image was judged again on { $date } and no longer passes. What this certificate says of its own day stays true; do not take it as a reason to trust the image today.
storefront-signed-open = { $file } waits for another look
storefront-signed-open-line = The image was judged again on { $date }, and something that had to be known could not be read. Until that is settled, nobody should rely on this certificate.
storefront-signed-ended = { $file } waits for another look
storefront-signed-ended-line = This certificate rests on an exception to rule { $rule } that ended with { $date }. It no longer holds, and the image is judged again.
storefront-signed-private = The image is not on sale. Only its publisher and the operator of the market see this page.
storefront-signed-says = What it says
storefront-signed-says-line = { $market } judged the image with exactly this content on { $date }, by the profile { $profile } and edition { $edition } of the rulebook, and found it good. Another image, or the same one with a single byte changed, is not meant.
storefront-signed-verdict = Verdict
storefront-signed-checks =
    { $warnings ->
        [0] certified: { $passed } checks passed
        [one] certified: { $passed } checks passed, with one warning
       *[other] certified: { $passed } checks passed, with { $warnings } warnings
    }
storefront-signed-exceptions = Exceptions
storefront-signed-exceptions-none = None: no rule was waived for this image.
storefront-signed-exceptions-line = The image breaks these rules, and the operator of the market accepted that for this image and for a time:
storefront-signed-check = Check it yourself
storefront-signed-check-line = Download the certificate and the key, put them beside the image, and run this. It needs no network. It reads every byte of the image and ends with 0 only if the signature and every claim hold.
storefront-signed-download = Download the certificate
storefront-signed-download-key = Download the public key
storefront-signed-format = The certificate is an in-toto statement in a DSSE envelope, signed with Ed25519; it carries the whole report.
storefront-signed-key = The key’s fingerprint
storefront-signed-key-line = Whoever fetches key and certificate from one place trusts that place. Compare the fingerprint with one that reached you on another way.
storefront-keys-all = All keys of this market
storefront-keys-title = Keys of this market
storefront-keys-line = Certificates of this market are checked by these public keys. A certificate names its key, and a key that is no longer in use stays here, so that what it signed can be checked for ever.
storefront-keys-none = No key yet
storefront-keys-none-line = This market has signed nothing yet.
storefront-keys-now = Signs now
storefront-keys-before = Signed before
storefront-keys-since = In use since { $date }
storefront-keys-check = Compare the fingerprint
storefront-keys-check-line = A fingerprint is the SHA-256 of the key. This prints the one of the file that you downloaded:
storefront-keys-stable = The key that signs now is always at
