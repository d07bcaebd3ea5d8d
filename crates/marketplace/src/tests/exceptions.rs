//! What the operator accepts, what comes of it, and that it ends.

use std::time::Duration;

use certifier::finding::Verdict as Each;
use certifier::report::Report;
use house::{Id, Tx};

use crate::certification::again::Measure;
use crate::certification::exceptions::{self, Wanted};
use crate::certification::{self, Outcome, Run, Verdict, day_of};
use crate::images::{self, Image};
use crate::people::{self, Operator, Organisation};
use crate::testing::{Browser, MarketInABox, a_clean_report, a_complete_draft};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const REASON: &str = "Its histories are kept for audits.";

async fn newest(tx: &mut Tx, image: Id<Image>) -> (Run, Report) {
    let run = certification::newest(tx, image, "kvm").await.expect("a look").expect("a run");
    let report = certification::report(tx, run.id).await.expect("a look").expect("a report");
    (run, report)
}

async fn verdict(market: &MarketInABox, image: Id<Image>) -> Verdict {
    let mut tx = market.market.read().await.expect("a look");
    newest(&mut tx, image).await.0.verdict().expect("it is concluded")
}

/// The rules that a disk of the box breaks, as its newest report says.
async fn broken(market: &MarketInABox, image: Id<Image>) -> Vec<String> {
    let mut tx = market.market.read().await.expect("a look");
    newest(&mut tx, image).await.1.with_verdict(Each::Fail).map(|rule| rule.id.clone()).collect()
}

/// An image whose newest report says that these rules are broken and nothing else.
async fn with_broken(market: &MarketInABox, organisation: Id<Organisation>, rules: &[&str]) -> Id<Image> {
    let image = market.image(organisation, 7).await;
    conclude_with(market, organisation, image, rules).await;
    image
}

async fn conclude_with(
    market: &MarketInABox,
    organisation: Id<Organisation>,
    image: Id<Image>,
    rules: &[&str],
) {
    market.turn(Duration::from_millis(1));
    let by = market.acting(organisation).await;
    let mut tx = market.market.write().await.expect("a transaction");
    let run = certification::judge_again(&mut tx, &by, image, "kvm").await.expect("another look");
    conclude(&mut tx, market, image, run, rules).await;
    tx.commit().await.expect("kept");
}

/// Concludes a run as a certifier would that finds these rules broken.
async fn conclude(tx: &mut Tx, market: &MarketInABox, image: Id<Image>, run: Id<Run>, rules: &[&str]) {
    let content = images::image(tx, image).await.expect("a look").expect("the image").content_id;
    let mut report = a_clean_report(&content);
    for rule in rules {
        let broken = certifier::report::Judged {
            id: (*rule).to_owned(),
            verdict: Each::Fail,
            ..report.rules[0].clone()
        };
        report.rules.push(broken);
        report.verdict = certifier::report::Overall::NotCertified;
    }
    certification::conclude(tx, &market.market, run, &Outcome::Judged(Box::new(report)), None)
        .await
        .expect("concluded");
}

async fn operator(tx: &mut Tx) -> Operator {
    people::operator(&people::operators(tx).await.expect("the operators")[0]).expect("an operator")
}

/// Grants by the verb; the run that it begins is concluded as the one before.
async fn grant(market: &MarketInABox, image: Id<Image>, rule: &str, days: u32, rules: &[&str]) {
    market.turn(Duration::from_millis(1));
    let mut tx = market.market.write().await.expect("a transaction");
    let by = operator(&mut tx).await;
    let until = day_of(tx.now() + DAY * days).to_string();
    let wanted = Wanted::parse(REASON, &until, day_of(tx.now())).expect("it can be taken");
    let found = images::image(&mut tx, image).await.expect("a look").expect("the image");
    exceptions::grant(&mut tx, &market.market, &by, &found, "kvm", rule, &wanted).await.expect("granted");
    let run = certification::newest(&mut tx, image, "kvm").await.expect("a look").expect("a run");
    assert!(run.verdict().is_none(), "it is judged again");
    conclude(&mut tx, market, image, run.id, rules).await;
    tx.commit().await.expect("kept");
}

async fn titles(market: &MarketInABox) -> Vec<String> {
    market.letters_to("acme@market.test").await.into_iter().map(|letter| letter.title).collect()
}

