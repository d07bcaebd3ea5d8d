//! The story of what is on sale and no longer passes, through all chapters.

use std::time::Duration;

use certifier::finding::{Evidence, Verdict as Each};
use certifier::phrase::say;
use certifier::profile::Severity;
use certifier::report::{Judged, Overall, Report};
use house::db::Engine;
use house::{Columns, Id};

use crate::certification::{self, again, exceptions};
use crate::deployments::{self, Machine};
use crate::images::Image;
use crate::market::OnNewFailure;
use crate::offers::Offer;
use crate::orders;
use crate::people::{self, Organisation, Person};
use crate::publishing::failing::{Failing, by_image};
use crate::publishing::{self, Status, watch_soon};
use crate::testing::{ANY_CONTENT, Browser, MarketInABox, a_clean_report, a_puppet, puppet_says};
use house::words::Language;

const TICK: Duration = Duration::from_secs(16);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A market with one offer on sale, where a script judges and says what the test wants.
struct Bench {
    market: MarketInABox,
    folder: tempfile::TempDir,
    organisation: Id<Organisation>,
    offer: Id<Offer>,
    ada: Person,
}

impl Bench {
    async fn open(engine: Engine, on_new_failure: OnNewFailure) -> Bench {
        let folder = tempfile::tempdir().expect("a folder");
        let (program, feed) = (a_puppet(folder.path()), folder.path().join("advisories"));
        puppet_says(folder.path(), &clean());
        let market = MarketInABox::open_with(engine, |settings| {
            settings.certify_program = Some(program);
            settings.advisories = Some(feed);
            settings.on_new_failure = on_new_failure;
        })
        .await;
        let (_, organisation) = market.publisher("Acme").await;
        let offer = market.live_offer(organisation, "hardened-nginx").await;
        let ada = market.known("Ada", Language::En).await;
        watch_soon(&market.market).await.expect("watched");
        let bench = Bench { market, folder, organisation, offer, ada };
        bench.market.work().await;
        bench
    }

    /// What the next judgement says, and a feed that calls for one.
    async fn says(&self, report: &Report, feed: &str) {
        puppet_says(self.folder.path(), report);
        std::fs::write(self.folder.path().join("advisories"), feed).expect("a feed");
        self.tick(TICK).await;
    }

    async fn tick(&self, by: Duration) {
        self.market.turn(by);
        self.market.work().await;
    }

    async fn letters(&self, to: &str, title: &str) -> Vec<String> {
        let letters = self.market.letters_to(&format!("{to}@market.test")).await;
        let letters = letters.into_iter().filter(|letter| letter.title.starts_with(title));
        letters.map(|letter| letter.body).collect()
    }

    async fn failing(&self) -> Vec<Failing> {
        let all = by_image(&mut self.market.market.read().await.expect("a look")).await.expect("a look");
        all.into_values().collect()
    }

    /// The operator accepts that the image breaks a rule, for so many days.
    async fn accepts(&self, rule: &str, days: u32) {
        let image = self.image().await;
        let mut tx = self.market.market.write().await.expect("a transaction");
        let by =
            people::operator(&people::operators(&mut tx).await.expect("a look")[0]).expect("an operator");
        let (until, today) = (certification::day_of(tx.now() + DAY * days), certification::day_of(tx.now()));
        let wanted = exceptions::Wanted::parse("It does no harm here.", &until.to_string(), today);
        let wanted = wanted.expect("it can be taken");
        exceptions::grant(&mut tx, &self.market.market, &by, &image, "kvm", rule, &wanted)
            .await
            .expect("granted");
        tx.commit().await.expect("kept");
        self.tick(TICK).await;
        self.tick(TICK).await;
    }

    /// The one image that is on sale.
    async fn image(&self) -> Image {
        let by = self.market.acting(self.organisation).await;
        let mut tx = self.market.market.read().await.expect("a look");
        crate::images::images_of(&mut tx, &by).await.expect("a look").remove(0)
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let mut tx = self.market.market.read().await.expect("a look");
        sqlx::query(sql).fetch_one(tx.on()).await.expect("a number").int("n").expect("a number")
    }

    async fn status(&self) -> Status {
        let by = self.market.acting(self.organisation).await;
        let mut tx = self.market.market.read().await.expect("a look");
        publishing::standing_of(&mut tx, &by, self.offer).await.expect("a look").status
    }

    /// The publisher's owner, in a session that has not grown old.
    async fn acme(&self) -> Browser {
        self.market.enter(self.market.acting(self.organisation).await.person()).await
    }

