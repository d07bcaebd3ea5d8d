use house::on_both_engines;
use house::words::Language;

use super::*;
use crate::people::{self, Role};
use crate::sellers;
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

/// The form of a nomination, filled in.
fn nomination_form() -> Vec<(&'static str, &'static str)> {
    vec![
        ("attempt", "once"),
        ("organisation", "Acme"),
        ("product", "Acme Wiki"),
        ("summary", "A wiki."),
        ("audience", "Teams."),
        ("relation", "runs_on"),
        ("relation_shown", "The wiki answers from the machine."),
        ("support", "community"),
        ("country", "FR"),
        ("contact_name", "Claire"),
        ("contact_email", "claire@market.test"),
        ("contact_phone", "+33 1 23 45 67 89"),
        ("conditions", "licence"),
        ("conditions", "support"),
        ("conditions", "third_party"),
        ("conditions", "content"),
    ]
}

/// The form of a registration, filled in, with this code.
fn registration_form(code: &str) -> Vec<(&str, &str)> {
    let mut form = vec![
        ("display_name", "Acme"),
        ("slug", "acme"),
        ("legal_name", "Acme SAS"),
        ("country", "FR"),
        ("address", "1 rue des Halles\r\n75001 Paris"),
        ("website", "https://acme.example.org"),
        ("contact_name", "Claire"),
        ("contact_email", "claire@market.test"),
        ("contact_phone", "+33 1 23 45 67 89"),
        ("approver_name", "Denis"),
        ("approver_email", "denis@market.test"),
        ("approver_phone", "+33 1 23 45 67 80"),
        ("waiver_code", code),
    ];
    for agreement in ["participation/2026-05", "publisher/2026-05", "terms/2026-05", "privacy/2026-05"] {
        form.push(("agree", agreement));
    }
    form
}

/// The page on which the operator decides about the only nomination there is.
async fn on_the_desk(market: &MarketInABox) -> String {
    let mut tx = market.market.read().await.expect("a look");
    let waiting = people::on_desk(&mut tx).await.expect("the desk");
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    waiting[0].address.clone()
}