house::on_both_engines! {
    async fn an_operator_accepts_a_broken_rule_on_its_page_and_the_image_is_judged_again_from_its_facts(engine) {
        let market = MarketInABox::open(engine).await;
        let (mut seller, organisation) = market.publisher("Acme").await;
        let image = market.image(organisation, 7).await;
        let mut desk = market.operator().await;
        let (rules, letters) = (broken(&market, image).await, titles(&market).await.len());
        let never = ["V01", "V02", "V03", "V05", "V15", "P01", "P06", "P08", "P09", "M01"];
        let rule = rules.iter().find(|rule| !never.contains(&rule.as_str())).expect("one that may be accepted").clone();
        let report = market.get(&mut desk, &format!("/desk/images/{image}")).await.page();
        let at = format!("/desk/images/{image}/except/{rule}");
        assert!(report.contains(&at) && report.contains("Accept for this image"), "{at} is missing in {report}");
        let page = market.get(&mut desk, &format!("{at}?profile=kvm")).await.page();
        assert!(page.contains("name=\"reason\"") && page.contains("type=\"date\""), "{page}");
        let wrong = market.post(&mut desk, &at, &[("profile", "kvm"), ("reason", "no <b>"), ("until", "2099-01-01")]).await;
        assert_eq!(wrong.status, 422);
        for kept in ["no &#60;b&#62;", "2099-01-01", "lasts a year at most", "10 characters or more"] {
            assert!(wrong.body.contains(kept), "`{kept}` is missing in {}", wrong.body);
        }
        // The bytes are gone: only the facts can be judged by.
        let mut tx = market.market.read().await.unwrap();
        let content = images::image(&mut tx, image).await.unwrap().unwrap().content_id;
        let until = day_of(tx.now() + DAY * 30).to_string();
        drop(tx);
        market.market.blobs().remove(&content).unwrap();
        market.turn(Duration::from_millis(1));
        let fields = [("profile", "kvm"), ("reason", REASON), ("until", until.as_str())];
        let leads = market.post(&mut desk, &at, &fields).await.leads_to();
        let page = market.get(&mut desk, &leads).await.page();
        assert!(page.contains("The exception is granted") && page.contains("waits for its turn"), "{page}");
        market.work().await;
        let mut tx = market.market.read().await.unwrap();
        let (run, report) = newest(&mut tx, image).await;
        let judged = report.rule(&rule).unwrap();
        assert_eq!(judged.verdict, Each::Excepted);
        let granted = judged.exception.as_ref().unwrap();
        assert_eq!((granted.reason.as_str(), granted.until.to_string()), (REASON, until.clone()));
        assert!(!granted.by.contains('@'), "a role, and no address: {}", granted.by);
        assert_eq!(run.verdict(), Some(Verdict::NotCertified), "the other rules are still broken");
        drop(tx);
        assert_eq!(titles(&market).await.len(), letters, "the verdict has not changed, so nobody is written to again");
        let pages = [format!("/sell/{organisation}/images/{image}"), format!("/desk/images/{image}")];
        for (browser, at) in [(&mut seller, &pages[0]), (&mut desk, &pages[1])] {
            let page = market.get(browser, at).await.page();
            assert!(page.contains("Accepted by the operator of the market until") && page.contains(REASON), "{page}");
            assert!(!page.contains("operator@market.test"), "{page}");
        }
        let page = market.get(&mut seller, &format!("/sell/{organisation}/images/{image}")).await.page();
        assert!(!page.contains("Accept for this image"), "{page}");
        let history = market.get(&mut seller, &format!("/sell/{organisation}/history")).await.page();
        assert!(history.contains("accepted that a rule is broken") && !history.contains("operator@market.test"), "{history}");
        let log = market.get(&mut desk, "/desk/audit").await.page();
        assert!(log.contains(REASON) && log.contains("operator@market.test"), "{log}");
        let all = market.get(&mut desk, "/desk/exceptions").await.page();
        assert!(all.contains(REASON) && all.contains(&rule), "{all}");
        let list = market.get(&mut desk, "/desk/images?show=failed").await.page();
        assert!(list.contains(&format!("/desk/images/{image}")) && list.contains("Acme"), "{list}");
    }

    async fn what_is_accepted_can_certify_an_image_and_what_is_withdrawn_takes_that_back(engine) {
        let market = MarketInABox::open(engine).await;
        let (mut seller, organisation) = market.publisher("Acme").await;
        let image = with_broken(&market, organisation, &["L24"]).await;
        let before = titles(&market).await.len();
        grant(&market, image, "L24", 30, &["L24"]).await;
        assert_eq!(verdict(&market, image).await, Verdict::Certified);
        let letters = market.letters_to("acme@market.test").await;
        assert_eq!(letters.len(), before + 1);
        let letter = &letters[0];
        assert!(letter.title.contains("is certified") && letter.body.contains(REASON), "{}", letter.body);
        assert!(letter.body.contains("was accepted by the operator"), "{}", letter.body);
        let mut tx = market.market.read().await.unwrap();
        let (run, _) = newest(&mut tx, image).await;
        drop(tx);
        let certificate = market.get(&mut seller, &format!("/certificates/{}", run.id)).await.page();
        assert!(certificate.contains(REASON) && certificate.contains("L24"), "{certificate}");

        let offer = market.drafted(organisation, "web", &a_complete_draft(Some(image))).await;
        market.submitted(organisation, offer).await;
        let status = market.get(&mut seller, &format!("/sell/{organisation}/offers/{offer}/status")).await.page();
        assert!(status.contains("Accepted by exception") && status.contains(REASON), "{status}");

        // Who asks again is given the run that was judged with what is accepted.
        let measure = Measure::now(&market.market, "kvm").unwrap();
        let mut tx = market.market.write().await.unwrap();
        assert_eq!(certification::begin(&mut tx, image, "kvm", &measure, None).await.unwrap(), run.id);
        tx.commit().await.unwrap();

        let mut desk = market.operator().await;
        let mut tx = market.market.read().await.unwrap();
        let granted = exceptions::of(&mut tx, image).await.unwrap().remove(0);
        drop(tx);
        market.turn(Duration::from_millis(1));
        let at = format!("/desk/images/{image}/exceptions/{}/withdraw", granted.id);
        assert_eq!(market.post(&mut seller, &at, &[("profile", "kvm")]).await.status, 403);
        let leads = market.post(&mut desk, &at, &[("profile", "kvm")]).await.leads_to();
        assert!(leads.contains("done=withdrawn"), "{leads}");
        market.post(&mut desk, &at, &[("profile", "kvm")]).await.leads_to();
        let mut tx = market.market.write().await.unwrap();
        let again = certification::newest(&mut tx, image, "kvm").await.unwrap().unwrap();
        assert_ne!(again.id, run.id);
        let standing = certification::certificate(&mut tx, image, "kvm").await.unwrap();
        assert_eq!(standing.map(|one| one.run), Some(run.id), "until it is judged the last verdict stands");
        conclude(&mut tx, &market, image, again.id, &["L24"]).await;
        tx.commit().await.unwrap();
        assert_eq!(verdict(&market, image).await, Verdict::NotCertified);
        let letters = market.letters_to("acme@market.test").await;
        assert!(letters[0].title.contains("is no longer certified"), "{}", letters[0].title);
        let page = market.get(&mut seller, &format!("/certificates/{}", run.id)).await.page();
        assert!(page.contains("is no longer certified"), "{page}");
    }

    async fn an_exception_counts_to_the_end_of_its_last_day_and_not_longer(engine) {
        let market = MarketInABox::open(engine).await;
        let (mut seller, organisation) = market.publisher("Acme").await;
        let image = with_broken(&market, organisation, &["L24"]).await;
        grant(&market, image, "L24", 2, &["L24"]).await;
        let mut tx = market.market.read().await.unwrap();
        let (certified, _) = newest(&mut tx, image).await;
        let since = day_of(tx.now());
        drop(tx);
        market.turn(DAY * 2);
        market.work().await;
        assert_eq!(verdict(&market, image).await, Verdict::Certified, "its last day is not over");
        conclude_with(&market, organisation, image, &["L24"]).await;
        assert_eq!(verdict(&market, image).await, Verdict::Certified);
        let mut tx = market.market.read().await.unwrap();
        assert!(exceptions::expired_since(&mut tx, since).await.unwrap().is_empty());
        drop(tx);

        market.turn(DAY);
        let page = market.get(&mut seller, &format!("/certificates/{}", certified.id)).await.page();
        assert!(page.contains("certified anew"), "{page}");
        let mut tx = market.market.write().await.unwrap();
        let found = exceptions::expired_since(&mut tx, since).await.unwrap();
        assert_eq!(found.iter().map(|one| one.image).collect::<Vec<_>>(), [image]);
        let (last, _) = newest(&mut tx, image).await;
        let measure = Measure::now(&market.market, "kvm").unwrap();
        let fresh = certification::begin(&mut tx, image, "kvm", &measure, None).await.unwrap();
        assert_ne!(fresh, last.id, "what was judged with it is not the answer any more");
        conclude(&mut tx, &market, image, fresh, &["L24"]).await;
        tx.commit().await.unwrap();
        assert_eq!(verdict(&market, image).await, Verdict::NotCertified);
        // The job ends it, and judges the image again by itself: really, by its facts.
        market.turn(Duration::from_millis(1));
        market.work().await;
        let mut tx = market.market.read().await.unwrap();
        let (run, report) = newest(&mut tx, image).await;
        assert_ne!(run.id, fresh);
        assert!(report.with_verdict(Each::Excepted).count() == 0);
        let past = exceptions::of(&mut tx, image).await.unwrap();
        assert!(matches!(past[0].ended, Some((exceptions::Ended::Expired, _))), "{past:?}");
        assert_eq!(exceptions::expired_since(&mut tx, since).await.unwrap().len(), 1);
    }

    async fn what_must_never_be_waved_through_is_refused_with_its_reason(engine) {
        let market = MarketInABox::open(engine).await;
        let (_, organisation) = market.publisher("Acme").await;
        let image = with_broken(&market, organisation, &["M01", "P06", "L20", "L24"]).await;
        let mut desk = market.operator().await;
        let until = [("profile", "kvm"), ("reason", REASON), ("until", "2026-12-24")];
        let mut tx = market.market.read().await.unwrap();
        let today = day_of(tx.now()).to_string();
        let by = operator(&mut tx).await;
        drop(tx);
        for (rule, said) in [("M01", "gets no certificate"), ("P06", "was not judged"), ("L20", "let strangers into")] {
            let at = format!("/desk/images/{image}/except/{rule}");
            let page = market.get(&mut desk, &format!("{at}?profile=kvm")).await.page();
            assert!(page.contains(said) && !page.contains("name=\"reason\""), "{page}");
            let refused = market.post(&mut desk, &at, &[until[0], until[1], ("until", &today)]).await;
            assert_eq!(refused.status, 403, "{}", refused.body);
            assert!(refused.body.contains(said), "{}", refused.body);
        }
        // What holds, what was not asked, and what no rulebook has.
        let mut tx = market.market.write().await.unwrap();
        let found = images::image(&mut tx, image).await.unwrap().unwrap();
        let wanted = Wanted::parse(REASON, &today, day_of(tx.now())).unwrap();
        for (profile, rule, code) in [
            ("kvm", "L25", Some("certification.not_broken")),
            ("azure", "L24", Some("certification.no_report_yet")),
            ("kvm", "X99", Some("house.not_found")),
        ] {
            let refused = exceptions::grant(&mut tx, &market.market, &by, &found, profile, rule, &wanted).await;
            assert_eq!(refused.unwrap_err().code(), code);
        }
        drop(tx);
        let answer = market.post(&mut desk, &format!("/desk/images/{image}/except/X99"), &until).await;
        assert_eq!(answer.status, 404);
        let mut visitor = Browser::new();
        for at in ["/desk/images", "/desk/exceptions", &format!("/desk/images/{image}")] {
            assert_ne!(market.get(&mut visitor, at).await.status, 200, "{at}");
        }
    }

    async fn another_grant_takes_the_place_of_the_one_that_stands(engine) {
        let market = MarketInABox::open(engine).await;
        let (_, organisation) = market.publisher("Acme").await;
        let image = with_broken(&market, organisation, &["L24"]).await;
        grant(&market, image, "L24", 2, &["L24"]).await;
        grant(&market, image, "L24", 9, &["L24"]).await;
        // The same words again change nothing.
        let mut tx = market.market.write().await.unwrap();
        let by = operator(&mut tx).await;
        let until = day_of(tx.now() + DAY * 9).to_string();
        let wanted = Wanted::parse(REASON, &until, day_of(tx.now())).unwrap();
        let found = images::image(&mut tx, image).await.unwrap().unwrap();
        exceptions::grant(&mut tx, &market.market, &by, &found, "kvm", "L24", &wanted).await.unwrap();
        assert!(newest(&mut tx, image).await.0.verdict().is_some());
        let today = day_of(tx.now());
        assert_eq!(exceptions::of(&mut tx, image).await.unwrap().len(), 2);
        assert_eq!(exceptions::in_force(&mut tx, image, today).await.unwrap().len(), 1);
        tx.commit().await.unwrap();
        // The end of the first one is no end of the second.
        market.turn(DAY * 4);
        market.work().await;
        let mut tx = market.market.read().await.unwrap();
        let today = day_of(tx.now());
        assert_eq!(exceptions::in_force(&mut tx, image, today).await.unwrap().len(), 1);
        assert_eq!(newest(&mut tx, image).await.0.verdict(), Some(Verdict::Certified));
    }
}
