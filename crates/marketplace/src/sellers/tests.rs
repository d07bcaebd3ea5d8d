use house::on_both_engines;
use house::words::Language;

use super::*;
use crate::people::{self, Role};
use crate::testing::MarketInABox;

on_both_engines! {
    async fn a_registered_publisher_may_sell_until_an_agreement_has_a_new_edition_or_it_is_suspended(engine) {
        let market = MarketInABox::open(engine).await;
        let (_, organisation) = market.publisher("Acme Software").await;
        let newcomer = market.known("Nora", Language::En).await;
        let mut tx = market.market.write().await.expect("a transaction");
        let seller = seller(&mut tx, organisation).await.expect("a look").expect("registered");
        assert_eq!((seller.slug.as_str(), seller.country.as_str()), ("acme-software", "FR"));
        assert_eq!(seller_by_slug(&mut tx, "acme-software").await.expect("a look"), Some(seller.clone()));

        let (owner, _) = people::members_of(&mut tx, organisation).await.expect("members").remove(0);
        let by = people::acting_for(&mut tx, &owner, organisation, Role::Contributor).await.expect("a member");
        assert_eq!(selling(&mut tx, &by).await.expect("may sell"), seller);

        record::age_acceptances(&mut tx, organisation).await.expect("aged");
        assert_eq!(selling(&mut tx, &by).await.expect_err("a new edition").code(), Some("sellers.new_edition"));
        let open = outstanding(&mut tx, organisation).await.expect("a look");
        assert_eq!(open.len(), AGREEMENTS.len());
        accept(&mut tx, &by, &open).await.expect("accepted");
        assert_eq!(selling(&mut tx, &by).await.expect("may sell again"), seller);

        record::suspend(&mut tx, organisation).await.expect("suspended");
        assert_eq!(selling(&mut tx, &by).await.expect_err("suspended").code(), Some("sellers.suspended"));

        let other = people::found(&mut tx, &newcomer, "Nora & Co").await.expect("founded");
        let by = people::acting_for(&mut tx, &newcomer, other.id, Role::Owner).await.expect("its owner");
        assert_eq!(selling(&mut tx, &by).await.expect_err("not yet").code(), Some("sellers.register_first"));
        let strange = people::acting_for(&mut tx, &newcomer, organisation, Role::Contributor).await;
        assert_eq!(strange.expect_err("not theirs").code(), Some("house.not_found"));
    }
}
