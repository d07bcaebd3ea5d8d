# Offers: drafting, describing, pricing, freezing.

offers-all = Offers
offers-ways = This offer
# used: offers-way-*
offers-way-draft = Draft
offers-way-status = Publishing
offers-way-compare = What would change
offers-sections = Parts of the draft
offers-overview = Overview
# used: offers-section-*
offers-section-listing = Listing
offers-section-listing-line = Title, summary, description and categories, in English and French.
offers-section-artwork = Artwork
offers-section-artwork-line = The logo, and up to five screenshots.
offers-section-skus = SKUs
offers-section-skus-line = What can be bought: licence, price, image and machine.
offers-section-legal = Legal
offers-section-legal-line = The terms that customers accept, and your privacy policy.
offers-section-support = Support
offers-section-support-line = Where customers find help, and whom the market may call.
offers-section-leads = Leads
offers-section-leads-line = Where to send word of customers who show interest.
offers-complete = Complete
offers-missing-count =
    { $count ->
        [one] One thing missing
       *[other] { $count } things missing
    }
offers-line = Address: { $slug }
offers-saved = Saved
offers-save = Save
offers-preview = Preview the draft
offers-preview-line = This is the draft as it is saved now. Only members of your organisation see it.
offers-missing = Missing for submission
offers-ready = Ready to submit
offers-ready-line = Nothing is missing. Look at the preview once more, then submit it.
offers-to-submission = To submission
offers-submit-title = Publish
offers-submit-line = The draft as it is now is checked, its images are certified, and you get a preview. Nothing goes on sale before you sign it off.
offers-submit = Submit for publication
offers-submit-missing =
    { $count ->
        [one] One thing is missing before you can submit. It is in the list beside this.
       *[other] { $count } things are missing before you can submit. They are in the list beside this.
    }
offers-discard = Delete this draft
offers-discard-question = The draft was never submitted. It is deleted at once and cannot be brought back.
offers-changed = Someone else saved this part while you were at it
offers-changed-line = Your words are still in the form and nothing was overwritten. This is what stands now where yours differ. Save again to put yours in their place.
offers-nothing = (nothing)

offers-create = New offer
offers-create-line = A title and an address are enough to begin. Everything else can wait.
offers-create-go = Create the draft
offers-field-offer-slug = Address
offers-hint-offer-slug = Your offer’s part of its web address: 3 to 50 lower-case letters, digits and hyphens. It cannot be changed later.

offers-listing-en = In English
offers-listing-en-line = Required. Whoever reads another language sees this where you have not said it in theirs.
offers-listing-fr = In French
offers-listing-fr-line = Optional, but all of it or none.
offers-categories-label = Where customers look for it
offers-hint-categories = One to five.
offers-hint-title = At most 50 characters.
offers-hint-summary = One line for lists: what it does, and for whom. At most 100 characters, and not the title again.
offers-hint-description = At most 3,000 characters. # begins a heading, - a list; **bold**, *emphasis* and [links](https://example.com) work.
offers-as-read = As customers read it
# used: offers-field-*
offers-field-title_en = Title
offers-field-summary_en = Summary
offers-field-description_en = Description
offers-field-title_fr = Title, in French
offers-field-summary_fr = Summary, in French
offers-field-description_fr = Description, in French
offers-field-categories = Categories
offers-field-logo = Logo
offers-field-screenshot = Screenshot
offers-field-screenshots = Screenshots
offers-field-terms = Terms of use
offers-field-privacy_url = Privacy policy, web address
offers-field-support_url = Support page, web address
offers-field-support_name = Customer support: name
offers-field-support_email = Customer support: e-mail
offers-field-support_phone = Customer support: telephone
offers-field-engineering_name = Engineering: name
offers-field-engineering_email = Engineering: e-mail
offers-field-engineering_phone = Engineering: telephone
offers-field-useful_links = Useful links
offers-field-leads = Destination
offers-field-leads_email = E-mail address for leads
offers-field-leads_url = Web hook’s address
offers-field-slug = Name in addresses
offers-field-sku_title_en = Title
offers-field-sku_title_fr = Title, in French
offers-field-sku_summary_en = Summary
offers-field-sku_summary_fr = Summary, in French
offers-field-licence = Licence type
offers-field-price = Price of an hour
offers-field-image = Image
offers-field-image_version = Image version
offers-field-cores = Cores
offers-field-memory_mib = Memory
offers-field-open_ports = Open ports
offers-field-health_path = Health page

