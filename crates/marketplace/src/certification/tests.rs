use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use certifier::child::Task;
use house::{Id, Tx};

use super::child::{Order, outside};
use super::*;
use crate::images::Image;
use crate::images::tests::vhd;
use crate::people::{self, Organisation, Role};
use crate::testing::{Browser, MarketInABox};

/// A publisher's browser, its organisation, and an image that was sent and judged.
async fn judged(market: &MarketInABox, name: &str) -> (Browser, Id<Organisation>, Image) {
    let (mut browser, organisation) = market.publisher(name).await;
    send(market, &mut browser, organisation, vhd(2, 3)).await;
    market.work().await;
    let image = only_image(market, &browser, organisation).await;
    (browser, organisation, image)
}

/// What this market judges by at this moment.
fn measure(market: &MarketInABox, profile: &str) -> again::Measure {
    again::Measure::now(&market.market, profile).expect("a measure")
}

/// The facts that an image like this would be judged with.
async fn earlier_facts(market: &MarketInABox, image: &Image) -> Option<String> {
    let mut tx = market.market.read().await.expect("a look");
    record::earlier_facts(&mut tx, image).await.expect("an answer")
}

/// Sends a file by the plain form.
async fn send(market: &MarketInABox, browser: &mut Browser, organisation: Id<Organisation>, bytes: Vec<u8>) {
    let path = format!("/sell/{organisation}/images/upload");
    let answer = send_form(market, browser, &path, "disk.vhd", bytes).await;
    answer.leads_to();
}

async fn send_form(
    market: &MarketInABox,
    browser: &mut Browser,
    path: &str,
    name: &str,
    bytes: Vec<u8>,
) -> crate::testing::Answer {
    let head = format!(
        "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         content-type: application/octet-stream\r\n\r\n"
    );
    let body = [head.as_bytes(), &bytes, b"\r\n--edge--\r\n"].concat();
    let length = body.len().to_string();
    let headers = [
        ("content-type", "multipart/form-data; boundary=edge"),
        ("content-length", &length),
        ("sec-fetch-site", "same-origin"),
    ];
    market.ask(browser, "POST", path, &headers, body).await
}

async fn only_image(market: &MarketInABox, _: &Browser, organisation: Id<Organisation>) -> Image {
    let mut tx = market.market.read().await.expect("a look");
    let by = owner(&mut tx, organisation).await;
    let images = crate::images::images_of(&mut tx, &by).await.expect("the images");
    assert_eq!(images.len(), 1);
    images.into_iter().next().expect("one image")
}

async fn owner(tx: &mut Tx, organisation: Id<Organisation>) -> people::ActingFor {
    let owner = people::members_of(tx, organisation).await.expect("the members").remove(0).0;
    people::acting_for(tx, &owner, organisation, Role::Owner).await.expect("its owner")
}

/// The market's own program, played by a shell script: tests of what becomes of it.
fn program(folder: &tempfile::TempDir, script: &str) -> PathBuf {
    let path = folder.path().join("program");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a script");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("that runs");
    path
}

