orders-title = My orders
orders-line = What you have bought, and the machines that run under it.
orders-none = Nothing bought yet
orders-none-line = Everything on the market can be ordered in a minute. An order by itself costs nothing; only machines that run do.
orders-browse = Look around the market
orders-number = Order
orders-offer = Offer
orders-plan = Plan
orders-licence = Price
orders-placed = Placed
orders-stage = Stage
orders-stage-active = Active
orders-stage-cancelled = Cancelled
orders-preview = Preview
orders-licence-free = Free
orders-licence-byol = Bring your own licence

orders-checkout-title = Order { $title }
orders-checkout-line = By { $seller }. Placing the order costs nothing; you deploy when you are ready.
orders-checkout-preview = This offer is in preview. You see it because you belong to its publisher; the order is marked as a preview.
orders-get = What you get
orders-image-version = Image version
orders-size = Recommended size
orders-cores =
    { $count ->
        [one] { $count } core
       *[other] { $count } cores
    }
orders-price-free = Nothing is charged for it.
orders-price-byol = Nothing is charged here. You need a licence from the publisher.
orders-price-hourly = For each hour that a machine is ready. { $month } if it runs all month.
orders-other-plan = Choose another plan
orders-terms = The terms
orders-terms-line = These are the terms of version { $version }, published { $date }. They are kept with your order.
orders-accept = I accept these terms
orders-share-title = Shall the publisher know you?
orders-share = Share my contact details with { $seller }
orders-share-hint = They may write to you about this offer. Leave it unticked and they only see your name and address with the order.
orders-first-name = First name
orders-last-name = Last name
orders-email = E-mail address
orders-phone = Telephone
orders-company = Company
orders-country = Country
orders-country-hint = Two letters, such as FR.
orders-job = Job title
orders-place = Accept and place the order
orders-mistake-accept = The order needs your acceptance of the terms. Read them above and tick the box.
orders-mistake-name = Write a name, at most { $most } characters.
orders-mistake-long = Shorten this to { $most } characters.
orders-mistake-email = This is no e-mail address. It looks like ada@example.org.
orders-mistake-country = A country is written with two letters, such as FR or CA.

orders-sold-title = Orders
orders-sold-line = Who has bought from you, and what.
orders-sold-none = No orders yet
orders-sold-none-line = An order appears here the moment a customer accepts your terms. You also get a letter.
orders-customer = Customer

orders-letter-customer-title = Your order { $number }: { $title }
orders-letter-customer =
    Hello { $name },

    you have ordered { $title } from { $seller }. Your order has the number { $number }. Price: { $price }.

    Deploy a machine, and find the terms that you accepted, here:
    { $address }

    { $market }
orders-letter-seller-title = A new order for { $title }
orders-letter-seller =
    Hello { $name },

    { $customer } ({ $email }) has ordered { $title }. The order has the number { $number }. Price: { $price }.

    All your orders:
    { $address }

    { $market }

refused-orders-terms-changed = The publisher has published new terms since you opened the page. Nothing was ordered. Read the new terms below, then accept them.
refused-orders-no-such-sku = This plan is not on sale any more. Nothing was ordered. Choose another plan on the offer’s page.
refused-orders-cancelled-already = This order is cancelled already. There is nothing left to do.

# What the history tells; the key is the deed.
# used: orders-did-*
orders-did-place = placed an order
orders-did-cancel = cancelled an order
refused-orders-not-sold-now = This plan is not sold at the moment: its image no longer passes the market’s checks, and its publisher has been told. Nothing was ordered. Choose another plan on the offer’s page, or come back later.