offers-legal-line = Customers accept these terms, in exactly these words, before they deploy.
offers-hint-terms = Plain text. Each order keeps the words that were accepted.
offers-support-shown = For customers
offers-support-shown-line = Shown on the offer’s page.
offers-hint-useful-links = One a line: Title | https://address. At most eight.
offers-support-contact = Customer support
offers-support-contact-line = Whom the market calls when a customer cannot reach you. Not shown.
offers-engineering-contact = Engineering
offers-engineering-contact-line = Who answers when something about the image is found. Not shown.
offers-leads-line = Every lead is kept on your Leads page. It can also be sent on, at once.
# used: offers-leads-*
offers-leads-none = Only the Leads page
offers-leads-none-hint = Nothing is sent on.
offers-leads-email = An e-mail address
offers-leads-email-hint = One letter a lead.
offers-leads-webhook = A web hook
offers-leads-webhook-hint = A signed POST with JSON, tried again until it is answered.
offers-hint-leads-email = Used when you chose an e-mail address.
offers-hint-leads-url = Used when you chose a web hook. It is tried with a test lead when you publish.
offers-hook-secret = The web hook’s secret
offers-hook-secret-line = Calls are signed with it, as Standard Webhooks says. Anyone who has it can sign in our name.
offers-hook-new-secret = Make a new secret when I save

offers-logo-line = Shown in lists and on the offer’s page.
offers-logo = Logo
offers-logo-alt = The logo that hangs now
offers-hint-logo = PNG, square, 216 to 350 pixels, at most 1 MiB. A new one takes the place of the old.
offers-hang = Hang it
offers-screenshots = Screenshots
offers-screenshots-line = What customers will see when it runs.
offers-screenshots-full = Five hang already. Take one down to hang another.
offers-screenshot-alt = Screenshot { $number }
offers-hint-screenshot = PNG, 533 to 2,560 pixels wide and 324 to 1,600 high, at most 1 MiB. 1280 × 720 looks best.
offers-take-down = Take screenshot { $number } down

offers-skus-line = Customers choose one of these.
offers-skus-empty = Nothing to buy yet
offers-skus-empty-line = A SKU is what customers buy: an image, the machine it needs, and a licence. An offer has at least one.
offers-sku-add = Add a SKU
offers-sku-edit = Edit
offers-sku-remove = Remove
offers-sku-remove-question = Those who have bought it keep it. Once this is published, nobody can buy it any more.
offers-sku-back = Back to the SKUs
offers-sku-what = What it is
offers-hint-sku-slug = 3 to 50 lower-case letters, digits and hyphens. It cannot be changed later.
offers-licence-line = Once it is on sale, the licence type stays and the price can only fall.
# used: offers-licence-*
offers-licence-free = Free
offers-licence-free-hint = Customers pay nothing for the software.
offers-licence-byol = Bring your own licence
offers-licence-byol-hint = Customers have a licence from you already.
offers-licence-hourly = By the hour
offers-licence-hourly-hint = Each hour of running is charged.
offers-hint-price = Used when it is sold by the hour: 0.05 is five cents an hour.
offers-per-hour = { $currency }/hour
offers-no-images = You have not uploaded an image yet.
offers-to-images = Upload one
offers-image-none = No image chosen
offers-hint-image-version = Three numbers: 1.4.0. A new image needs a higher one.
offers-sku-machine = The machine it needs
offers-sku-machine-line = Every customer’s machine has this much.
offers-memory = Memory
offers-hint-open-ports = Separated by commas: 22, 80, 443.
offers-hint-health-path = Where the machine’s own web server tells its token: that is how the market knows that it is ready.

# used: offers-category-*
offers-category-ai-machine-learning = AI and machine learning
offers-category-analytics = Analytics
offers-category-compute = Compute
offers-category-containers = Containers
offers-category-database = Databases
offers-category-developer-tools = Developer tools
offers-category-dev-ops = DevOps
offers-category-identity = Identity
offers-category-internet-of-things = Internet of things
offers-category-it-management = IT and management tools
offers-category-media = Media
offers-category-migration = Migration
offers-category-monitoring = Monitoring and diagnostics
offers-category-networking = Networking
offers-category-security = Security
offers-category-storage = Storage
offers-category-web = Web

