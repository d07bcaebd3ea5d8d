//! The wire protocol by which a browser is driven: W3C WebDriver, JSON over HTTP on 127.0.0.1.
//!
//! Written by hand because what stories need of it is this small: one request at a time, and no connection kept.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// Longer than any single thing that a browser is asked to do.
const ANSWER_SECONDS_MAX: u64 = 90;

const DRIVER_STARTS_MAX: usize = 5;

const BROWSER_ARGUMENTS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-device-scale-factor=1",
    // The browser ends when its driver does, however that ends.
    "--remote-debugging-pipe",
];

/// A driver with one browser window open.
pub struct Session {
    driver: Child,
    port: u16,
    id: String,
}

impl Session {
    /// Opens a browser that keeps its profile in `profile` and asks for pages in `language`.
    pub fn open(profile: &Path, language: &str) -> Session {
        let mut fault = String::new();
        for _ in 0..DRIVER_STARTS_MAX {
            match Session::try_open(profile, language) {
                Ok(session) => return session,
                // On a machine that has other things to do a browser does not always come up.
                Err(why) => fault = why,
            }
        }
        panic!("the browser does not open: {fault}");
    }

    fn try_open(profile: &Path, language: &str) -> Result<Session, String> {
        let (driver, port) = start_driver().ok_or("chromedriver does not say on which port it listens")?;
        let mut session = Session { driver, port, id: String::new() };
        let mut arguments: Vec<String> =
            BROWSER_ARGUMENTS.iter().map(|argument| argument.to_string()).collect();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        let mut options = json!({ "args": arguments, "prefs": { "intl.accept_languages": language } });
        if let Ok(browser) = std::env::var("HALLE_TEST_CHROMIUM") {
            options["binary"] = browser.into();
        }
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "timeouts": { "script": 60_000, "pageLoad": 60_000, "implicit": 0 },
        });
        let wish = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let answer = session.call("POST", "/session", &wish)?;
        session.id = answer["sessionId"].as_str().ok_or("a session has no name")?.to_owned();
        Ok(session)
    }

    pub fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.call("POST", &format!("/session/{}/{path}", self.id), body)
    }

    pub fn get(&self, path: &str) -> Result<Value, String> {
        self.call("GET", &format!("/session/{}/{path}", self.id), &Value::Null)
    }

    /// Runs a script in the page; `arguments` are its arguments.
    pub fn run(&self, script: &str, arguments: Value) -> Result<Value, String> {
        self.post("execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// Sends a command of Chromium's own protocol, for what WebDriver has no word for.
    pub fn devtools(&self, command: &str, parameters: Value) -> Result<Value, String> {
        self.post("goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let (status, answer) = exchange(self.port, method, path, body).map_err(|fault| fault.to_string())?;
        let mut answer: Value =
            serde_json::from_str(&answer).map_err(|fault| format!("{fault}: {answer}"))?;
        let value = answer["value"].take();
        if status == 200 {
            return Ok(value);
        }
        let message = value["message"].as_str().unwrap_or_default().lines().next().unwrap_or_default();
        Err(format!("{}: {message}", value["error"].as_str().unwrap_or("no error named")))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A browser that is asked to leave writes its profile; one that is not dies with its driver.
        let _ = self.call("DELETE", &format!("/session/{}", self.id), &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Starts a driver, unless the port that it chose was just taken by somebody else, for it wants the same one twice:
/// of IPv4 and of IPv6.
fn start_driver() -> Option<(Child, u16)> {
    let program = std::env::var("HALLE_TEST_CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".into());
    let mut driver = Command::new(program)
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver starts; `cargo xtask test` installs it, `--no-browser` goes without");
    let mut lines = BufReader::new(driver.stdout.take().expect("standard output is piped")).lines();
    let port = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok());
    match port {
        Some(port) => {
            // The driver would stall on a full pipe, so someone goes on reading.
            std::thread::spawn(move || lines.for_each(drop));
            Some((driver, port))
        }
        None => {
            let _ = driver.kill();
            let _ = driver.wait();
            None
        }
    }
}

/// One request and its answer, over a connection of its own.
fn exchange(port: u16, method: &str, path: &str, body: &Value) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(ANSWER_SECONDS_MAX)))?;
    let body = if body.is_null() { String::new() } else { body.to_string() };
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head)? > 0 {}
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.trim().parse().ok());
    let mut answer = Vec::new();
    match length {
        Some(length) => reader.take(length).read_to_end(&mut answer)?,
        None => reader.read_to_end(&mut answer)?,
    };
    Ok((status, String::from_utf8_lossy(&answer).into_owned()))
}
