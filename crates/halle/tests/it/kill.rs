//! The power goes, at every place where a job of the road could be caught: before it acts, after it acted, after that was stored.
//!
//! Each time the server is started again, and nobody does anything else: what was begun goes on by itself within five seconds
//! and has happened once.

use std::time::Duration;

use crate::prepared::{Ground, IDLE, Look, SECRET, Stop, receiver};
use crate::server::Server;

/// What was interrupted is taken up again within this time of the start.
const TAKEN_UP_WITHIN: Duration = Duration::from_secs(5);
/// By then the road has come to its next stop, on a machine that has other things to do.
const DONE_WITHIN: Duration = Duration::from_secs(60);

/// What a market has come to when all is done, as queries and the numbers that they find.
type Facts = &'static [(&'static str, i64)];

/// Whatever was interrupted: nothing was given up, and nothing is there or was said twice.
const ALWAYS: Facts = &[
    ("select count(*) as n from house_job where state = 'dead'", 0),
    ("select count(*) as n from house_outbox where state <> 'delivered'", 0),
    (
        "select count(*) as n from (select what from house_audit group by who, what, subject, details having count(*) > 1) twice",
        0,
    ),
    (
        "select count(*) as n from (select title from house_outbox group by channel, recipient, subject, title, body having count(*) > 1) twice",
        0,
    ),
];

const CERTIFIED: Facts = &[
    ("select count(*) as n from images_image", 1),
    ("select count(*) as n from images_upload where stage = 'sealed'", 1),
    ("select count(*) as n from certification_run", 1),
    ("select count(*) as n from certification_run where verdict = 'certified'", 1),
    ("select count(*) as n from house_audit where what = 'images.seal'", 1),
    ("select count(*) as n from house_audit where what = 'certification.conclude'", 1),
    ("select count(*) as n from house_outbox o join images_image i on o.subject = i.id", 1),
];

const IN_PREVIEW: Facts = &[
    ("select count(*) as n from publishing_submission", 1),
    ("select count(*) as n from publishing_submission where stage = 'in_preview'", 1),
    ("select count(*) as n from publishing_step where state = 'done'", 5),
    ("select count(*) as n from publishing_step where state = 'running'", 1),
    ("select count(*) as n from certification_run", 1),
    ("select count(*) as n from leads_lead where action = 'TEST'", 1),
    ("select count(*) as n from leads_lead", 1),
    ("select count(*) as n from house_outbox where channel = 'webhook'", 1),
    ("select count(*) as n from house_audit where what = 'publishing.test_lead_sent'", 1),
    ("select count(*) as n from house_audit where what = 'publishing.preview_opened'", 1),
    ("select count(*) as n from publishing_listing", 0),
];

const LIVE: Facts = &[
    ("select count(*) as n from publishing_submission where stage = 'live'", 1),
    ("select count(*) as n from publishing_step where state = 'done'", 7),
    ("select count(*) as n from publishing_listing where withdrawn_at is null", 1),
    ("select count(*) as n from house_audit where what = 'publishing.went_live'", 1),
];

#[track_caller]
fn check(stop: Stop, places: &[&str], facts: Facts) {
    for place in places {
        check_on(Ground::at(stop), place, facts);
    }
}

#[track_caller]
fn check_on(ground: Ground, place: &str, facts: Facts) {
    Server::die_at(place, ground.data(), &ground.arguments());
    goes_on(&ground, place, facts);
}

/// Starts the server again, and sees to it that it does by itself what is left to do.
#[track_caller]
fn goes_on(ground: &Ground, place: &str, facts: Facts) {
    let look = ground.look();
    let mut server = taken_up(ground, &look, place);
    look.until(IDLE, 0, DONE_WITHIN);
    holds(&look, place, ALWAYS);
    holds(&look, place, facts);
    leads_came_once(&look, place);
    let letters = std::fs::read_dir(ground.data().join("letters")).expect("a letter box").flatten();
    let letters = letters.filter(|file| file.path().extension().is_some_and(|kind| kind == "eml")).count();
    let sent = look.number("select count(*) as n from house_outbox where channel = 'letter'");
    assert_eq!(letters as i64, sent, "after {place}: one file a letter");
    drop(look);
    assert!(server.stop().success(), "after {place}: {}", server.log());
}

