//! The program's doors: what it answers to who stands at the desk.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use crate::prepared::demo_image;
use crate::server::{Server, program};

fn halle(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).stdin(Stdio::null()).output().expect("the program starts")
}

/// Judges the demo image: the exit code, and the report in JSON.
fn certify(profile: &str) -> (Option<i32>, Value) {
    let image = demo_image();
    let image = image.to_str().expect("the image's name is text");
    let output = halle(&["certify", image, "--profile", profile, "--format", "json", "--lang", "en"]);
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|fault| {
        panic!("the report is no JSON: {fault}\n{}", String::from_utf8_lossy(&output.stderr))
    });
    (output.status.code(), report)
}

fn rules<'a>(report: &'a Value, verdict: &str) -> Vec<&'a str> {
    let all = report["rules"].as_array().expect("a report has rules");
    all.iter().filter(|rule| rule["verdict"] == verdict).filter_map(|rule| rule["id"].as_str()).collect()
}

#[test]
fn the_demo_image_holds_every_rule_of_the_markets_own_engines() {
    let (code, report) = certify("kvm");
    assert_eq!(code, Some(0), "{report:#}");
    assert_eq!(report["verdict"], "certified");
    for bad in ["fail", "warn"] {
        assert_eq!(rules(&report, bad), Vec::<&str>::new(), "{bad}");
    }
    // Open is only what needs a running machine, or a feed of advisories that nobody gave.
    let open = rules(&report, "not_decided");
    assert!(open.iter().all(|id| id.starts_with('B') || matches!(*id, "C02" | "C03")), "{open:?}");
    assert!(rules(&report, "pass").len() > 50, "{:?}", rules(&report, "pass"));
}

#[test]
fn the_demo_image_is_told_what_it_lacks_for_azure() {
    let (code, report) = certify("azure");
    assert_eq!(code, Some(1), "{report:#}");
    assert_eq!(report["verdict"], "not_certified");
    assert_eq!(rules(&report, "fail"), ["V08", "L03", "L06", "L11", "L12"]);
    let lacks = |id: &str| {
        let all = report["rules"].as_array().expect("a report has rules");
        all.iter().find(|rule| rule["id"] == id).unwrap_or_else(|| panic!("no {id} in {report:#}"))
    };
    assert!(!lacks("L03")["remedy"].as_str().unwrap_or_default().is_empty(), "a fault comes with its remedy");
    assert!(lacks("V08")["evidence"][0]["expected"].as_str().is_some_and(|said| said.contains("30 GiB")));
}

#[test]
fn what_cannot_be_read_cannot_be_judged() {
    assert_eq!(halle(&["certify", "/nowhere/disk.vhd"]).status.code(), Some(2));
}

#[test]
fn a_data_directory_is_one_servers_alone() {
    let data = tempfile::tempdir().expect("there is room");
    let mut first = Server::start(data.path(), &[]);
    let second = serve_once(data.path());
    assert_eq!(second.status.code(), Some(1));
    let complaint = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(complaint.contains("another `halle serve` uses"), "{complaint}");
    assert_eq!(crate::client::get(&format!("{}/healthz", first.address())).status, 200);
    assert!(first.stop().success(), "{}", first.log());
    first.start_again();
    assert_eq!(crate::client::get(&format!("{}/readyz", first.address())).status, 200);
}

#[test]
fn an_address_that_is_not_there_is_told_with_the_markets_own_page() {
    let data = tempfile::tempdir().expect("there is room");
    let server = Server::start(data.path(), &[]);
    let answer = crate::client::get(&format!("{}/nothing-here", server.address()));
    assert_eq!(answer.status, 404);
    assert!(answer.body.contains("<main"), "{}", answer.body);
}

#[test]
fn a_server_that_is_asked_to_stop_lets_the_request_under_way_end() {
    let data = tempfile::tempdir().expect("there is room");
    let mut server = Server::start(data.path(), &[]);
    let (address, id) = (server.address().to_owned(), server.id());
    let slow = crate::client::Slow::begin(&address, "POST", "/sign-in", "email=ada%40example.org&password=");
    let (told, stopped) = mpsc::channel();
    let asking = std::thread::spawn(move || {
        let status = server.stop();
        let _ = told.send(());
        (status, server.log())
    });
    // The listener is closed first: from then on nobody new comes in, and who is in may go on.
    crate::client::until_refused(&address);
    assert!(stopped.recv_timeout(Duration::ZERO).is_err(), "the server {id} did not wait");
    let answer = slow.end("wrong+horse");
    assert!((200..500).contains(&answer.status), "{answer:?}");
    let (status, log) = asking.join().expect("it ended");
    assert!(status.success(), "{log}");
}

/// Starts a server that is expected to end by itself.
fn serve_once(data: &Path) -> Output {
    let data = data.to_str().expect("the directory's name is text");
    halle(&["serve", "--data", data, "--listen", "127.0.0.1:0"])
}