    async fn page(&self, path: &str) -> String {
        self.market.get(&mut self.acme().await, path).await.page()
    }

    async fn desk(&self, path: &str) -> crate::testing::Answer {
        self.market.get(&mut self.market.operator().await, path).await
    }

    async fn decides(&self, path: &str, decided: &str) -> crate::testing::Answer {
        self.market.post(&mut self.market.operator().await, path, &[("decided", decided)]).await
    }

    fn status_page(&self) -> String {
        format!("/sell/{}/offers/{}/status", self.organisation, self.offer)
    }

    /// Orders by the form, as Ada.
    async fn buys(&self) -> crate::testing::Answer {
        let mut browser = self.market.enter(&self.ada).await;
        let terms = orders::terms_hash("Use it well.\nBreak nothing.");
        let attempt = house::chance::token(16).expect("chance");
        let fields =
            [("sku", "community"), ("terms", terms.as_str()), ("accept", "yes"), ("attempt", &attempt)];
        self.market.post(&mut browser, "/market/acme/hardened-nginx/buy", &fields).await
    }

    /// Asks for a machine under an order that was placed before.
    async fn deploys(&self, order: &str) {
        let order = order.rsplit('/').next().expect("an address");
        let order = Id::parse(order).expect("an order");
        let machine = Machine {
            host_name: "nginx-1".to_owned(),
            user_name: "ada".to_owned(),
            ssh_keys: Vec::new(),
            cores: 1,
            memory_mib: 512,
        };
        let mut tx = self.market.market.write().await.expect("a transaction");
        deployments::deploy(&mut tx, &self.ada, order, &machine).await.expect("what was bought is deployed");
        tx.commit().await.expect("kept");
    }
}

/// A report in which no rule found anything, whatever image it is of.
fn clean() -> Report {
    a_clean_report(ANY_CONTENT)
}

/// A report in which these rules are broken, each at one place.
fn broken(ids: &[&str]) -> Report {
    let judged = |id: &&str| Judged {
        id: (*id).to_owned(),
        severity: Severity::Fail,
        verdict: Each::Fail,
        reason: say("quote").text("text", "Root may log in."),
        evidence: vec![
            Evidence::full(say("quote").text("text", "PermitRootLogin yes")).at("/etc/ssh/sshd_config"),
        ],
        remedy: Some(say("quote").text("text", "Say no.")),
        exception: None,
    };
    let rules = ids.iter().map(judged).collect();
    Report { verdict: Overall::NotCertified, rules, ..clean() }
}

const RUNS: &str = "select count(*) as n from certification_run where stage = 'concluded'";

