//! The harness tested on a page of its own, so that a story that fails has found something in the market.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;

use crate::server::Server;

mod with_browser {
    use super::serve;
    use crate::browser::Browser;

    #[test]
    fn a_form_is_filled_in_by_what_is_written_on_it() {
        let browser = Browser::open();
        browser.goto(&serve());
        browser.fill("E-mail", "ada@example.org");
        browser.fill("E-mail", "grace@example.org");
        browser.choose("Country", "France");
        browser.tick("I accept the terms");
        browser.upload("Disk image", &std::env::current_exe().expect("a file that is there"));
        browser.press("Send");
        browser.wait_for("Thank you");
        let address = browser.address();
        assert!(address.contains("email=grace%40example.org"), "{address}");
        assert!(
            address.contains("country=fr") && address.contains("terms=on") && address.contains("file="),
            "{address}"
        );
        browser.follow("Back");
        browser.wait_for("A stall");
    }

    #[test]
    fn a_name_that_occurs_twice_is_found_in_its_part() {
        let browser = Browser::open();
        browser.goto(&serve());
        browser.within("footer").follow("Help");
        browser.wait_for("Thank you");
        assert!(browser.address().ends_with("/footer"), "{}", browser.address());
    }

    #[test]
    fn scripts_can_be_switched_off() {
        let browser = Browser::open();
        let page = serve();
        browser.goto(&page);
        browser.wait_for("with scripts");
        browser.without_javascript(true);
        browser.goto(&page);
        browser.wait_for("without scripts");
        browser.fill("E-mail", "ada@example.org");
        browser.press("Send");
        browser.wait_for("Thank you");
    }

    #[test]
    fn a_page_is_seen_in_the_dark_on_a_phone_and_in_french() {
        let browser = Browser::open_in("fr");
        browser.prefer_dark(true);
        browser.resize(360, 740);
        browser.goto(&serve());
        browser.wait_for("dark");
        assert_eq!(browser.script("return innerWidth"), 360);
        assert_eq!(browser.script("return navigator.language"), "fr");
        assert!(browser.screenshot("harness").exists());
        assert!(browser.screenshot_whole("harness-whole").exists());
    }

    #[test]
    fn what_shuts_people_out_is_named() {
        let browser = Browser::open();
        let page = serve();
        browser.goto(&page);
        browser.check_accessibility();
        browser.goto(&format!("{page}shut"));
        let offences = browser.accessibility_offences().join("\n");
        assert!(offences.contains("image-alt") && offences.contains("label"), "{offences}");
    }
}

#[test]
fn a_server_is_killed_started_again_and_asked_to_stop() {
    // A file of the sources, since one that was only just written may still be open for writing in another test's child.
    let stand_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/stand-in.sh");
    let data = tempfile::tempdir().expect("there is room");
    let mut server = Server::start_program(&stand_in, data.path(), &[]);
    assert_eq!(server.address(), format!("http://127.0.0.1:{}", server.id()));
    server.kill_9();
    server.start_again();
    assert_eq!(server.address(), format!("http://127.0.0.1:{}", server.id()));
    assert!(!server.stop().success(), "the stand-in was ended by the signal, not by itself");
    let starts = std::fs::read_to_string(data.path().join("starts")).expect("it was started");
    assert_eq!(starts, "started\nstarted\n");
    assert_eq!(server.log().matches("listening on").count(), 2);
}

/// As strict as the market's own pages are.
const POLICY: &str = "default-src 'self'; style-src 'self'";

const PAGE: &str = r#"<!doctype html><html lang="en"><head><title>A stall</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css">
<script src="/script.js" defer></script></head><body><header><a href="/header">Help</a></header><main><h1>A stall</h1>
<p id="scripts">without scripts</p><p id="dark">dark</p><form action="/thanks">
<label for="email">E-mail <span>(required)</span></label> <input id="email" name="email" value="old">
<label>Country <select name="country"><option value="de">Germany</option><option value="fr">France</option></select></label>
<label><input type="checkbox" name="terms"> I accept the terms</label>
<label>Disk image <input type="file" name="file"></label> <button>Send</button></form></main>
<footer><a href="/footer">Help</a></footer></body></html>"#;

const SHUT: &str = r#"<!doctype html><html lang="en"><head><title>Shut</title></head><body><main><h1>Shut</h1>
<img src="/x.png"><input name="nameless"></main></body></html>"#;

const THANKS: &str = r#"<!doctype html><html lang="en"><head><title>Thanks</title></head><body><main><h1>Thank you</h1>
<a href="/">Back</a></main></body></html>"#;

const STYLE: &str = "#dark { display: none } @media (prefers-color-scheme: dark) { #dark { display: block } \
    body { background: #000; color: #fff } }";

const SCRIPT: &str = "document.getElementById('scripts').textContent = 'with scripts'";

/// Serves a tiny site on 127.0.0.1 for as long as the test program lives, and says where.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = format!("http://{}/", listener.local_addr().expect("it is bound"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A browser opens connections ahead of need, and says nothing on them for a while.
            std::thread::spawn(move || answer(stream));
        }
    });
    address
}

fn answer(mut stream: std::net::TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (kind, body) = match path {
        "/" => ("text/html", PAGE),
        "/shut" => ("text/html", SHUT),
        "/style.css" => ("text/css", STYLE),
        "/script.js" => ("text/javascript", SCRIPT),
        _ => ("text/html", THANKS),
    };
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Security-Policy: {POLICY}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
