use std::time::Duration;

use house::db::Engine;
use house::outbox::Channel;

use super::*;
use crate::leads;
use crate::offers::{self, Draft, LeadDestination, Licence};
use crate::testing::{Browser, MarketInABox, a_complete_draft};

/// A publisher with an offer whose draft is complete.
struct Publisher {
    market: MarketInABox,
    browser: Browser,
    organisation: Id<Organisation>,
    offer: Id<Offer>,
}

impl Publisher {
    async fn with(engine: Engine, change: impl FnOnce(&mut Draft)) -> Publisher {
        let market = MarketInABox::open(engine).await;
        let (browser, organisation) = market.publisher("Acme").await;
        let image = market.certified_image(organisation, 7).await;
        let mut draft = a_complete_draft(Some(image));
        change(&mut draft);
        let offer = market.drafted(organisation, "hardened-nginx", &draft).await;
        Publisher { market, browser, organisation, offer }
    }

    fn base(&self) -> String {
        format!("/sell/{}/offers/{}", self.organisation, self.offer)
    }

    async fn submission(&self) -> Submission {
        let by = self.market.acting(self.organisation).await;
        let mut tx = self.market.market.read().await.unwrap();
        newest(&mut tx, &by, self.offer).await.unwrap().expect("a submission")
    }

    async fn standing(&self) -> OfferStanding {
        let by = self.market.acting(self.organisation).await;
        let mut tx = self.market.market.read().await.unwrap();
        standing_of(&mut tx, &by, self.offer).await.unwrap()
    }