house::on_both_engines! {
    async fn what_no_longer_passes_is_told_and_after_the_days_of_grace_no_longer_sold(engine) {
        let bench = Bench::open(engine, OnNewFailure::Stop { grace_days: 14 }).await;
        let runs = bench.number(RUNS).await;
        let order = bench.buys().await.leads_to();
        assert!(bench.page("/market/acme/hardened-nginx").await.contains("Certified"));
        bench.says(&clean(), "another feed").await;
        assert_eq!(bench.number(RUNS).await, runs, "what comes out as before is only looked at");

        bench.says(&broken(&["L18"]), "a third feed").await;
        assert_eq!(bench.number(RUNS).await, runs + 1);
        assert_eq!(bench.status().await, Status::Failing);
        for (who, way) in [("acme", "/sell/"), ("operator", "/desk/failing/")] {
            let letters = bench.letters(who, "No longer passes: Hardened nginx (disk-").await;
            let [letter] = &letters[..] else { panic!("one letter to {who}: {letters:?}") };
            for said in ["L18", "/etc/ssh/sshd_config", "PermitRootLogin yes", "Say no.", "18\u{a0}May 2026", way] {
                assert!(letter.contains(said), "`{said}` is missing in {letter}");
            }
        }
        let page = bench.page(&bench.status_page()).await;
        assert!(page.contains("no longer passes") && page.contains("New sales stop on"), "{page}");
        let shop = bench.page("/market/acme/hardened-nginx").await;
        assert!(!shop.contains(">Certified<") && shop.contains("so it has no certificate"), "{shop}");
        bench.buys().await.leads_to();
        let desk = bench.desk("/desk").await.page();
        assert!(desk.contains("Hardened nginx") && desk.contains("L18"), "{desk}");

        bench.tick(DAY * 13).await;
        assert_eq!(bench.status().await, Status::Failing);
        bench.tick(DAY).await;
        assert_eq!(bench.status().await, Status::Stopped);
        assert_eq!(bench.number(RUNS).await, runs + 1, "the same verdict every day is one judgement");
        assert_eq!(bench.letters("acme", "New sales are stopped: Hardened nginx").await.len(), 1);
        let shop = bench.page("/market/acme/hardened-nginx").await;
        assert!(shop.contains("not sold at the moment") && !shop.contains("/buy?sku="), "{shop}");
        let refused = bench.buys().await;
        assert_eq!(refused.status, 409, "{}", refused.body);
        assert!(refused.body.contains("not sold at the moment"), "{}", refused.body);
        let form = bench.market.get(&mut bench.acme().await, "/market/acme/hardened-nginx/buy?sku=pro").await;
        assert_eq!(form.status, 409, "{}", form.body);
        bench.deploys(&order).await;
        let kept = bench.page("/search?q=nginx").await;
        assert!(kept.contains("Not sold at the moment"), "the shop still shows it: {kept}");

        bench.says(&clean(), "a mended feed").await;
        assert_eq!(bench.status().await, Status::Live);
        for who in ["acme", "operator"] {
            assert_eq!(bench.letters(who, "Sold again: Hardened nginx").await.len(), 1, "{who}");
        }
        assert!(bench.page("/market/acme/hardened-nginx").await.contains(">Certified<"));
        assert!(bench.failing().await.is_empty());
        bench.buys().await.leads_to();
        let desk = bench.desk("/desk").await.page();
        assert!(!desk.contains("Hardened nginx"), "{desk}");
    }

    async fn the_operator_decides_and_time_does_not_overrule_it(engine) {
        let bench = Bench::open(engine, OnNewFailure::Stop { grace_days: 0 }).await;
        bench.says(&broken(&["L18"]), "a feed").await;
        assert_eq!(bench.status().await, Status::Stopped);
        let image = bench.failing().await[0].image;
        let at = format!("/desk/failing/{image}");
        let list = bench.desk("/desk/failing").await.page();
        assert!(list.contains(&at) && list.contains("Hardened nginx"), "{list}");
        let page = bench.desk(&at).await.page();
        assert!(page.contains("Let it be sold") && page.contains("/etc/ssh/sshd_config"), "{page}");
        let nobody = bench.market.post(&mut bench.acme().await, &at, &[("decided", "sell")]).await;
        assert_eq!(nobody.status, 403, "{}", nobody.body);
        let next = bench.decides(&at, "sell").await.leads_to();
        assert!(bench.desk(&next).await.page().contains("You decided that it may be sold"));
        assert_eq!(bench.status().await, Status::Failing);
        assert_eq!(bench.letters("acme", "It may be sold: Hardened nginx").await.len(), 1);
        assert!(bench.letters("operator", "It may be sold").await.is_empty());
        bench.tick(DAY * 30).await;
        assert_eq!(bench.status().await, Status::Failing);
        let told = bench.letters("acme", "").await.len();
        bench.says(&broken(&["L18", "L20"]), "another feed").await;
        assert_eq!(bench.letters("acme", "More stands in the way").await.len(), 1);
        assert_eq!(bench.letters("acme", "").await.len(), told + 1);
        bench.says(&broken(&["L20"]), "a third feed").await;
        assert_eq!(bench.letters("acme", "").await.len(), told + 1, "less is no news");
        bench.decides(&at, "stop").await.leads_to();
        assert_eq!(bench.status().await, Status::Stopped);
        assert_eq!(bench.decides(&at, "?").await.status, 404);
        bench.says(&clean(), "a mended feed").await;
        assert_eq!(bench.decides(&at, "stop").await.status, 409);
        assert_eq!(bench.desk(&at).await.status, 404);
    }

    async fn a_market_that_only_tells_goes_on_selling(engine) {
        let bench = Bench::open(engine, OnNewFailure::Tell).await;
        bench.says(&broken(&["L18"]), "a feed").await;
        assert_eq!(bench.letters("acme", "No longer passes").await.len(), 1);
        bench.tick(DAY * 400).await;
        assert_eq!(bench.status().await, Status::Failing);
        bench.buys().await.leads_to();
    }

    async fn what_could_not_be_judged_again_keeps_its_verdict_and_is_tried_again(engine) {
        let bench = Bench::open(engine, OnNewFailure::Stop { grace_days: 0 }).await;
        let runs = bench.number(RUNS).await;
        std::fs::write(bench.folder.path().join("said"), "nonsense\n").unwrap();
        bench.tick(DAY).await;
        assert_eq!((bench.status().await, bench.number(RUNS).await), (Status::Live, runs));
        assert_eq!(bench.number("select count(*) as n from certification_look where trouble is not null").await, 1);
        let image = bench.image().await;
        let page = bench.page(&format!("/sell/{}/images/{}", bench.organisation, image.id)).await;
        assert!(page.contains("came to nothing and will be tried again"), "{page}");
        puppet_says(bench.folder.path(), &broken(&["L18"]));
        bench.tick(Duration::from_secs(30 * 60)).await;
        assert_eq!(bench.status().await, Status::Live, "not before an hour is over");
        bench.tick(Duration::from_secs(30 * 60)).await;
        assert_eq!(bench.status().await, Status::Stopped);
        let mut tx = bench.market.market.read().await.unwrap();
        let run = again::newest_judged(&mut tx, image.id, "kvm").await.unwrap().unwrap();
        assert_eq!(again::origin(&mut tx, run.id).await.unwrap().0, Some(again::Why::Day));
        assert!(certification::certificate(&mut tx, image.id, "kvm").await.unwrap().is_none());
        assert!(again::look(&mut tx, image.id, "kvm").await.unwrap().unwrap().trouble.is_none());
    }

    async fn what_is_accepted_by_exception_is_sold_again(engine) {
        let bench = Bench::open(engine, OnNewFailure::Stop { grace_days: 0 }).await;
        bench.says(&broken(&["L24"]), "a feed").await;
        assert_eq!(bench.status().await, Status::Stopped);
        let image = bench.image().await;
        bench.accepts("L24", 30).await;
        assert_eq!(bench.status().await, Status::Live);
        let letters = bench.letters("acme", "Sold again").await;
        assert!(letters[0].contains("accepted of it by exception changed"), "{letters:?}");
        let mut tx = bench.market.market.read().await.unwrap();
        let certificate = certification::certificate(&mut tx, image.id, "kvm").await.unwrap().unwrap();
        assert!(certification::signed(&mut tx, certificate.run).await.unwrap().is_some(), "it is signed anew");
        drop(tx);
        // The daily look finds it as it was, with what is accepted: nothing is told twice.
        let runs = bench.number(RUNS).await;
        bench.tick(DAY).await;
        assert_eq!((bench.number(RUNS).await, bench.status().await), (runs, Status::Live));
    }

    async fn what_is_listed_no_more_is_nobodys_matter(engine) {
        let bench = Bench::open(engine, OnNewFailure::Stop { grace_days: 0 }).await;
        bench.says(&broken(&["L18"]), "a feed").await;
        let old = bench.failing().await[0].image;
        let by = bench.market.acting(bench.organisation).await;
        let mut tx = bench.market.market.write().await.unwrap();
        publishing::withdraw(&mut tx, &by, bench.offer).await.unwrap();
        tx.commit().await.unwrap();
        bench.tick(TICK).await;
        assert_eq!(bench.failing().await.len(), 1, "withdrawing and putting back is no way around it");
        let mut tx = bench.market.market.write().await.unwrap();
        publishing::resume(&mut tx, &by, bench.offer).await.unwrap();
        tx.commit().await.unwrap();
        bench.tick(TICK).await;
        assert_eq!(bench.buys().await.status, 409);

        puppet_says(bench.folder.path(), &clean());
        let image = bench.market.certified_image(bench.organisation, 77).await;
        let mut tx = bench.market.market.write().await.unwrap();
        let offer = crate::offers::offer(&mut tx, &by, bench.offer).await.unwrap();
        let mut draft = offer.draft.clone();
        for sku in &mut draft.skus {
            sku.image = Some(image);
            sku.image_version = "2.0.0".to_owned();
        }
        crate::offers::save(&mut tx, &by, &offer, &draft, crate::offers::Section::Listing).await.unwrap();
        tx.commit().await.unwrap();
        let submission = bench.market.submitted(bench.organisation, bench.offer).await;
        let mut tx = bench.market.market.write().await.unwrap();
        publishing::sign_off(&mut tx, &by, submission.id).await.unwrap();
        tx.commit().await.unwrap();
        bench.tick(TICK).await;
        assert!(bench.failing().await.is_empty(), "{old}");
        assert_eq!(bench.status().await, Status::Live);
        bench.buys().await.leads_to();
        assert!(people::on_desk(&mut bench.market.market.read().await.unwrap()).await.unwrap().is_empty());
    }

    async fn what_somebody_else_has_judged_is_acted_on_soon(engine) {
        let bench = Bench::open(engine, OnNewFailure::Stop { grace_days: 0 }).await;
        bench.tick(TICK).await;
        let by = bench.market.acting(bench.organisation).await;
        let image = bench.image().await;
        for (report, status) in [(broken(&["L18"]), Status::Stopped), (clean(), Status::Live)] {
            puppet_says(bench.folder.path(), &report);
            let mut tx = bench.market.market.write().await.unwrap();
            certification::judge_again(&mut tx, &by, image.id, "kvm").await.unwrap();
            tx.commit().await.unwrap();
            bench.tick(TICK).await;
            bench.tick(TICK).await;
            assert_eq!(bench.status().await, status);
        }
        assert_eq!(bench.letters("acme", "Sold again").await.len(), 1);
        let rests = "select count(*) as n from publishing_watch where due_at > 0 and run is not null";
        assert_eq!(bench.number(rests).await, 1, "there is nothing left to do");
    }

    async fn what_is_off_sale_is_not_judged_until_it_is_back(engine) {
        let bench = Bench::open(engine, OnNewFailure::Stop { grace_days: 0 }).await;
        let by = bench.market.acting(bench.organisation).await;
        let mut tx = bench.market.market.write().await.unwrap();
        publishing::withdraw(&mut tx, &by, bench.offer).await.unwrap();
        tx.commit().await.unwrap();
        let runs = bench.number(RUNS).await;
        bench.says(&broken(&["L18"]), "a feed").await;
        bench.tick(DAY * 2).await;
        assert_eq!((bench.number(RUNS).await, bench.failing().await.len()), (runs, 0));
        let mut tx = bench.market.market.write().await.unwrap();
        publishing::resume(&mut tx, &by, bench.offer).await.unwrap();
        tx.commit().await.unwrap();
        bench.tick(TICK).await;
        assert_eq!((bench.number(RUNS).await, bench.status().await), (runs + 1, Status::Stopped));
    }

    async fn what_was_listed_before_there_was_a_watch_is_watched(engine) {
        let bench = Bench::open(engine, OnNewFailure::Stop { grace_days: 0 }).await;
        let only = if engine == Engine::Sqlite { "-- only sqlite" } else { "-- only postgres" };
        let migration = include_str!("../../migrations/0115-publishing-watch.sql");
        let (_, filling) = migration.split_once("-- What is listed already.").unwrap();
        let (_, rest) = filling.split_once(only).unwrap();
        let (first, _) = rest.split_once("-- end").unwrap();
        let (_, last) = filling.rsplit_once("-- end").unwrap();
        let mut tx = bench.market.market.write().await.unwrap();
        for sql in ["delete from publishing_watch", "delete from publishing_listed_image", first, last] {
            sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(tx.on()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let image = bench.image().await;
        let mut tx = bench.market.market.read().await.unwrap();
        let sql = "select i.image from publishing_listed_image i join publishing_watch w on w.image = i.image";
        let rows = sqlx::query(sql).fetch_all(tx.on()).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.id("image").unwrap()).collect::<Vec<_>>(), [image.id]);
        drop(tx);
        bench.says(&broken(&["L18"]), "a feed").await;
        assert_eq!(bench.status().await, Status::Stopped);
    }

    async fn rules_of_the_operators_own_that_changed_are_asked_about_the_image_itself(engine) {
        let rules = tempfile::tempdir().unwrap();
        let zebra = "rule zebra { strings: $a = \"zebra\" condition: $a }";
        std::fs::write(rules.path().join("a.yar"), zebra).unwrap();
        let off = certifier::rulebook::RULEBOOK.iter().filter(|rule| rule.id != "M01");
        let off: String = off.map(|rule| format!("{} = \"off\"\n", rule.id)).collect();
        let scanners = format!("[scanners]\nrules = \"{}\"\n", rules.path().display());
        let market = MarketInABox::open_with(engine, |settings| {
            settings.own_profile = Some(format!("name = \"house\"\nbase = \"kvm\"\n[severity]\n{off}{scanners}"));
            settings.profile = "house".to_owned();
        })
        .await;
        let (_, organisation) = market.publisher("Acme").await;
        market.live_offer(organisation, "hardened-nginx").await;
        watch_soon(&market.market).await.unwrap();
        market.work().await;
        let sql = "select facts from certification_run where profile = 'house' order by id desc limit 1";
        let facts = async || {
            let mut tx = market.market.read().await.unwrap();
            sqlx::query(sql).fetch_one(tx.on()).await.unwrap().text("facts").unwrap()
        };
        let first = facts().await;
        std::fs::write(rules.path().join("b.yar"), zebra).unwrap();
        market.turn(TICK);
        market.work().await;
        let second = facts().await;
        assert_ne!(second, first, "it was read again, by the rules of now");

        // From now on its facts are enough: the image itself is not there to be read.
        let by = market.acting(organisation).await;
        let mut tx = market.market.read().await.unwrap();
        let image = crate::images::images_of(&mut tx, &by).await.unwrap().remove(0);
        drop(tx);
        market.market.blobs().remove(&image.content_id).unwrap();
        market.turn(DAY);
        market.work().await;
        let mut tx = market.market.read().await.unwrap();
        let look = again::look(&mut tx, image.id, "house").await.unwrap().unwrap();
        assert!(look.trouble.is_none() && look.at == tx.now(), "{look:?}");
        assert!(by_image(&mut tx).await.unwrap().is_empty());
        drop(tx);

        // The operator reads by the market's own profile, and may ask for the others.
        let mut desk = market.operator().await;
        let page = market.get(&mut desk, &format!("/desk/images/{}", image.id)).await.page();
        assert!(page.contains("?profile=house") && page.contains("?profile=kvm"), "{page}");
    }

    async fn an_exception_that_something_on_sale_rests_on_does_not_end_unannounced(engine) {
        let bench = Bench::open(engine, OnNewFailure::Stop { grace_days: 0 }).await;
        bench.says(&broken(&["L24"]), "a feed").await;
        bench.accepts("L24", 30).await;
        let mut tx = bench.market.market.write().await.unwrap();
        let french = "update people_person set language = 'fr' where email = 'operator@market.test'";
        sqlx::query(french).execute(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
        let told = async || {
            let (acme, olive) = ("An exception ends on", "Une exception prend fin le");
            (bench.letters("acme", acme).await, bench.letters("operator", olive).await)
        };
        let waiting = async || people::on_desk(&mut bench.market.market.read().await.unwrap()).await.unwrap();
        for _ in 0..23 {
            bench.tick(DAY).await;
        }
        assert_eq!(told().await, (Vec::new(), Vec::new()), "there are more than seven days left");
        bench.tick(DAY).await;
        let (acme, olive) = told().await;
        let ([acme], [olive]) = (&acme[..], &olive[..]) else { panic!("one each: {acme:?} {olive:?}") };
        for said in ["3\u{a0}June 2026", "L24", "It does no harm here.", "New sales stop as soon as", "/status"] {
            assert!(acme.contains(said), "`{said}` is missing in {acme}");
        }
        for said in ["3 juin 2026", "L24", "It does no harm here.", "/except/L24"] {
            assert!(olive.replace('\u{a0}', " ").contains(said), "`{said}` is missing in {olive}");
        }
        let [one] = &waiting().await[..] else { panic!("{:?}", waiting().await) };
        assert!(one.kind == "publishing-desk-ending" && one.due.is_some(), "{one:?}");
        for _ in 0..3 {
            bench.tick(DAY).await;
        }
        let (acme, olive) = told().await;
        assert_eq!((acme.len(), olive.len()), (1, 1), "it is told once");

        // Another one takes its place, and is told of in its turn.
        bench.accepts("L24", 20).await;
        assert!(waiting().await.is_empty());
        for _ in 0..14 {
            bench.tick(DAY).await;
        }
        let (acme, olive) = told().await;
        assert_eq!((acme.len(), olive.len(), waiting().await.len()), (2, 2, 1));
        for _ in 0..8 {
            bench.tick(DAY).await;
        }
        assert_eq!(bench.status().await, Status::Stopped, "it has ended");
        let kinds: Vec<String> = waiting().await.into_iter().map(|one| one.kind).collect();
        assert_eq!(kinds, ["publishing-desk-failing"]);
        assert_eq!(told().await.0.len(), 2);
    }

    async fn the_end_of_an_exception_that_nothing_on_sale_rests_on_is_no_news(engine) {
        let bench = Bench::open(engine, OnNewFailure::Stop { grace_days: 0 }).await;
        bench.says(&broken(&["L24"]), "a feed").await;
        bench.accepts("L24", 20).await;
        bench.says(&clean(), "a better feed").await;
        for _ in 0..22 {
            bench.tick(DAY).await;
        }
        assert!(bench.letters("acme", "An exception ends on").await.is_empty());
    }
}
