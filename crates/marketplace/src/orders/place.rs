//! Accepting the terms and placing an order, in one act.

use house::error::NotFound;
use house::{Id, Result, Tx, audit};

use super::{Order, Purchase, Refused, letters, record, terms_hash};
use crate::leads::{self, About, Action};
use crate::market::Market;
use crate::people::{ActingFor, Person};
use crate::publishing::OnSale;

/// Places an order under the terms that were shown. The publisher hears of it, and gets the contact if there is one.
pub async fn place(
    tx: &mut Tx,
    market: &Market,
    by: &Person,
    on_sale: &OnSale,
    purchase: &Purchase,
) -> Result<Order> {
    let document = &on_sale.version.document;
    let sku = document.sku(&purchase.sku).ok_or(Refused::NoSuchSku)?;
    if !on_sale.sells(sku) {
        return Err(Refused::NotSoldNow.into());
    }
    if terms_hash(&document.terms) != purchase.terms_sha256 {
        return Err(Refused::TermsChanged.into());
    }
    let year = i64::from(tx.now().to_zoned(jiff::tz::TimeZone::UTC).year());
    let order = Order {
        id: tx.new_id(),
        number: format!("H-{year}-{:06}", record::next_number(tx, year).await?),
        person: by.id,
        offer: on_sale.offer,
        version: on_sale.version.id,
        offer_address: format!("{}/{}", on_sale.seller.slug, on_sale.slug),
        seller_name: on_sale.seller.display_name.clone(),
        sku: sku.slug.clone(),
        organisation: on_sale.organisation,
        licence: sku.licence.clone(),
        terms_sha256: purchase.terms_sha256.clone(),
        terms_accepted_at: tx.now(),
        preview: on_sale.preview,
        placed_at: tx.now(),
        cancelled_at: None,
        row_version: 1,
    };
    record::add(tx, &order).await?;
    if let Some(contact) = &purchase.contact {
        let about = About {
            offer: on_sale.offer,
            organisation: on_sale.organisation,
            offer_address: &format!("{}.{}", on_sale.seller.slug, on_sale.slug),
            offer_title: &document.listing_in(by.language).title,
            destination: &document.leads,
        };
        leads::note(tx, &about, Action::Install, contact).await?;
    }
    let details =
        serde_json::json!({ "number": order.number, "sku": order.sku, "terms": order.terms_sha256 });
    audit::note(tx, &by.email, "orders.place", order.id, &details).await?;
    letters::placed(tx, market, &order, on_sale, by).await?;
    Ok(order)
}

/// One of this person's own orders.
pub async fn own(tx: &mut Tx, by: &Person, id: Id<Order>) -> Result<Order> {
    let order = record::find(tx, id).await?.filter(|order| order.person == by.id);
    Ok(order.ok_or(NotFound)?)
}

/// One order that this publisher has received.
pub async fn sold_by(tx: &mut Tx, by: &ActingFor, id: Id<Order>) -> Result<Order> {
    let order = record::find(tx, id).await?.filter(|order| order.organisation == by.organisation().id);
    Ok(order.ok_or(NotFound)?)
}
