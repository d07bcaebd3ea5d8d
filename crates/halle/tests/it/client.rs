//! A program that talks to the market over HTTP: one request a connection, with the headers that it is given.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const ANSWER_SECONDS_MAX: u64 = 60;

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// A header's value; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }
}

/// Asks for a page.
#[track_caller]
pub fn get(address: &str) -> Answer {
    let (host, path) = split(address);
    ask(&format!("http://{host}"), "GET", path, &[], b"")
}

/// Sends a request and waits for its answer.
#[track_caller]
pub fn ask(server: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut stream = begin(server, method, path, headers, body.len() as u64);
    stream.write_all(body).expect("the body is sent");
    answer(stream, method == "HEAD").expect("the server answers")
}

/// Sends the head of a request whose body of this length is still to come.
#[track_caller]
pub fn begin(server: &str, method: &str, path: &str, headers: &[(&str, &str)], length: u64) -> TcpStream {
    let (host, _) = split(server);
    let mut stream = TcpStream::connect(host).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(ANSWER_SECONDS_MAX))).expect("a time limit");
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\nConnection: close\r\n"
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).expect("the head is sent");
    stream
}

pub fn answer(stream: TcpStream, without_body: bool) -> std::io::Result<Answer> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let pair =
        |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    let headers: Vec<_> = head.lines().skip(1).filter_map(pair).collect();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let mut answer = Answer { status, headers, body: String::new() };
    if !without_body {
        let mut body = Vec::new();
        match answer.header("content-length").parse() {
            Ok(length) => reader.take(length).read_to_end(&mut body)?,
            Err(_) => reader.read_to_end(&mut body)?,
        };
        answer.body = String::from_utf8_lossy(&body).into_owned();
    }
    Ok(answer)
}

/// A form that is sent slowly: its end comes when the test says so.
pub struct Slow {
    stream: TcpStream,
    missing: usize,
}

impl Slow {
    /// What `end` adds is as long as this.
    const END: usize = 11;

    #[track_caller]
    pub fn begin(server: &str, method: &str, path: &str, first: &str) -> Slow {
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Sec-Fetch-Site", "same-origin"),
            ("Expect", "100-continue"),
        ];
        let mut stream = begin(server, method, path, &headers, (first.len() + Slow::END) as u64);
        // The server asks for the body when it has the request in hand: from here on it is under way.
        let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
        let mut line = String::new();
        reader.read_line(&mut line).expect("the server asks for the body");
        assert!(line.starts_with("HTTP/1.1 100"), "{line}");
        reader.read_line(&mut line).expect("an empty line");
        stream.write_all(first.as_bytes()).expect("the first part is sent");
        Slow { stream, missing: Slow::END }
    }

    #[track_caller]
    pub fn end(mut self, rest: &str) -> Answer {
        assert_eq!(rest.len(), self.missing, "the length was announced");
        self.stream.write_all(rest.as_bytes()).expect("the rest is sent");
        answer(self.stream, false).expect("the request is answered to its end")
    }
}

/// Waits until nobody listens at this address any more.
#[track_caller]
pub fn until_refused(server: &str) {
    let (host, _) = split(server);
    for _ in 0..500 {
        if TcpStream::connect(host).is_err() {
            return;
        }
        pause();
    }
    panic!("{server} still listens");
}

fn split(address: &str) -> (&str, &str) {
    let rest = address.trim_start_matches("http://");
    rest.find('/').map_or((rest, "/"), |at| rest.split_at(at))
}

/// Lets another process go on before it is looked at again.
#[expect(clippy::disallowed_methods, reason = "another process tells nobody how far it is")]
pub fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}