on_both_engines! {
    async fn a_newcomer_nominates_is_asked_answers_is_approved_and_registers(engine) {
        let market = MarketInABox::open(engine).await;
        let mut operator = market.operator().await;
        let mut newcomer = crate::testing::Browser::new();
        assert!(market.get(&mut newcomer, "/sell").await.page().contains("Nominate a product"));
        assert_eq!(market.get(&mut newcomer, "/sell/nominate").await.leads_to(), "/sign-up?next=%2Fsell%2Fnominate");
        let mut newcomer = market.person("Nora").await;
        market.get(&mut newcomer, "/sell/nominate").await.page();
        let empty = market.post(&mut newcomer, "/sell/nominate", &[("attempt", "once"), ("product", "Kept")]).await;
        assert!(empty.status == 422 && empty.body.contains("value=\"Kept\""), "{}", empty.body);
        let overview = market.post(&mut newcomer, "/sell/nominate", &nomination_form()).await.leads_to();
        let twice = market.post(&mut newcomer, "/sell/nominate", &nomination_form()).await.leads_to();
        assert_eq!(overview, twice, "a double click makes one");
        let at = overview.split('?').next().expect("a path").to_owned();
        assert!(market.get(&mut newcomer, &overview).await.page().contains("The operator decides"));

        assert!(market.get(&mut operator, "/desk").await.page().contains("Acme Wiki"));
        let decide = on_the_desk(&market).await;
        assert!(market.get(&mut operator, &decide).await.page().contains("claire@market.test"));
        let empty = market.post(&mut operator, &format!("{decide}/ask"), &[("question", " ")]).await;
        assert_eq!(empty.status, 422);
        market.post(&mut operator, &format!("{decide}/ask"), &[("question", "Which wiki?")]).await.leads_to();
        assert!(market.get(&mut operator, "/desk").await.page().contains("The desk is clear"));
        assert!(market.get(&mut newcomer, &at).await.page().contains("Which wiki?"));
        let answer = [("answer", "A small one.")];
        market.post(&mut newcomer, &format!("{at}/answer"), &answer).await.leads_to();
        assert_eq!(market.post(&mut newcomer, &format!("{at}/answer"), &answer).await.status, 409);
        let decide = on_the_desk(&market).await;
        assert!(market.get(&mut operator, &decide).await.page().contains("A small one."));
        // Letters of one moment have no order among themselves.
        market.turn(std::time::Duration::from_secs(1));
        market.post(&mut operator, &format!("{decide}/approve"), &[]).await.leads_to();
        assert_eq!(market.post(&mut operator, &format!("{decide}/approve"), &[]).await.status, 409);
        market.work().await;

        let letter = market.letters_to("claire@market.test").await.remove(0);
        assert_eq!(letter.title, "Acme Wiki is approved");
        let code = letter.body.split("waived: ").nth(1).expect("a code").split_whitespace().next().expect("a code");
        let page = format!("{at}/registration");
        assert!(market.get(&mut newcomer, &page).await.page().contains(code), "the code is filled in");
        let wrong = market.post(&mut newcomer, &page, &registration_form("WRONG")).await;
        assert!(wrong.status == 422 && wrong.body.contains("This is not the code"), "{}", wrong.body);
        market.turn(std::time::Duration::from_secs(1));
        let registered = market.post(&mut newcomer, &page, &registration_form(code)).await.leads_to();
        assert!(market.get(&mut newcomer, &registered).await.page().contains("Next: upload an image"));
        market.work().await;
        assert_eq!(market.letters_to("nora@market.test").await[0].title, "Acme is registered");
        let history = market.get(&mut newcomer, &format!("{at}/history")).await.page();
        for told in ["nominated a product", "asked about", "approved the", "registered as", "accepted an agreement"] {
            assert!(history.contains(told), "{told} is missing: {history}");
        }

        let (mut other, _) = market.publisher("Other").await;
        for end in ["", "/registration", "/history", "/members", "/tokens", "/nominate"] {
            assert_eq!(market.get(&mut other, &format!("{at}{end}")).await.status, 404, "{end}");
        }
        assert_eq!(market.post(&mut other, &page, &registration_form(code)).await.status, 404);
        assert_eq!(market.get(&mut other, &decide).await.status, 403);
    }

    async fn a_french_publisher_is_refused_with_a_reason_nominates_again_and_pays_later(engine) {
        let market = MarketInABox::open(engine).await;
        let mut operator = market.operator().await;
        let lucie = market.known("Lucie", Language::Fr).await;
        let mut lucie = market.enter(&lucie).await;
        let overview = market.post(&mut lucie, "/sell/nominate", &nomination_form()).await.leads_to();
        let at = overview.split('?').next().expect("a path").to_owned();
        assert!(market.get(&mut lucie, &overview).await.page().contains("C’est proposé."));
        let decide = on_the_desk(&market).await;
        market.post(&mut operator, &format!("{decide}/reject"), &[("reason", "Trop tôt.")]).await.leads_to();
        market.work().await;
        let letter = market.letters_to("lucie@market.test").await.remove(0);
        assert!(letter.title == "Acme Wiki n’a pas été approuvé" && letter.body.contains("Trop tôt."), "{letter:?}");
        assert!(market.get(&mut lucie, &at).await.page().contains("Proposer à nouveau"));
        let mut form = nomination_form();
        form[0] = ("attempt", "again");
        market.post(&mut lucie, &format!("{at}/nominate"), &form).await.leads_to();
        form[0] = ("attempt", "third");
        assert_eq!(market.post(&mut lucie, &format!("{at}/nominate"), &form).await.status, 409);
        let decide = on_the_desk(&market).await;
        market.post(&mut operator, &format!("{decide}/approve"), &[]).await.leads_to();
        let page = format!("{at}/registration");
        assert!(market.get(&mut lucie, &page).await.page().contains("S’inscrire comme éditeur"));
        market.post(&mut lucie, &page, &registration_form("")).await.leads_to();
        let read = market.get(&mut lucie, &page).await.page();
        assert!(read.contains("à facturer plus tard") && read.contains("/market/acme"), "{read}");
    }

    async fn the_road_remembers_each_milestone_when_it_was_first_reached(engine) {
        let market = MarketInABox::open(engine).await;
        let (mut browser, acme) = market.publisher("Acme").await;
        let portal = format!("/sell/{acme}");
        assert!(market.get(&mut browser, &portal).await.page().contains("Next: upload an image"));
        for (milestone, next) in [
            (Milestone::Certified, "Next: draft an offer"),
            (Milestone::Drafted, "Next: publish your offer"),
            (Milestone::Live, "You are on sale"),
            (Milestone::Certified, "You are on sale"),
        ] {
            market.turn(std::time::Duration::from_secs(60));
            let mut tx = market.market.write().await.unwrap();
            sellers::reach(&mut tx, acme, milestone).await.unwrap();
            tx.commit().await.unwrap();
            assert!(market.get(&mut browser, &portal).await.page().contains(next), "{milestone:?}");
        }
        let mut tx = market.market.read().await.unwrap();
        let mut reached = sellers::milestones(&mut tx, acme).await.unwrap();
        reached.sort_by_key(|(_, at)| *at);
        assert_eq!(reached.iter().map(|(milestone, _)| *milestone).collect::<Vec<_>>(), Milestone::ALL);
    }

    async fn the_second_of_two_editors_is_told_and_nothing_is_lost(engine) {
        let market = MarketInABox::open(engine).await;
        let (mut owner, organisation) = market.publisher("Acme").await;
        let page = crate::hall::portal_address(organisation, "/registration");
        let form = |version: &'static str, legal: &'static str| {
            let mut form = registration_form("");
            form.retain(|(name, _)| !matches!(*name, "legal_name" | "agree" | "slug" | "country" | "waiver_code"));
            form.extend([("version", version), ("legal_name", legal)]);
            form
        };
        assert!(market.get(&mut owner, &page).await.page().contains("name=\"version\" value=\"1\""));
        market.post(&mut owner, &page, &form("1", "First SA")).await.leads_to();
        let second = market.post(&mut owner, &page, &form("1", "Second SA")).await;
        assert_eq!(second.status, 409);
        assert!(second.body.contains("value=\"Second SA\""), "what was typed stays: {}", second.body);
        assert!(second.body.contains("First SA"), "what differs is told: {}", second.body);
        market.post(&mut owner, &page, &form("2", "Second SA")).await.leads_to();
        assert!(market.get(&mut owner, &page).await.page().contains("Second SA"));
    }

    async fn a_name_and_an_address_belong_to_one_publisher_and_never_to_the_market(engine) {
        let market = MarketInABox::open(engine).await;
        market.publisher("Acme").await;
        let nora = market.known("Nora", Language::En).await;
        let mut tx = market.market.write().await.expect("a transaction");
        let operators = people::operators(&mut tx).await.expect("the operators");
        let operator = people::operator(&operators[0]).expect("an operator");
        let organisation = people::found(&mut tx, &nora, "Nora").await.expect("founded").id;
        let by = people::acting_for(&mut tx, &nora, organisation, Role::Owner).await.expect("its owner");
        let early = fee(&mut tx, &market.market, &by, "").await;
        assert_eq!(early.expect_err("no approval").code(), Some("sellers.not_approved"));
        let nominee = crate::testing::nominee("Nora");
        let nomination = nominate(&mut tx, &market.market, &by, nominee).await.expect("nominated");
        approve(&mut tx, &market.market, &operator, nomination.id).await.expect("approved");
        assert_eq!(fee(&mut tx, &market.market, &by, "").await.expect("a fee"), 9_900);
        for (name, slug, field) in [("ACME", "nora", "display_name"), ("Halle Plus", "nora", "display_name"), ("Nora", "acme", "slug")] {
            let (slug, country) = (Slug::parse(slug).expect("a slug"), Country::parse("FR").expect("France"));
            let company = Company { display_name: name.to_owned(), ..crate::testing::company("Nora") };
            let refused = register(&mut tx, &market.market, &by, slug, country, company, "").await;
            let house::Error::Refused(refusal) = refused.expect_err("someone else's") else { panic!("a fault") };
            assert_eq!(refusal.mistakes().first().map(|mistake| mistake.field), Some(field), "{name}");
        }
    }
}

#[test]
fn a_nomination_moves_only_as_the_workflow_says() {
    let at = house::testing::noon();
    let approve = || Event::Approved { waiver_code: "ABC".into() };
    let reject = || Event::Rejected { reason: "No.".into() };
    let approved = || Stage::Approved { waiver_code: "ABC".into(), at };
    let rejected = || Stage::Rejected { reason: "No.".into(), at };
    let moves = [
        (Stage::Submitted, Event::Asked, Some(Stage::Asked)),
        (Stage::Submitted, Event::Answered, None),
        (Stage::Submitted, approve(), Some(approved())),
        (Stage::Submitted, reject(), Some(rejected())),
        (Stage::Asked, Event::Answered, Some(Stage::Submitted)),
        (Stage::Asked, Event::Asked, None),
        (Stage::Asked, approve(), Some(approved())),
        (Stage::Asked, reject(), Some(rejected())),
        (approved(), reject(), None),
        (approved(), approve(), None),
        (rejected(), approve(), None),
        (rejected(), Event::Asked, None),
    ];
    for (from, event, to) in moves {
        let told = format!("{from:?} + {event:?}");
        assert_eq!(from.after(event, at).ok(), to, "{told}");
    }
}
