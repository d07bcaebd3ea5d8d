use house::words::Language;

use super::*;
use crate::leads::{self, Contact};
use crate::people::{self, Role};
use crate::publishing::OnSale;
use crate::testing::MarketInABox;

pub fn purchase(on_sale: &OnSale, sku: &str, contact: Option<Contact>) -> Purchase {
    Purchase { sku: sku.to_owned(), terms_sha256: terms_hash(&on_sale.version.document.terms), contact }
}

house::on_both_engines! {
    async fn an_order_keeps_what_was_agreed_and_everyone_hears_of_it(engine) {
        let market = MarketInABox::open(engine).await;
        let good = market.sells("Acme").await;
        let customer = market.known("Jean", Language::Fr).await;
        let mut tx = market.market.write().await.expect("a transaction");
        let contact = Contact { last_name: "Moulin".to_owned(), email: "jean@lyon.example".to_owned(), ..Contact::default() };
        let wanted = purchase(&good.on_sale, "pro", Some(contact));
        let order = place(&mut tx, &market.market, &customer, &good.on_sale, &wanted).await.expect("an order");
        tx.commit().await.expect("kept");
        market.turn(std::time::Duration::from_secs(1));
        let mut tx = market.market.write().await.expect("a transaction");
        let second = place(&mut tx, &market.market, &customer, &good.on_sale, &purchase(&good.on_sale, "community", None))
            .await
            .expect("another order");
        tx.commit().await.expect("kept");
        assert_eq!((order.number.as_str(), second.number.as_str()), ("H-2026-000001", "H-2026-000002"));

        let mut tx = market.market.read().await.expect("a look");
        assert_eq!(own(&mut tx, &customer, order.id).await.expect("its order"), order);
        assert_eq!(order.licence.code(), "hourly");
        assert_eq!(order.offer_address, "acme/hardened-nginx");
        let by = people::acting_for(&mut tx, &good.owner, good.organisation, Role::Contributor).await.expect("a member");
        assert_eq!(sold_by(&mut tx, &by, order.id).await.expect("what it sold"), order);
        let sold = record::of_organisation(&mut tx, good.organisation, None, 10).await.expect("a list");
        let numbers: Vec<_> = sold.iter().map(|(order, _, email)| format!("{} {email}", order.number)).collect();
        assert_eq!(numbers, ["H-2026-000002 jean@market.test", "H-2026-000001 jean@market.test"]);
        let mine = record::of_person(&mut tx, customer.id, Some(second.id), 10).await.expect("a list");
        assert_eq!(mine, std::slice::from_ref(&order));
        assert_eq!(leads::leads_of(&mut tx, &by, None, 10).await.expect("the leads").len(), 1);
        drop(tx);

        market.work().await;
        let letters = market.letters_to("jean@market.test").await;
        assert!(letters.iter().any(|letter| letter.title.contains("Votre commande H-2026-000001")), "{letters:?}");
        let letters = market.letters_to("acme@market.test").await;
        assert!(letters.iter().any(|letter| letter.body.contains("jean@market.test")), "{letters:?}");
    }

    async fn nothing_is_ordered_under_terms_that_were_not_shown(engine) {
        let market = MarketInABox::open(engine).await;
        let good = market.sells("Acme").await;
        let customer = market.known("Jean", Language::Fr).await;
        let mut tx = market.market.write().await.expect("a transaction");
        let mut stale = purchase(&good.on_sale, "pro", None);
        stale.terms_sha256 = terms_hash("older terms");
        let refused = place(&mut tx, &market.market, &customer, &good.on_sale, &stale).await.expect_err("stale");
        assert_eq!(refused.code(), Some("orders.terms_changed"));
        let wanted = purchase(&good.on_sale, "gone", None);
        let refused = place(&mut tx, &market.market, &customer, &good.on_sale, &wanted).await.expect_err("no such");
        assert_eq!(refused.code(), Some("orders.no_such_sku"));
    }

    async fn an_order_is_its_customers_own_and_is_cancelled_once(engine) {
        let market = MarketInABox::open(engine).await;
        let good = market.sells("Acme").await;
        let (customer, other) = (market.known("Jean", Language::Fr).await, market.known("Eve", Language::En).await);
        let mut tx = market.market.write().await.expect("a transaction");
        let wanted = purchase(&good.on_sale, "pro", None);
        let order = place(&mut tx, &market.market, &customer, &good.on_sale, &wanted).await.expect("an order");
        let refused = own(&mut tx, &other, order.id).await.expect_err("not hers");
        assert_eq!(refused.code(), Some("house.not_found"));
        cancel(&mut tx, &customer, &order).await.expect("cancelled");
        let refused = cancel(&mut tx, &customer, &order).await.expect_err("seen before it was cancelled");
        assert_eq!(refused.code(), Some("house.changed_meanwhile"));
        let order = own(&mut tx, &customer, order.id).await.expect("still there");
        let refused = cancel(&mut tx, &customer, &order).await.expect_err("twice");
        assert_eq!(refused.code(), Some("orders.cancelled_already"));
    }
}