house::on_both_engines! {
    async fn an_image_is_judged_as_soon_as_it_is_sealed_and_its_sender_gets_a_letter(engine) {
        let market = MarketInABox::open(engine).await;
        let (mut browser, organisation, image) = judged(&market, "Acme").await;
        let mut tx = market.market.read().await.unwrap();
        let run = newest(&mut tx, image.id, "kvm").await.unwrap().expect("a run");
        assert_eq!(run.verdict(), Some(Verdict::NotCertified));
        let kept = report(&mut tx, run.id).await.unwrap().expect("a report");
        assert_eq!(kept.content_id, Some(format!("halle1:{}", image.content_id)));
        assert!(certificate(&mut tx, image.id, "kvm").await.unwrap().is_none());
        drop(tx);
        let letters = market.letters_to("acme@market.test").await;
        let letter = letters.iter().find(|letter| letter.title.contains("disk.vhd")).expect("a letter");
        assert!(letter.body.contains(&format!("/sell/{organisation}/images/{}", image.id)), "{}", letter.body);
        let list = market.get(&mut browser, &format!("/sell/{organisation}/images")).await.page();
        assert!(list.contains("disk.vhd") && list.contains("Not certified"), "{list}");
        let page = market.get(&mut browser, &format!("/sell/{organisation}/images/{}", image.id)).await.page();
        for said in ["Fix first", "halle explain", &image.content_id, &image.sha256] {
            assert!(page.contains(said), "`{said}` is missing in {page}");
        }
    }

    async fn the_json_report_is_the_one_of_the_desk(engine) {
        let market = MarketInABox::open(engine).await;
        let (mut browser, organisation, image) = judged(&market, "Acme").await;
        let at = format!("/sell/{organisation}/images/{}/report.json", image.id);
        let got: serde_json::Value = serde_json::from_str(&market.get(&mut browser, &at).await.page()).unwrap();
        let source: std::sync::Arc<dyn disk::read_at::ReadAt> = std::sync::Arc::new(vhd(2, 3));
        let desk = certifier::certify(source, "disk.vhd", &Profile::kvm(), &certifier::progress::Silent);
        let desk = serde_json::to_value(desk.render(certifier::words::Language::En)).unwrap();
        assert_eq!(got, desk);
        assert_eq!(market.get(&mut browser, &format!("{at}?profile=azure")).await.status, 409);
        assert_eq!(market.get(&mut browser, &format!("{at}?profile=none")).await.status, 422);
        let api = format!("/api/v1/images/{}", image.id);
        let api = market.get(&mut browser, &api).await.page();
        assert!(api.contains("\"verdict\":\"not_certified\""), "{api}");
    }

    async fn an_image_is_judged_again_by_its_facts_and_only_where_they_fail_by_its_bytes(engine) {
        let market = MarketInABox::open(engine).await;
        let (_, _, image) = judged(&market, "Acme").await;
        let blobs = market.market.blobs().clone();
        let source: std::sync::Arc<dyn disk::read_at::ReadAt> = std::sync::Arc::new(vhd(2, 3));
        let mut tx = market.market.read().await.unwrap();
        let name = record::facts(&mut tx, image.id, "kvm").await.unwrap().expect("the first run kept its facts");
        drop(tx);
        let facts = blobs.path(&name).unwrap();
        let kept = std::fs::read(&facts).unwrap();
        // First the facts are damaged while the image is there, then they are whole and the image is gone.
        for (profile, bytes) in [("strict", &b"damaged"[..]), ("azure", &kept[..])] {
            std::fs::remove_file(&facts).unwrap();
            std::fs::write(&facts, bytes).unwrap();
            if profile == "azure" {
                blobs.remove(&image.content_id).unwrap();
            }
            let mut tx = market.market.write().await.unwrap();
            let run = begin(&mut tx, image.id, profile, &measure(&market, profile), None).await.unwrap();
            tx.commit().await.unwrap();
            market.work().await;
            let mut tx = market.market.read().await.unwrap();
            let found = report(&mut tx, run).await.unwrap().expect("a report");
            let profile = Profile::named(profile).unwrap();
            let desk = certifier::certify(source.clone(), "disk.vhd", &profile, &certifier::progress::Silent);
            assert_eq!(found.rules.len(), desk.rules.len());
            assert_eq!((found.verdict, found.content_id), (desk.verdict, desk.content_id));
            assert_eq!(record::facts(&mut tx, image.id, "kvm").await.unwrap().as_ref(), Some(&name));
        }
    }

    async fn the_next_image_is_judged_with_the_facts_of_its_publishers_last_of_the_same_size(engine) {
        let market = MarketInABox::open(engine).await;
        let (mut browser, organisation, first) = judged(&market, "Acme").await;
        let (mut browser_of_others, of_others) = market.publisher("Umbrella").await;
        send(&market, &mut browser_of_others, of_others, vhd(2, 7)).await;
        market.work().await;
        let others = only_image(&market, &browser_of_others, of_others).await;
        let (of_first, of_others) = (earlier_facts(&market, &first).await, earlier_facts(&market, &others).await);
        assert!(of_first.is_some() && of_others.is_some() && of_first != of_others);
        send(&market, &mut browser, organisation, vhd(4, 1)).await;
        market.work().await;
        assert_eq!(earlier_facts(&market, &first).await, of_first, "a larger image is another product's");
        let larger = Image { size_bytes: (4 << 20) + 512, ..first.clone() };
        assert_ne!(earlier_facts(&market, &larger).await, of_first);
        // Facts that are not what was kept are as good as none.
        for facts in [of_first, earlier_facts(&market, &larger).await] {
            let path = market.market.blobs().path(&facts.expect("facts were kept")).unwrap();
            std::fs::remove_file(&path).unwrap();
            std::fs::write(&path, "damaged").unwrap();
        }
        send(&market, &mut browser, organisation, vhd(2, 9)).await;
        market.work().await;
        let mut tx = market.market.read().await.unwrap();
        let by = owner(&mut tx, organisation).await;
        let images = crate::images::images_of(&mut tx, &by).await.unwrap();
        assert_eq!(images.len(), 3);
        for image in images {
            let run = newest(&mut tx, image.id, "kvm").await.unwrap().expect("a run");
            assert_eq!(run.verdict(), Some(Verdict::NotCertified), "{}", image.content_id);
        }
    }

    async fn who_asks_again_is_given_the_run_that_is_there(engine) {
        let market = MarketInABox::open(engine).await;
        let (_, organisation, image) = judged(&market, "Acme").await;
        let then = |subject: &str| Some(Then { kind: "test.then", subject: subject.to_owned() });
        market.turn(Duration::from_secs(1));
        let mut tx = market.market.write().await.unwrap();
        let first = newest(&mut tx, image.id, "kvm").await.unwrap().unwrap().id;
        assert_eq!(begin(&mut tx, image.id, "kvm", &measure(&market, "kvm"), then("a")).await.unwrap(), first);
        let waiting = house::jobs::newest(&mut tx, "test.then", "a").await.unwrap();
        assert_eq!(waiting.expect("queued at once").state, "queued");
        let strict = begin(&mut tx, image.id, "strict", &measure(&market, "strict"), then("b")).await.unwrap();
        assert_eq!(begin(&mut tx, image.id, "strict", &measure(&market, "strict"), then("c")).await.unwrap(), strict);
        assert_eq!(begin(&mut tx, image.id, "strict", &measure(&market, "strict"), then("c")).await.unwrap(), strict);
        assert!(house::jobs::newest(&mut tx, "test.then", "b").await.unwrap().is_none());
        let by = owner(&mut tx, organisation).await;
        assert_eq!(judge_again(&mut tx, &by, image.id, "strict").await.unwrap(), strict);
        let again = judge_again(&mut tx, &by, image.id, "kvm").await.unwrap();
        assert_ne!(again, first);
        tx.commit().await.unwrap();
        market.work().await;
        let mut tx = market.market.read().await.unwrap();
        for subject in ["b", "c"] {
            assert!(house::jobs::newest(&mut tx, "test.then", subject).await.unwrap().is_some(), "{subject}");
        }
        let reports = [first, again].map(|run| (run, run));
        let (old, new) = (report(&mut tx, reports[0].0).await.unwrap(), report(&mut tx, reports[1].0).await.unwrap());
        assert_eq!(serde_json::to_string(&old).unwrap(), serde_json::to_string(&new).unwrap());
    }

    async fn a_run_under_an_older_feed_or_profile_is_not_the_answer_of_today(engine) {
        let folder = tempfile::tempdir().unwrap();
        let feed = folder.path().join("advisories");
        let own = "name = \"house\"\nbase = \"kvm\"\n".to_owned();
        let market = MarketInABox::open_with(engine, |settings| {
            settings.advisories = Some(feed.clone());
            settings.own_profile = Some(own.clone());
            settings.profile = "house".to_owned();
        })
        .await;
        let (_, _, image) = judged(&market, "Acme").await;
        let asks = async |market: &MarketInABox| {
            market.turn(Duration::from_millis(1));
            let mut tx = market.market.write().await.unwrap();
            let run = begin(&mut tx, image.id, "house", &measure(market, "house"), None).await.unwrap();
            tx.commit().await.unwrap();
            run
        };
        let first = asks(&market).await;
        market.turn(Duration::from_secs(3 * 24 * 60 * 60));
        assert_eq!(asks(&market).await, first, "another day alone is no other question");

        std::fs::write(&feed, "a feed").unwrap();
        let second = asks(&market).await;
        assert_ne!(second, first);
        assert_eq!(asks(&market).await, second, "one that waits is joined");
        let mut tx = market.market.write().await.unwrap();
        record::start(&mut tx, second, &measure(&market, "house").name().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(asks(&market).await, second, "and one that is under way by the same measure");
        std::fs::write(&feed, "another feed").unwrap();
        let third = asks(&market).await;
        assert_ne!(third, second, "what is under way may have looked into the feed before");
        // A feed that is none is told by the report, so it cannot be what is judged by here.
        std::fs::remove_file(&feed).unwrap();
        market.work().await;
        assert_eq!(asks(&market).await, third);

        let settings = crate::market::Settings {
            own_profile: Some(format!("{own}[severity]\nC02 = \"fail\"\n")),
            profile: "house".to_owned(),
            ..crate::market::Settings::at("http://market.test")
        };
        let (database, blobs) = (market.market.database().clone(), market.market.blobs().clone());
        let later = Market::open(database, blobs, market.machines.clone(), settings);
        let measure = again::Measure::now(&later, "house").unwrap();
        let mut tx = market.market.write().await.unwrap();
        let fourth = begin(&mut tx, image.id, "house", &measure, None).await.unwrap();
        assert_ne!(fourth, third, "another profile under the old name");
    }

    async fn a_run_that_is_concluded_stays_as_it_is(engine) {
        let market = MarketInABox::open(engine).await;
        let (_, _, image) = judged(&market, "Acme").await;
        let letters = market.letters_to("acme@market.test").await.len();
        let mut tx = market.market.write().await.unwrap();
        let run = newest(&mut tx, image.id, "kvm").await.unwrap().unwrap();
        let other = Outcome::BrokenOff(Text::new("certification-other-bytes"));
        conclude(&mut tx, &market.market, run.id, &other, None).await.unwrap();
        let after = super::run(&mut tx, run.id).await.unwrap().unwrap();
        assert_eq!(after.verdict(), run.verdict());
        assert!(broken_off(&mut tx, run.id).await.unwrap().is_none());
        tx.commit().await.unwrap();
        assert_eq!(market.letters_to("acme@market.test").await.len(), letters);
    }

    async fn a_child_that_dies_is_a_verdict_and_no_outage(engine) {
        let folder = tempfile::tempdir().unwrap();
        let program = program(&folder, "echo '{\"percent\":12}'; kill -SEGV $$");
        let market = MarketInABox::open_with(engine, |settings| settings.certify_program = Some(program)).await;
        let (mut browser, organisation, image) = judged(&market, "Acme").await;
        let mut tx = market.market.read().await.unwrap();
        let run = newest(&mut tx, image.id, "kvm").await.unwrap().unwrap();
        assert_eq!(run.verdict(), Some(Verdict::CouldNotJudge));
        assert!(report(&mut tx, run.id).await.unwrap().is_none());
        drop(tx);
        let at = format!("/sell/{organisation}/images/{}", image.id);
        let page = market.get(&mut browser, &at).await.page();
        assert!(page.contains("came to a bad end"), "{page}");
        market.turn(Duration::from_secs(1));
        let again = market.post(&mut browser, &format!("{at}/judge"), &[("profile", "kvm")]).await.leads_to();
        let page = market.get(&mut browser, &again).await.page();
        assert!(page.contains("waits for its turn"), "{page}");
    }

    async fn others_see_neither_image_nor_report(engine) {
        let market = MarketInABox::open(engine).await;
        let (_, organisation, image) = judged(&market, "Acme").await;
        let (mut globex, own) = market.publisher("Globex").await;
        for path in ["", "/part", "/report.json", "/events"] {
            for organisation in [organisation, own] {
                let at = format!("/sell/{organisation}/images/{}{path}", image.id);
                assert_eq!(market.get(&mut globex, &at).await.status, 404, "{at}");
            }
        }
        assert_eq!(market.get(&mut globex, &format!("/sell/{organisation}/images")).await.status, 404);
        assert_eq!(market.get(&mut globex, &format!("/api/v1/images/{}", image.id)).await.status, 404);
        let judge = format!("/sell/{own}/images/{}/judge", image.id);
        assert_eq!(market.post(&mut globex, &judge, &[("profile", "kvm")]).await.status, 404);
        let mut nobody = Browser::new();
        assert_eq!(market.get(&mut nobody, &format!("/api/v1/images/{}", image.id)).await.status, 401);
    }

    async fn a_file_is_sent_without_any_script(engine) {
        let market = MarketInABox::open(engine).await;
        let (mut browser, organisation) = market.publisher("Acme").await;
        let path = format!("/sell/{organisation}/images/upload");
        let form = market.get(&mut browser, &path).await.page();
        assert!(form.contains("multipart/form-data") && form.contains("halle upload disk.vhd"), "{form}");
        for (name, bytes, said) in [
            ("", Vec::new(), "No file was chosen"),
            ("disk.qcow2", [&b"QFI\xfb\0\0\0\x03"[..], &[1; 40_000]].concat(), "qemu-img convert -f qcow2"),
            ("disk.vhd", vhd(2, 1)[..MIB].to_vec(), "Nothing of it was kept"),
        ] {
            let answer = send_form(&market, &mut browser, &path, name, bytes).await;
            assert_eq!(answer.status, 422, "{}", answer.body);
            assert!(answer.body.contains(said), "`{said}` is missing in {}", answer.body);
        }
        let answer = send_form(&market, &mut browser, &path, "disk.vhd", vhd(2, 1)).await;
        let at = answer.leads_to();
        let page = market.get(&mut browser, &at).await.page();
        assert!(page.contains("data-live"), "{page}");
        market.work().await;
        let image = market.get(&mut browser, &at).await.leads_to();
        let page = market.get(&mut browser, &image).await.page();
        assert!(page.contains("disk.vhd"), "{page}");
        let list = market.get(&mut browser, &format!("/sell/{organisation}/images/part")).await.page();
        assert!(list.contains("Refused"), "{list}");
    }
}

const MIB: usize = 1 << 20;

/// What becomes of a child that behaves so.
#[track_caller]
fn check(script: &'static str, patience: Duration) -> impl Future<Output = house::Result<Outcome>> {
    let folder = tempfile::tempdir().unwrap();
    let program = program(&folder, script);
    let blob = folder.path().join("blob");
    std::fs::write(&blob, vhd(2, 1)).unwrap();
    async move {
        let order = Order {
            blob,
            file_name: "disk.vhd".to_owned(),
            profile: Measure::Named("kvm".to_owned()),
            task: Task::Judge,
            advisories: None,
            earlier: None,
        };
        let outcome = outside(&program, &order, patience, |_| async { Ok(()) }).await;
        drop(folder);
        outcome.map(|examined| examined.outcome)
    }
}

fn key_of(outcome: house::Result<Outcome>) -> String {
    match outcome {
        Ok(Outcome::BrokenOff(why)) => why.key,
        Ok(Outcome::Judged(report)) => report.verdict_phrase().key,
        Err(error) => format!("again: {error}"),
    }
}

const PATIENT: Duration = Duration::from_secs(600);

#[tokio::test]
async fn whatever_becomes_of_a_child_is_told_apart() {
    assert_eq!(key_of(check("exit 0", PATIENT).await), "certification-died");
    assert_eq!(key_of(check("exit 3", PATIENT).await), "certification-died");
    assert_eq!(key_of(check("echo nonsense", PATIENT).await), "certification-died");
    assert_eq!(key_of(check("kill -KILL $$", PATIENT).await), "certification-died");
    assert_eq!(key_of(check("exec sleep 600", Duration::from_millis(20)).await), "certification-out-of-time");
    let stopped = key_of(check("kill -TERM $$", PATIENT).await);
    assert!(stopped.starts_with("again: "), "a child that was asked to stop is no verdict: {stopped}");
}

#[tokio::test]
async fn the_report_of_a_child_is_the_report_of_this_process() {
    let folder = tempfile::tempdir().unwrap();
    let blob = folder.path().join("blob");
    std::fs::write(&blob, vhd(2, 1)).unwrap();
    let order = Order {
        blob,
        file_name: "disk.vhd".to_owned(),
        profile: Measure::Named("strict".to_owned()),
        task: Task::Judge,
        advisories: None,
        earlier: None,
    };
    let here = child::examine(None, order.clone(), |_| async { Ok(()) }).await.unwrap().outcome;
    let Outcome::Judged(here) = here else { panic!("judged in this process") };
    let line = format!("{{\"report\":{}}}", serde_json::to_string(&here).unwrap());
    std::fs::write(folder.path().join("line"), line).unwrap();
    let program =
        program(&folder, &format!("echo '{{\"percent\":50}}'; cat {}/line", folder.path().display()));
    let there = outside(&program, &order, PATIENT, |_| async { Ok(()) }).await.unwrap().outcome;
    let Outcome::Judged(there) = there else { panic!("judged outside") };
    assert_eq!(here, there);
}
