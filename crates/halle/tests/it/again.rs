//! What is on sale is judged again when a feed of advisories is imported beside the running market: letters go out, new sales stop,
//! who has bought deploys as before; and a better feed puts it back on sale. The power goes in between.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::client::{ask, get};
use crate::prepared::{Ground, Look, Stop};
use crate::server::{Server, program};

const PATIENCE: Duration = Duration::from_secs(60);
const FAILING: &str = "select count(*) as n from publishing_failing where stopped_at is not null";
const JUDGED: &str =
    "select count(*) as n from certification_run where profile = 'house' and stage = 'concluded'";
const READY: &str = "select count(*) as n from deployments_deployment where stage = 'ready'";
const OFFER: &str = "/market/acme/notes";

/// A profile of the operator's own, which refuses what the feed knows to be broken.
const PROFILE: &str = "name = \"house\"\nbase = \"kvm\"\n[severity]\nC02 = \"fail\"\n";

/// Imports a feed that knows of one hole, in a package of this name.
fn import(data: &Path, package: &str) {
    let record = format!(
        r#"{{"id":"DEBIAN-CVE-2026-1","modified":"2026-11-20T00:00:00Z","published":"2026-01-01T00:00:00Z",
        "affected":[{{"package":{{"ecosystem":"Debian:12","name":"{package}"}},"ranges":[{{"type":"ECOSYSTEM",
        "events":[{{"introduced":"0"}},{{"fixed":"99"}}]}}]}}],
        "severity":[{{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]}}"#
    );
    let export = data.join("export.json");
    std::fs::write(&export, record).expect("room for a record");
    let mut halle = Command::new(program());
    let done = halle.args(["advisories", "import"]).arg(&export).arg("--data").arg(data).output();
    let done = done.expect("the program runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

fn start(ground: &Ground, profile: &Path) -> Server {
    Server::start(ground.data(), &arguments(ground, profile))
}

fn arguments<'a>(ground: &'a Ground, profile: &'a Path) -> Vec<&'a str> {
    let profile = profile.to_str().expect("a path in Unicode");
    [&ground.arguments()[..], &["--profile", profile, "--grace-days", "0"]].concat()
}

fn letters(look: &Look, title: &'static str) -> i64 {
    let titles = look.texts("select title as t from house_outbox where channel = 'letter'");
    titles.iter().filter(|found| found.starts_with(title)).count() as i64
}

/// Whether the form and its door both refuse an order, as the customer.
fn is_refused(server: &Server, session: &str) -> bool {
    let headers = [
        ("Cookie", session),
        ("Sec-Fetch-Site", "same-origin"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    let form = ask(server.address(), "GET", &format!("{OFFER}/buy?sku=community"), &headers[..1], b"");
    let door = ask(server.address(), "POST", &format!("{OFFER}/buy"), &headers, b"sku=community&accept=yes");
    assert_eq!(form.status == 409, door.status == 409, "{} {}", form.status, door.status);
    form.status == 409
}

#[test]
fn a_feed_stops_new_sales_and_a_better_one_goes_on_with_them() {
    let ground = Ground::at(Stop::Ordered);
    let profile = ground.data().join("house.toml");
    std::fs::write(&profile, PROFILE).expect("room for a profile");
    import(ground.data(), "not-installed");
    let session = format!("session={}", ground.session());
    let mut server = start(&ground, &profile);
    let look = ground.look();
    // Another profile: what is on sale is judged by it without anybody asking.
    look.until(JUDGED, 1, PATIENCE);
    look.until(READY, 1, PATIENCE * 3);
    assert_eq!(look.number(FAILING), 0);
    assert!(!is_refused(&server, &session));

    import(ground.data(), "base-files");
    // Wherever it is caught, it goes on by itself.
    for _ in 0..3 {
        server.kill_9();
        server.start_again();
    }
    look.until(FAILING, 1, PATIENCE);
    server.kill_9();
    server.start_again();
    assert_eq!(letters(&look, "No longer passes: Notes"), 2, "one to the publisher, one to the operator");
    let told = look.texts("select body as t from house_outbox where title like 'No longer passes%'");
    for said in ["C02", "/var/lib/dpkg/status", "DEBIAN-CVE-2026-1", "base-files"] {
        assert!(told.iter().all(|letter| letter.contains(said)), "`{said}` is missing in {told:?}");
    }
    let page = get(&format!("{}{OFFER}", server.address())).body;
    assert!(page.contains("not sold at the moment"), "{page}");
    assert!(is_refused(&server, &session));
    assert_eq!(look.number(READY), 1, "what was bought runs on");

    import(ground.data(), "not-installed");
    look.until("select count(*) as n from publishing_failing", 0, PATIENCE);
    assert_eq!(letters(&look, "Sold again: Notes"), 2);
    assert!(!is_refused(&server, &session));
    assert_eq!(look.number(JUDGED), 3, "each judgement that differs, and no other");
    assert_eq!(look.number(READY), 1);
    let watching = "select count(*) as n from house_job where kind = 'publishing.watch' and state in ('queued', 'running')";
    // However often it was cut short, one keeps watch.
    look.until(watching, 1, PATIENCE);
    ground.want_the_machine_gone();
    look.until("select count(*) as n from deployments_deployment where stage = 'destroyed'", 1, PATIENCE);
    assert!(server.stop().success(), "{}", server.log());
}

/// Where the watch can be caught: an image was judged, and what follows was done, each before and after it is kept.
const PLACES: [&str; 4] = [
    "publishing.watch.judge/before",
    "publishing.watch.judge/stored",
    "publishing.watch.settle/before",
    "publishing.watch.settle/stored",
];

/// Each time the power goes the server is started again, and nobody does anything else.
#[track_caller]
fn watched_once(ground: &Ground) {
    let profile = ground.data().join("house.toml");
    std::fs::write(&profile, PROFILE).expect("room for a profile");
    import(ground.data(), "not-installed");
    let mut server = start(ground, &profile);
    let look = ground.look();
    look.until(JUDGED, 1, PATIENCE);
    look.until(SEEN_TO, 1, PATIENCE);
    assert!(server.stop().success(), "{}", server.log());
    for (times, place) in (1..).zip(PLACES) {
        for (package, failing, judged) in [("base-files", 1, 2 * times), ("not-installed", 0, 2 * times + 1)]
        {
            import(ground.data(), package);
            Server::die_at(place, ground.data(), &arguments(ground, &profile));
            let mut server = start(ground, &profile);
            look.until(FAILING, failing, PATIENCE);
            look.until(SEEN_TO, 1, PATIENCE);
            assert!(server.stop().success(), "{}", server.log());
            let after = format!("after {place}, when {package} was known to be broken");
            assert_eq!(look.number(JUDGED), judged, "{after}: each cause is judged once");
            assert_eq!(look.number(GIVEN_UP), 0, "{after}");
            let sold_again = if failing == 1 { times - 1 } else { times };
            assert_eq!(letters(&look, "No longer passes: Notes"), 2 * times, "{after}");
            assert_eq!(letters(&look, "Sold again: Notes"), 2 * sold_again, "{after}");
            let told = look.texts("select what as t from house_audit where what like 'publishing.%'");
            let noted = |what: &str| told.iter().filter(|one| *one == what).count() as i64;
            assert_eq!(noted("publishing.fails"), times, "{after}: sales stop once");
            assert_eq!(noted("publishing.passes_again"), sold_again, "{after}: and go on once");
        }
    }
}

/// Images of which all that follows from their newest judgement was done.
const SEEN_TO: &str = "select count(*) as n from publishing_watch w where w.due_at > 0 and w.run = \
     (select max(r.id) from certification_run r where r.image = w.image and r.profile = 'house' and r.report is not null)";
const GIVEN_UP: &str = "select count(*) as n from house_job where state = 'dead'";

#[test]
fn an_image_on_sale_is_judged_told_and_stopped_once_wherever_the_power_goes() {
    watched_once(&Ground::at(Stop::SignedOff));
}

#[test]
fn a_watch_on_postgresql_goes_on_as_well() {
    watched_once(&Ground::on_postgres_at(Stop::SignedOff));
}