    async fn change(&self, change: impl FnOnce(&mut Draft)) {
        let by = self.market.acting(self.organisation).await;
        let mut tx = self.market.market.write().await.unwrap();
        let offer = offers::offer(&mut tx, &by, self.offer).await.unwrap();
        let mut draft = offer.draft.clone();
        change(&mut draft);
        offers::save(&mut tx, &by, &offer, &draft, offers::Section::Listing).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn on_sale(&self) -> Option<OnSale> {
        let mut tx = self.market.market.read().await.unwrap();
        on_sale_at(&mut tx, "acme", "hardened-nginx").await.unwrap()
    }

    async fn press(&mut self, end: &str) -> crate::testing::Answer {
        let path = format!("{}{end}", self.base());
        self.market.post(&mut self.browser, &path, &[]).await
    }

    async fn see(&mut self, end: &str) -> String {
        let path = format!("{}{end}", self.base());
        self.market.get(&mut self.browser, &path).await.page()
    }

    async fn signs_off(&mut self) {
        let submission = self.submission().await.id;
        self.press(&format!("/submissions/{submission}/sign-off")).await.leads_to();
        self.market.work().await;
    }
}

house::on_both_engines! {
    async fn an_offer_walks_from_the_draft_to_the_storefront(engine) {
        let mut acme = Publisher::with(engine, |_| {}).await;
        assert_eq!(acme.standing().await.status, Status::Draft);
        assert!(acme.see("").await.contains("Submit for publication"));

        assert!(acme.press("/submit").await.leads_to().ends_with("/status"));
        assert!(acme.see("/status").await.contains("Nothing waits for you"));
        assert_eq!(acme.press("/submit").await.status, 409, "one submission at a time");
        acme.market.work().await;

        assert_eq!(acme.standing().await.status, Status::WaitsForSignOff);
        let page = acme.see("/status").await;
        assert!(page.contains("Your preview is ready") && page.contains("/market/acme/hardened-nginx?preview"));
        assert!(acme.on_sale().await.is_none(), "nothing is on sale before the sign-off");
        let letters = acme.market.letters_to("acme@market.test").await;
        assert!(letters.iter().any(|letter| letter.title == "Your preview is ready: Hardened nginx"));

        acme.signs_off().await;
        assert_eq!(acme.standing().await.status, Status::Live);
        let sold = acme.on_sale().await.expect("on sale");
        assert_eq!((sold.version.number, sold.slug.as_str(), sold.preview), (1, "hardened-nginx", false));
        assert_eq!(sold.seller.display_name, "Acme");
        let mut tx = acme.market.market.read().await.unwrap();
        assert_eq!(on_sale(&mut tx).await.unwrap().len(), 1);
        let steps = steps_of(&mut tx, &acme.submission().await).await.unwrap();
        assert!(steps.iter().all(|taken| taken.state == StepState::Done && taken.ended_at.is_some()), "{steps:?}");
        drop(tx);
        let letters = acme.market.letters_to("acme@market.test").await;
        assert!(letters.iter().any(|letter| letter.title == "Live: Hardened nginx"));
        assert!(acme.see("/status").await.contains("It is live"));
    }

    async fn only_members_and_operators_see_a_preview(engine) {
        let acme = Publisher::with(engine, |_| {}).await;
        acme.market.submitted(acme.organisation, acme.offer).await;
        let stranger = acme.market.known("Eve", house::words::Language::En).await;
        let by = acme.market.acting(acme.organisation).await;
        let mut tx = acme.market.market.read().await.unwrap();
        let operator = crate::people::operators(&mut tx).await.unwrap().remove(0);
        let mut seen = async |who| in_preview_at(&mut tx, who, "acme", "hardened-nginx").await.unwrap().is_some();
        assert!(seen(by.person()).await);
        assert!(seen(&operator).await);
        assert!(!seen(&stranger).await);
    }

    async fn what_is_live_stays_until_another_version_takes_its_place(engine) {
        let mut acme = Publisher::with(engine, |_| {}).await;
        acme.market.submitted(acme.organisation, acme.offer).await;
        acme.signs_off().await;
        acme.change(|draft| draft.listing.get_mut("en").unwrap().title = "nginx, hardened".to_owned()).await;
        assert_eq!(acme.standing().await.status, Status::LiveWithChanges);
        let differences = acme.see("/compare").await;
        assert!(differences.contains("Hardened nginx") && differences.contains("nginx, hardened"));

        let second = acme.market.submitted(acme.organisation, acme.offer).await;
        assert_eq!(acme.on_sale().await.unwrap().version.number, 1);
        acme.press(&format!("/submissions/{}/cancel", second.id)).await.leads_to();
        assert_eq!(acme.on_sale().await.unwrap().version.number, 1);
        assert_eq!(acme.press(&format!("/submissions/{}/sign-off", second.id)).await.status, 409);

        acme.market.submitted(acme.organisation, acme.offer).await;
        acme.signs_off().await;
        let sold = acme.on_sale().await.unwrap();
        assert_eq!((sold.version.number, sold.version.document.listing["en"].title.as_str()), (3, "nginx, hardened"));
        let page = acme.see("/status").await;
        assert!(page.contains("Earlier submissions") && page.contains("Cancelled"));
    }

    async fn withdrawing_ends_new_sales_and_can_be_taken_back(engine) {
        let mut acme = Publisher::with(engine, |_| {}).await;
        assert_eq!(acme.press("/withdraw").await.status, 409, "never live");
        acme.market.submitted(acme.organisation, acme.offer).await;
        acme.signs_off().await;
        acme.press("/withdraw").await.leads_to();
        assert!(acme.on_sale().await.is_none());
        assert_eq!(acme.standing().await.status, Status::Withdrawn);
        assert!(acme.see("/status").await.contains("Put back on sale"));
        acme.press("/resume").await.leads_to();
        assert!(acme.on_sale().await.is_some());
    }

    async fn an_image_that_is_not_certified_stops_the_submission_and_says_where_to_look(engine) {
        let mut acme = Publisher::with(engine, |_| {}).await;
        let bad = acme.market.image(acme.organisation, 9).await;
        acme.change(|draft| draft.skus[0].image = Some(bad)).await;
        let failed = acme.market.submitted(acme.organisation, acme.offer).await;
        let Stage::Failed { step, reasons } = &failed.stage else { panic!("{:?}", failed.stage) };
        assert_eq!((*step, reasons.len()), (Step::Certification, 1));
        let page = acme.see("/status").await;
        assert!(page.contains(&format!("/images/{bad}")) && page.contains("disk-9.vhd was not certified"), "{page}");
        assert!(page.contains(&format!("/images/{bad}#V06")), "the first rule that it breaks: {page}");
        let letters = acme.market.letters_to("acme@market.test").await;
        assert!(letters.iter().any(|letter| letter.body.contains("disk-9.vhd was not certified")));

        acme.change(|draft| draft.skus[0].image = draft.skus[1].image).await;
        let again = acme.market.submitted(acme.organisation, acme.offer).await;
        assert_eq!(again.stage.step(), Step::SignOff);
    }

    async fn leads_that_cannot_be_delivered_fail_the_packaging_with_the_receivers_answer(engine) {
        let hook = |url: &str| LeadDestination::Webhook { url: url.to_owned(), secret: "secret".to_owned() };
        // A port that nobody listens on: bound, and let go.
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let acme = Publisher::with(engine, |draft| draft.leads = hook(&format!("http://{gone}/leads"))).await;
        let mut submission = acme.market.submitted(acme.organisation, acme.offer).await;
        assert!(matches!(submission.stage, Stage::TryingLeads { .. }), "{:?}", submission.stage);
        for _ in 0..8 {
            acme.market.turn(Duration::from_secs(4));
            acme.market.work().await;
        }
        submission = acme.submission().await;
        let Stage::Failed { step: Step::Packaging, reasons } = &submission.stage else {
            panic!("{:?}", submission.stage)
        };
        assert!(reasons[0].address.as_ref().unwrap().ends_with("/leads"));
        assert!(format!("{:?}", reasons[0].text).contains("not reached"), "{:?}", reasons[0].text);
    }

    async fn a_test_lead_arrives_by_letter_before_the_preview_opens(engine) {
        let to = LeadDestination::Email { address: "leads@acme.example".to_owned() };
        let acme = Publisher::with(engine, |draft| draft.leads = to).await;
        acme.market.submitted(acme.organisation, acme.offer).await;
        acme.market.turn(Duration::from_secs(2));
        acme.market.work().await;
        assert_eq!(acme.submission().await.stage.step(), Step::SignOff);
        let letters = acme.market.letters_to("leads@acme.example").await;
        assert_eq!(letters.len(), 1);
        assert!(letters[0].channel == Channel::Letter && letters[0].body.contains("acme.hardened-nginx"));
        let by = acme.market.acting(acme.organisation).await;
        let mut tx = acme.market.market.read().await.unwrap();
        let leads = leads::leads_of(&mut tx, &by, None, 10).await.unwrap();
        assert!(leads.len() == 1 && leads[0].action == leads::Action::Test);
    }

    async fn what_customers_rely_on_is_kept_from_one_version_to_the_next(engine) {
        let mut acme = Publisher::with(engine, |_| {}).await;
        acme.market.submitted(acme.organisation, acme.offer).await;
        acme.signs_off().await;
        let other = acme.market.certified_image(acme.organisation, 11).await;
        acme.change(|draft| {
            draft.skus[0].licence = Licence::Byol;
            draft.skus[0].image = Some(other);
            draft.skus[1].licence = Licence::Hourly { price_nanos: 60_000_000, currency: "EUR".to_owned() };
        })
        .await;
        let answer = acme.press("/submit").await;
        assert_eq!(answer.status, 409);
        for key in ["The licence type of community", "A price of pro", "A higher image version for community"] {
            assert!(answer.body.contains(key), "{key}: {}", answer.body);
        }
        acme.change(|draft| {
            draft.skus[0].licence = Licence::Free;
            draft.skus[0].image_version = "1.0.1".to_owned();
            draft.skus[1].licence = Licence::Hourly { price_nanos: 40_000_000, currency: "EUR".to_owned() };
        })
        .await;
        acme.press("/submit").await.leads_to();
    }

    async fn a_draft_that_someone_else_changed_is_not_submitted_unseen(engine) {
        let mut acme = Publisher::with(engine, |_| {}).await;
        let path = format!("{}/submit", acme.base());
        let fields = [("version", "2"), ("attempt", "once")];
        acme.change(|draft| draft.terms.push_str(" More.")).await;
        assert_eq!(acme.market.post(&mut acme.browser, &path, &fields).await.status, 409);
        let fields = [("version", "3"), ("attempt", "once")];
        for _ in 0..2 {
            acme.market.post(&mut acme.browser, &path, &fields).await.leads_to();
        }
        let by = acme.market.acting(acme.organisation).await;
        let mut tx = acme.market.market.read().await.unwrap();
        assert_eq!(history(&mut tx, &by, acme.offer).await.unwrap().len(), 1);
    }

    async fn strangers_find_nothing(engine) {
        let acme = Publisher::with(engine, |_| {}).await;
        let mut eve = acme.market.person("Eve").await;
        for end in ["", "/status", "/compare", "/listing", "/skus/pro", "/status/part", "/status/events", "/preview"] {
            let answer = acme.market.get(&mut eve, &format!("{}{end}", acme.base())).await;
            assert_eq!(answer.status, 404, "{end}");
        }
        for end in ["/submit", "/withdraw", "/listing", "/discard"] {
            let answer = acme.market.post(&mut eve, &format!("{}{end}", acme.base()), &[]).await;
            assert_eq!(answer.status, 404, "{end}");
        }
    }

    async fn the_list_tells_how_each_offer_stands(engine) {
        let mut acme = Publisher::with(engine, |_| {}).await;
        acme.market.live_offer(acme.organisation, "second-offer").await;
        let path = format!("/sell/{}/offers", acme.organisation);
        let page = acme.market.get(&mut acme.browser, &path).await.page();
        assert!(page.contains("never published") && page.contains("version 1 is what customers have"), "{page}");
        let mut french = acme.browser.speaking("fr");
        assert!(acme.market.get(&mut french, &path).await.page().contains("En vente"));
    }
}
