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
storefront-not-sold = Not sold at the moment
storefront-not-sold-line = This is not sold at the moment: its image no longer passes this market’s checks, and its publisher has been told. Those who have it keep it and deploy it as before.
storefront-not-sold-plans = Not sold at the moment: { $plans }. Its image no longer passes this market’s checks, and its publisher has been told. Those who have it keep it and deploy it as before.
storefront-certificate-lost = Since { $date } the image no longer passes this market’s checks, so it has no certificate. Its publisher has been told.
storefront-certificate-advisories = Advisories of
