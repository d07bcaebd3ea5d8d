//! The letter box of a market without a mail server: files that its operator can read.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A letter is written by a job, and that is soon.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub struct Letter {
    pub to: String,
    pub title: String,
    pub body: String,
}

pub struct LetterBox(PathBuf);

impl LetterBox {
    pub fn of(data: &Path) -> LetterBox {
        LetterBox(data.join("letters"))
    }

    pub fn all(&self) -> Vec<Letter> {
        let files = std::fs::read_dir(&self.0).into_iter().flatten().flatten().map(|file| file.path());
        let mut files: Vec<_> =
            files.filter(|path| path.extension().is_some_and(|kind| kind == "eml")).collect();
        files.sort();
        files.iter().map(|path| read(&std::fs::read_to_string(path).expect("a letter is text"))).collect()
    }

    /// The letter to this address whose title begins so; waits for it.
    #[track_caller]
    pub fn letter(&self, to: &str, title: &str) -> Letter {
        let started = Instant::now();
        loop {
            let mut all = self.all();
            if let Some(at) =
                all.iter().position(|letter| letter.to.contains(to) && letter.title.contains(title))
            {
                return all.swap_remove(at);
            }
            let titles: Vec<_> = all.iter().map(|letter| (&letter.to, &letter.title)).collect();
            assert!(started.elapsed() < PATIENCE, "no letter “{title}” to {to}, but {titles:?}");
            crate::client::pause();
        }
    }
}

impl Letter {
    /// The first address in the letter.
    #[track_caller]
    pub fn link(&self) -> &str {
        let mut words = self.body.split_whitespace();
        words.find(|word| word.starts_with("http://")).unwrap_or_else(|| panic!("no link in {self:#?}"))
    }

    /// What stands behind these words, up to the end of the line.
    #[track_caller]
    pub fn after(&self, words: &str) -> &str {
        let (_, rest) = self.body.split_once(words).unwrap_or_else(|| panic!("no “{words}” in {self:#?}"));
        rest.lines().next().unwrap_or_default().trim()
    }
}

fn read(text: &str) -> Letter {
    let (head, body) = text.split_once("\r\n\r\n").expect("a letter has a head and a body");
    // A long header goes on in the next line, behind a space.
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let header = |wanted: &str| {
        let found = head.lines().find_map(|line| line.strip_prefix(wanted)?.strip_prefix(": "));
        found.unwrap_or_default().to_owned()
    };
    let body = match header("Content-Transfer-Encoding").as_str() {
        "quoted-printable" => unquoted(&body.replace("=\r\n", ""), '='),
        "base64" => decoded(body),
        _ => body.to_owned(),
    };
    Letter { to: header("To"), title: in_words(&header("Subject")), body: body.replace("\r\n", "\n") }
}

/// A header's encoded words (`=?utf-8?b?…?=`), as people read them.
fn in_words(text: &str) -> String {
    let mut said = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("=?") {
        let mut parts = after.splitn(4, '?');
        let (_, kind, coded, tail) = (parts.next(), parts.next(), parts.next(), parts.next());
        let (Some(kind), Some(coded), Some(tail)) = (kind, coded, tail) else { break };
        // White space between two encoded words is not part of the text.
        if !before.trim().is_empty() {
            said.push_str(before);
        }
        if kind.eq_ignore_ascii_case("b") {
            said.push_str(&decoded(coded));
        } else {
            said.push_str(&unquoted(&coded.replace('_', " "), '='));
        }
        rest = tail.strip_prefix('=').unwrap_or(tail);
    }
    said + rest
}

fn decoded(text: &str) -> String {
    use base64::Engine;
    let text: String = text.split_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).expect("base 64");
    String::from_utf8(bytes).expect("a letter is UTF-8")
}

fn unquoted(text: &str, mark: char) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(mark) {
        bytes.extend_from_slice(before.as_bytes());
        let (code, tail) = after.split_at_checked(2).expect("two digits follow the mark");
        bytes.push(u8::from_str_radix(code, 16).expect("hexadecimal digits"));
        rest = tail;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).expect("a letter is UTF-8")
}

#[test]
fn a_letter_is_read_as_its_reader_reads_it() {
    let letter = read(
        "From: Halle <market@localhost>\r\nTo: grace@acme.example\r\nSubject: =?utf-8?b?w4kg?=\r\n =?utf-8?b?w6k=?=\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\nThe fee of =E2=82=AC99 is wai=\r\nved: A1B2\r\n\r\n\
         http://127.0.0.1:1/sell?a=3D1\r\n",
    );
    assert_eq!((letter.to.as_str(), letter.title.as_str()), ("grace@acme.example", "É é"));
    assert_eq!(letter.after("€99 is waived: "), "A1B2");
    assert_eq!(letter.link(), "http://127.0.0.1:1/sell?a=1");
}
