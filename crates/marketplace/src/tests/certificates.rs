//! What the market signs: when, who may see it, and what a change of keys leaves.

use std::sync::Arc;
use std::time::Duration;

use certifier::certificate::{Broken, Certificate, PublicKey};
use house::words::Text;
use house::{Id, Tx};

use crate::certification::{self, Outcome, Run, Signed, day_of, sign_soon};
use crate::images::{self, Image};
use crate::market::Market;
use crate::people::Organisation;
use crate::testing::{Browser, MarketInABox, a_clean_report, a_complete_draft, a_signer};

/// The newest run of an image, and what was signed of it.
async fn newest(tx: &mut Tx, image: Id<Image>) -> (Run, Option<Signed>) {
    let run = certification::newest(tx, image, "kvm").await.expect("a look").expect("a run");
    let signed = certification::signed(tx, run.id).await.expect("a look");
    (run, signed)
}

async fn signed(market: &MarketInABox, image: Id<Image>) -> Signed {
    let mut tx = market.market.read().await.expect("a look");
    newest(&mut tx, image).await.1.expect("what certified is signed")
}

/// Begins another run and concludes it with this outcome.
async fn concluded(
    market: &MarketInABox,
    of: &Market,
    organisation: Id<Organisation>,
    image: Id<Image>,
    outcome: &Outcome,
) {
    market.turn(Duration::from_millis(1));
    let by = market.acting(organisation).await;
    let mut tx = of.write().await.expect("a transaction");
    let run = certification::judge_again(&mut tx, &by, image, "kvm").await.expect("another look");
    certification::conclude(&mut tx, of, run, outcome, None).await.expect("concluded");
    tx.commit().await.expect("kept");
}

async fn clean(market: &MarketInABox, image: Id<Image>) -> Outcome {
    let mut tx = market.market.read().await.expect("a look");
    let content = images::image(&mut tx, image).await.expect("a look").expect("the image").content_id;
    Outcome::Judged(Box::new(a_clean_report(&content)))
}

fn of(key: &str) -> PublicKey {
    PublicKey::parse(key).expect("a public key")
}

/// The same market, opened again with another key.
fn opened_with(market: &MarketInABox, seed: u8) -> Market {
    let was = &market.market;
    let mut settings = was.settings().clone();
    settings.signer = Some(a_signer(seed));
    Market::open(was.database().clone(), was.blobs().clone(), Arc::clone(was.engine()), settings)
}