# used: offers-missing-*
offers-missing-title_en = A title
offers-missing-summary_en = A summary
offers-missing-description_en = A description
offers-missing-title_fr = The title in French; the rest is there
offers-missing-summary_fr = The summary in French; the rest is there
offers-missing-description_fr = The description in French; the rest is there
offers-missing-summary-repeats = A summary that says more than the title
offers-missing-categories = One to five categories
offers-missing-logo = A logo
offers-missing-skus = A SKU: something to buy
offers-missing-terms = Terms of use
offers-missing-privacy_url = The address of your privacy policy
offers-missing-support_url = The address of your support page
offers-missing-support_name = A name at customer support
offers-missing-support_email = An e-mail address of customer support
offers-missing-engineering_name = A name in engineering
offers-missing-engineering_email = An e-mail address of engineering
offers-missing-sku-sku_title_en = A title for the SKU { $sku }
offers-missing-sku-title-twice = Another title for a SKU: two are called “{ $title }”
offers-missing-sku-image = An image for the SKU { $sku }
offers-missing-sku-image_version = The image’s version for the SKU { $sku }: three numbers, such as 1.0.0
offers-missing-sku-price = A price for the SKU { $sku }
# used: offers-promise-*
offers-promise-licence = The licence type of { $sku } as it was: it is on sale. Add another SKU for another licence.
offers-promise-price = A price of { $sku } that is no higher than before, in the same currency: it is on sale. Add another SKU for a higher one.
offers-promise-image-version = A higher image version for { $sku }: this one is on sale with another image

refused-offers-slug-taken = You have an offer at this address already. Choose another.
refused-offers-incomplete =
    { $count ->
        [one] One thing is missing before this can be submitted. Nothing was changed.
       *[other] { $count } things are missing before this can be submitted. Nothing was changed.
    }
refused-offers-submitted-before = This offer was submitted before, so it is part of the history and cannot be deleted. It can be withdrawn from sale.
refused-offers-too-many-screenshots = { $most } screenshots hang already. Take one down first.
refused-offers-slug = 3 to 50 characters: lower-case letters, digits, and single hyphens between them.
refused-offers-sku-slug-taken = Another SKU of this offer has this name, or it is the word “new”. Choose another.
refused-offers-skus-many = An offer has at most { $most } SKUs.
refused-offers-one-line = There is a line break or an invisible character in this. Type it again without.
refused-offers-too-long = { $count } characters, and { $most } is the most. Shorten it.
refused-offers-categories = { $count } categories are chosen, and { $most } is the most. Keep the ones that fit best.
refused-offers-url = This is no address of a web page. Begin it with https:// and a name.
refused-offers-hook-https = Leads hold personal data, so the web hook’s address begins with https://.
refused-offers-hook-private = This address leads into a private network or to this machine. A web hook needs one that is reached from the internet.
refused-offers-needed = Needed for the destination that you chose.
refused-offers-useful-link = “{ $line }” has no address. Write Title | https://address, one a line.
refused-offers-useful-links = At most { $most } links.
refused-offers-price = This is no price. Write a number such as 0.05.
refused-offers-price-fine = At most { $most } decimals can be kept.
refused-offers-price-range = The price of an hour is more than nothing and at most { $most }.
refused-offers-image = This image is not one of yours. Choose another.
refused-offers-image-version = Three numbers with points between them, such as 1.4.0.
refused-offers-range = A whole number from { $least } to { $most }.
refused-offers-ports = Ports are whole numbers from 1 to 65535, separated by commas.
refused-offers-ports-many = At most { $most } ports.
refused-offers-health-path = A path that begins with /, such as /halle/health.
refused-offers-png-none = No file was sent. Choose one.
refused-offers-png-large = The file is larger than { $most } KiB. Make it smaller and send it again.
refused-offers-png-not = This is no whole PNG file. Save the picture as PNG and send it again.
refused-offers-png-logo-size = The picture is { $width } × { $height } pixels. A logo is square, with sides of 216 to 350 pixels.
refused-offers-png-screenshot-size = The picture is { $width } × { $height } pixels. A screenshot is 533 to 2,560 pixels wide and 324 to 1,600 high.

# What the history tells; the key is the deed.
# used: offers-did-*
offers-did-create = began an offer
offers-did-save = changed a draft
offers-did-hang = added a picture
offers-did-take_down = took a picture down
offers-did-freeze = froze a version
offers-did-discard = discarded a draft