/// Starts the server again, and returns when it has taken up what was interrupted.
#[track_caller]
fn taken_up(ground: &Ground, look: &Look, place: &str) -> Server {
    let held = look.texts(HELD);
    let server = ground.serve();
    let started = std::time::Instant::now();
    while look.texts(HELD).iter().any(|job| held.contains(job)) {
        let waited = started.elapsed();
        assert!(waited < TAKEN_UP_WITHIN, "after {place}: nobody takes up {held:?}\n{}", server.log());
        crate::client::pause();
    }
    server
}

/// The jobs that someone holds, with the number under which they are held.
const HELD: &str =
    "select kind || ' ' || id || ' ' || cast(fence as text) as t from house_job where state = 'running'";

/// Each lead of this market has reached its receiver, signed, under one id however often it was sent.
#[track_caller]
fn leads_came_once(look: &Look, place: &str) {
    for parcel in look.texts("select id as t from house_outbox where channel = 'webhook'") {
        let calls = receiver().calls();
        let came: Vec<_> = calls.iter().filter(|call| call.id == parcel).collect();
        assert!(!came.is_empty(), "after {place}: lead {parcel} never came");
        for call in &came {
            assert!(call.is_signed_with(SECRET), "after {place}: {call:?}");
            assert_eq!(call.body, came[0].body, "after {place}: two calls under one id");
        }
    }
}

/// What happened, for who wonders why a number is wrong.
fn everything(look: &Look) -> String {
    let mut lines = look.texts(
        "select who || ' ' || what || ' ' || subject || ' ' || details as t from house_audit order by id",
    );
    lines.extend(
        look.texts(
            "select kind || ' ' || state || ' ' || coalesce(error, '') as t from house_job order by id",
        ),
    );
    lines.join("\n")
}

#[test]
fn an_upload_is_sealed_once_wherever_the_power_goes() {
    check(
        Stop::Uploaded,
        &[
            "images.seal.measure/before",
            "images.seal.measure/acted",
            "images.seal.measure/stored",
            "images.seal.adopt/before",
            "images.seal.adopt/acted",
            "images.seal.adopt/stored",
            "images.seal.finish/before",
            "images.seal.finish/stored",
        ],
        CERTIFIED,
    );
}

#[test]
fn an_image_is_judged_once_wherever_the_power_goes() {
    check(
        Stop::Uploaded,
        &[
            "certification.first_look.finish/before",
            "certification.first_look.finish/stored",
            "certification.examine.finish/before",
            "certification.examine.finish/stored",
        ],
        CERTIFIED,
    );
}

#[test]
fn an_image_that_is_being_judged_when_the_power_goes_is_judged_again() {
    let ground = Ground::at(Stop::Uploaded);
    let mut server = ground.serve();
    let look = ground.look();
    look.until("select count(*) as n from certification_run where stage <> 'queued'", 1, DONE_WITHIN);
    server.kill_9();
    drop(look);
    goes_on(&ground, "judging", CERTIFIED);
}

#[test]
fn an_offer_comes_to_its_preview_once_wherever_the_power_goes() {
    check(
        Stop::Submitted,
        &[
            "publishing.advance.validate/before",
            "publishing.advance.validate/acted",
            "publishing.advance.validate/stored",
            "publishing.advance.begin_certification/before",
            "publishing.advance.begin_certification/acted",
            "publishing.advance.begin_certification/stored",
            "publishing.advance.provision/before",
            "publishing.advance.provision/acted",
            "publishing.advance.provision/stored",
            "publishing.advance.package/before",
            "publishing.advance.package/acted",
            "publishing.advance.package/stored",
        ],
        IN_PREVIEW,
    );
}

#[test]
fn a_test_lead_arrives_once_and_the_preview_opens_once_wherever_the_power_goes() {
    check(
        Stop::Submitted,
        &[
            "publishing.advance.test_lead/before",
            "publishing.advance.test_lead/acted",
            "publishing.advance.test_lead/stored",
            "leads.forward.finish/before",
            "leads.forward.finish/stored",
            "house.deliver.finish/before",
            "house.deliver.finish/stored",
            "publishing.advance.open_preview/before",
            "publishing.advance.open_preview/acted",
            "publishing.advance.open_preview/stored",
            "publishing.advance.finish/before",
            "publishing.advance.finish/stored",
        ],
        IN_PREVIEW,
    );
}