house::on_both_engines! {
    async fn a_good_verdict_and_its_certificate_are_there_together_or_not_at_all(engine) {
        let market = MarketInABox::open(engine).await;
        let (_, organisation) = market.publisher("Acme").await;
        let image = market.image(organisation, 7).await;
        let mut tx = market.market.read().await.unwrap();
        let (run, none) = newest(&mut tx, image).await;
        assert!(run.verdict().is_some() && none.is_none(), "what is not certified is not signed");
        drop(tx);

        market.turn(Duration::from_millis(1));
        let (by, outcome) = (market.acting(organisation).await, clean(&market, image).await);
        let mut tx = market.market.write().await.unwrap();
        let run = certification::judge_again(&mut tx, &by, image, "kvm").await.unwrap();
        certification::conclude(&mut tx, &market.market, run, &outcome, None).await.unwrap();
        assert!(newest(&mut tx, image).await.1.is_some());
        // As a power cut would.
        drop(tx);
        let mut tx = market.market.read().await.unwrap();
        assert!(certification::run(&mut tx, run).await.unwrap().is_none());
        assert!(certification::signed(&mut tx, run).await.unwrap().is_none());
        drop(tx);

        concluded(&market, &market.market, organisation, image, &outcome).await;
        let mut tx = market.market.read().await.unwrap();
        let (run, signed) = newest(&mut tx, image).await;
        let (signed, report) = (signed.unwrap(), certification::report(&mut tx, run.id).await.unwrap().unwrap());
        let today = day_of(tx.now());
        let key = a_signer(1).public();
        let read = Certificate::read(signed.envelope.as_bytes(), &key, today).expect("it holds");
        assert_eq!((read.report, read.certified_on, read.key_id), (report, today, signed.key_id));
    }

    async fn a_report_that_contradicts_its_verdict_is_not_signed(engine) {
        let market = MarketInABox::open(engine).await;
        let (_, organisation) = market.publisher("Acme").await;
        let image = market.image(organisation, 7).await;
        let Outcome::Judged(mut report) = clean(&market, image).await else { panic!("a report") };
        report.rules[0].verdict = certifier::finding::Verdict::Fail;
        market.turn(Duration::from_millis(1));
        let by = market.acting(organisation).await;
        let mut tx = market.market.write().await.unwrap();
        let run = certification::judge_again(&mut tx, &by, image, "kvm").await.unwrap();
        let lies = Outcome::Judged(report);
        assert!(certification::conclude(&mut tx, &market.market, run, &lies, None).await.is_err());
    }

    async fn the_certificate_of_what_was_on_sale_is_everybody_s_to_see_and_no_other_is(engine) {
        let market = MarketInABox::open(engine).await;
        let (mut seller, organisation) = market.publisher("Acme").await;
        let (mut other, _) = market.publisher("Globex").await;
        let (mut visitor, mut operator) = (Browser::new(), market.operator().await);
        let image = market.certified_image(organisation, 7).await;
        let at = format!("/certificates/{}", signed(&market, image).await.run);
        for end in ["", "/certificate.json"] {
            let at = format!("{at}{end}");
            assert_eq!(market.get(&mut visitor, &at).await.status, 404);
            assert_eq!(market.get(&mut other, &at).await.status, 404);
            market.get(&mut seller, &at).await.page();
            market.get(&mut operator, &at).await.page();
        }
        let page = market.get(&mut seller, &at).await.page();
        assert!(page.contains("The image is not on sale"), "{page}");
        let report = market.get(&mut seller, &format!("/sell/{organisation}/images/{image}")).await.page();
        assert!(report.contains(&at), "the report leads to {at}: {report}");

        let offer = market.drafted(organisation, "web", &a_complete_draft(Some(image))).await;
        let submission = market.submitted(organisation, offer).await;
        let by = market.acting(organisation).await;
        assert_eq!(market.get(&mut visitor, &at).await.status, 404, "in preview it is not on sale");
        let mut tx = market.market.write().await.unwrap();
        crate::publishing::sign_off(&mut tx, &by, submission.id).await.unwrap();
        tx.commit().await.unwrap();
        market.work().await;
        let page = market.get(&mut visitor, &at).await.page();
        assert!(page.contains("is certified") && !page.contains("The image is not on sale"), "{page}");
        let shop = market.get(&mut visitor, "/market/acme/web").await.page();
        assert!(shop.matches(&format!("href=\"{at}\"")).count() == 2, "badge and panel lead to it: {shop}");
        let mut tx = market.market.write().await.unwrap();
        crate::publishing::withdraw(&mut tx, &by, offer).await.unwrap();
        tx.commit().await.unwrap();
        market.get(&mut visitor, &at).await.page();
        assert_eq!(market.get(&mut visitor, "/certificates/nonsense").await.status, 404);
    }

    async fn what_an_old_key_signed_stays_to_be_checked_after_the_keys_were_changed(engine) {
        let market = MarketInABox::open(engine).await;
        let (mut seller, organisation) = market.publisher("Acme").await;
        let (image, mut visitor) = (market.certified_image(organisation, 7).await, Browser::new());
        let old = signed(&market, image).await;
        let later = opened_with(&market, 2);
        sign_soon(&later).await.unwrap();
        let outcome = clean(&market, image).await;
        concluded(&market, &later, organisation, image, &outcome).await;
        let new = signed(&market, image).await;
        assert_ne!(old.key_id, new.key_id);
        let today = day_of(market.market.database().clock().now());
        for (signed, other) in [(&old, &new), (&new, &old)] {
            let key = market.get(&mut visitor, &format!("/certificates/keys/{}.pub", signed.key_id)).await.page();
            let other = market.get(&mut visitor, &format!("/certificates/keys/{}", other.key_id)).await.page();
            let at = format!("/certificates/{}/certificate.json", signed.run);
            let envelope = market.get(&mut seller, &at).await.page();
            assert!(Certificate::read(envelope.as_bytes(), &of(&key), today).is_ok());
            let refused = Certificate::read(envelope.as_bytes(), &of(&other), today).unwrap_err();
            assert!(matches!(refused, Broken::OtherKey { .. }), "{refused}");
        }
        let page = market.get(&mut visitor, "/certificates/keys").await.page();
        assert!(page.contains(&old.key_id) && page.contains(&new.key_id), "{page}");
        let now = market.get(&mut visitor, "/certificates/key.pub").await.page();
        assert_eq!(of(&now).id(), old.key_id, "this market still signs by the first");
        assert_eq!(market.get(&mut visitor, "/certificates/keys/none.pub").await.status, 404);
        let page = market.get(&mut seller, &format!("/certificates/{}", old.run)).await.page();
        assert!(page.contains("certified anew") && page.contains(&new.run.to_string()), "{page}");
    }

    async fn what_was_certified_before_there_was_a_key_is_signed_at_the_next_start(engine) {
        let market = MarketInABox::open_with(engine, |settings| settings.signer = None).await;
        let (_, organisation) = market.publisher("Acme").await;
        let first = market.certified_image(organisation, 7).await;
        let mut tx = market.market.read().await.unwrap();
        let (run, none) = newest(&mut tx, first).await;
        assert!(none.is_none());
        drop(tx);
        assert_eq!(market.get(&mut Browser::new(), "/certificates/key.pub").await.status, 404);
        let verdict_on = day_of(market.market.database().clock().now());
        market.turn(Duration::from_secs(3 * 24 * 3600));
        let later = opened_with(&market, 3);
        sign_soon(&later).await.unwrap();
        market.work_for(&later).await;
        let signed = signed(&market, first).await;
        assert_eq!(signed.run, run.id);
        let today = day_of(market.market.database().clock().now());
        let read = Certificate::read(signed.envelope.as_bytes(), &a_signer(3).public(), today).unwrap();
        assert_eq!(read.certified_on, verdict_on);
        sign_soon(&later).await.unwrap();
        market.work_for(&later).await;
    }

    async fn a_certificate_tells_that_its_image_no_longer_holds(engine) {
        let market = MarketInABox::open(engine).await;
        let (mut seller, organisation) = market.publisher("Acme").await;
        let image = market.certified_image(organisation, 7).await;
        let at = format!("/certificates/{}", signed(&market, image).await.run);
        let page = market.get(&mut seller, &at).await.page();
        assert!(page.contains("no later judgement says otherwise"), "{page}");
        let Outcome::Judged(mut report) = clean(&market, image).await else { panic!("a report") };
        report.rules[0].verdict = certifier::finding::Verdict::Fail;
        report.verdict = certifier::report::Overall::NotCertified;
        concluded(&market, &market.market, organisation, image, &Outcome::Judged(report)).await;
        let page = market.get(&mut seller, &at).await.page();
        assert!(page.contains("is no longer certified"), "{page}");
        let page = market.get(&mut seller.speaking("fr"), &at).await.page();
        assert!(page.contains("n’est plus certifiée"), "{page}");
        let open = Outcome::BrokenOff(Text::new("certification-other-bytes"));
        concluded(&market, &market.market, organisation, image, &open).await;
        let page = market.get(&mut seller, &at).await.page();
        assert!(page.contains("waits for another look"), "{page}");
        let api = format!("/api/v1/images/{image}");
        let told = market.get(&mut seller, &api).await.page();
        assert!(told.contains("\"certificate\":null"), "{told}");
        assert_eq!(market.get(&mut seller, &format!("{api}/certificate")).await.status, 409);
    }
}
