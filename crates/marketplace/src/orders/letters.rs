//! Letters about orders: one to the customer, one to each owner of the publisher.

use house::mail::Letter;
use house::words::Words;
use house::{Result, Tx, outbox};

use super::Order;
use crate::hall::portal_address;
use crate::market::Market;
use crate::offers::Licence;
use crate::people::{self, Person, Role};
use crate::publishing::OnSale;

pub async fn placed(
    tx: &mut Tx,
    market: &Market,
    order: &Order,
    on_sale: &OnSale,
    customer: &Person,
) -> Result<()> {
    let letter = to_customer(&market.words(customer.language), market, order, on_sale, customer);
    outbox::letter(tx, order.id, &letter).await?;
    for (owner, role) in people::members_of(tx, order.organisation).await? {
        if role == Role::Owner {
            let letter = to_owner(&market.words(owner.language), market, order, on_sale, customer, &owner);
            outbox::letter(tx, order.id, &letter).await?;
        }
    }
    Ok(())
}

fn to_customer(w: &Words, market: &Market, order: &Order, on_sale: &OnSale, customer: &Person) -> Letter {
    let title = on_sale.version.document.listing_in(customer.language).title;
    let body = w
        .say("orders-letter-customer")
        .with("name", &customer.name)
        .with("number", &order.number)
        .with("title", &title)
        .with("seller", &order.seller_name)
        .with("price", price(w, &order.licence))
        .with("address", format!("{}/orders/{}", market.settings().address, order.id))
        .with("market", &market.settings().name);
    Letter {
        to: customer.email.clone(),
        title: w
            .say("orders-letter-customer-title")
            .with("number", &order.number)
            .with("title", &title)
            .to_string(),
        body: body.to_string(),
    }
}

fn to_owner(
    w: &Words,
    market: &Market,
    order: &Order,
    on_sale: &OnSale,
    customer: &Person,
    owner: &Person,
) -> Letter {
    let title = on_sale.version.document.listing_in(owner.language).title;
    let orders = portal_address(order.organisation, "/orders");
    let body = w
        .say("orders-letter-seller")
        .with("name", &owner.name)
        .with("customer", &customer.name)
        .with("email", &customer.email)
        .with("number", &order.number)
        .with("title", &title)
        .with("price", price(w, &order.licence))
        .with("address", format!("{}{orders}", market.settings().address))
        .with("market", &market.settings().name);
    Letter {
        to: owner.email.clone(),
        title: w.say("orders-letter-seller-title").with("title", &title).to_string(),
        body: body.to_string(),
    }
}

/// What a licence costs, in words.
pub fn price(w: &Words, licence: &Licence) -> String {
    match licence {
        Licence::Free => w.say("orders-licence-free").to_string(),
        Licence::Byol => w.say("orders-licence-byol").to_string(),
        Licence::Hourly { price_nanos, currency } => w.price_per_hour(price_nanos, currency),
    }
}