#[test]
fn an_offer_goes_live_once_wherever_the_power_goes() {
    check(
        Stop::SignedOff,
        &[
            "publishing.advance.go_live/before",
            "publishing.advance.go_live/acted",
            "publishing.advance.go_live/stored",
            "publishing.advance.finish/before",
            "publishing.advance.finish/stored",
        ],
        LIVE,
    );
}

/// How far a machine has come, and that there is one.
const ONE_MACHINE: Facts = &[
    ("select count(*) as n from deployments_deployment", 1),
    ("select count(*) as n from orders_order", 1),
    ("select count(*) as n from house_audit where what = 'deployments.deploy'", 1),
    ("select count(*) as n from house_job where state = 'dead'", 0),
];
const BOOTING: &str = "select count(*) as n from deployments_deployment where stage in ('booting', 'ready')";
const READY: &str = "select count(*) as n from deployments_deployment where stage = 'ready'";
const GONE: &str = "select count(*) as n from deployments_deployment where stage = 'destroyed'";
/// Without help from the processor a machine takes minutes to boot.
const BOOTED_WITHIN: Duration = Duration::from_secs(290);

#[test]
fn a_machine_is_made_once_wherever_the_power_goes_and_ends_when_it_goes_again() {
    for step in ["image", "instance"] {
        for moment in ["before", "acted", "stored"] {
            let (ground, place) =
                (Ground::at(Stop::Ordered), format!("deployments.reconcile.{step}/{moment}"));
            Server::die_at(&place, ground.data(), &ground.arguments());
            let look = ground.look();
            let mut server = taken_up(&ground, &look, &place);
            look.until(BOOTING, 1, DONE_WITHIN);
            assert_eq!(ground.machines().len(), 1, "after {place}");
            holds(&look, &place, ONE_MACHINE);
            // The customer wants it gone, and the power goes before anybody could do it.
            server.kill_9();
            ground.want_the_machine_gone();
            let mut server = ground.serve();
            look.until(GONE, 1, DONE_WITHIN);
            assert_eq!(ground.machines(), [], "after {place}");
            drop(look);
            assert!(server.stop().success(), "after {place}: {}", server.log());
        }
    }
}

#[test]
fn a_machine_that_boots_becomes_ready_once_wherever_the_power_goes() {
    let ground = Ground::at(Stop::Ordered);
    // The machine goes on while its market is down: one boot is enough for all three.
    for moment in ["before", "acted", "stored"] {
        let place = format!("deployments.reconcile.ready/{moment}");
        Server::die_within(BOOTED_WITHIN, &place, ground.data(), &ground.arguments());
        assert_eq!(ground.machines().len(), 1, "after {place}");
    }
    let look = ground.look();
    let mut server = taken_up(&ground, &look, "ready");
    look.until(READY, 1, DONE_WITHIN);
    look.until("select count(*) as n from house_outbox where title like '%is ready'", 1, DONE_WITHIN);
    holds(&look, "ready", ONE_MACHINE);
    assert_eq!(ground.machines().len(), 1);
    ground.want_the_machine_gone();
    look.until(GONE, 1, DONE_WITHIN);
    assert_eq!(ground.machines(), []);
    drop(look);
    assert!(server.stop().success(), "{}", server.log());
}

#[track_caller]
fn holds(look: &Look, place: &str, facts: Facts) {
    for (sql, wanted) in facts {
        assert_eq!(look.number(sql), *wanted, "after {place}: {sql}\n{}", everything(look));
    }
}

#[test]
fn a_market_on_postgresql_goes_on_as_well() {
    check_on(Ground::on_postgres_at(Stop::Uploaded), "images.seal.adopt/acted", CERTIFIED);
    check_on(Ground::on_postgres_at(Stop::Submitted), "publishing.advance.test_lead/acted", IN_PREVIEW);
    check_on(Ground::on_postgres_at(Stop::SignedOff), "publishing.advance.go_live/acted", LIVE);
}
