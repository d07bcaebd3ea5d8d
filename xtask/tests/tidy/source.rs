//! The sources as text, and as much of Rust's grammar as the rules need.

use std::path::Path;

use crate::{CHAPTERS, Offence};

/// One file of the workspace.
pub struct File {
    /// From the workspace's folder, with `/`.
    pub path: String,
    pub text: String,
    /// The text with comments and the content of literals blanked out, byte for byte in place. Rust only.
    pub code: String,
    /// The literal strings of Rust: where each begins, and what it holds.
    pub literals: Vec<(usize, String)>,
}

/// Reads the files that rules look at, in the order of their paths. Vendored files are others' work.
pub fn read(root: &Path) -> Vec<File> {
    let mut files = Vec::new();
    for folder in ["crates", "oracles", "xtask"] {
        descend(root, &root.join(folder), &mut files);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn descend(root: &Path, folder: &Path, files: &mut Vec<File>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        let name = entry.file_name().into_string().expect("names in the sources are text");
        if path.is_dir() {
            if !matches!(name.as_str(), "vendor" | "target" | "corpus" | "fixtures") {
                descend(root, &path, files);
            }
        } else if [".rs", ".html", ".txt", ".xml", ".svg", ".ftl", ".sql", ".toml"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            let text = std::fs::read_to_string(&path).expect("sources are text");
            let path = path.strip_prefix(root).expect("it lies below").to_str().expect("a text").to_owned();
            files.push(File::new(&path, &text));
        }
    }
}

impl File {
    pub fn new(path: &str, text: &str) -> File {
        let (code, literals) =
            if path.ends_with(".rs") { without_prose(text) } else { (String::new(), Vec::new()) };
        File { path: path.to_owned(), text: text.to_owned(), code, literals }
    }

    pub fn offence(&self, at: usize, rule: u8, what: String) -> Offence {
        let line =
            1 + self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|byte| **byte == b'\n').count();
        Offence { file: self.path.clone(), line, rule, what }
    }

    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The crate that a source file belongs to: not its tests, benches or build script.
    pub fn in_crate(&self) -> Option<&str> {
        let (name, rest) = self.path.strip_prefix("crates/")?.split_once('/')?;
        rest.starts_with("src/").then_some(name)
    }

    /// The chapter that a file belongs to, and its path in it.
    pub fn in_chapter(&self) -> Option<(&str, &str)> {
        let (chapter, room) = self.path.strip_prefix("crates/marketplace/src/")?.split_once('/')?;
        CHAPTERS.contains(&chapter).then_some((chapter, room))
    }

    pub fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs")
            || self.path.ends_with("/testing.rs")
            || self.path.contains("/tests/")
    }

    /// Whether the file is, or lies in, the room of this name: `pages.rs`, `pages/editor.rs`.
    pub fn is_room(&self, name: &str) -> bool {
        self.path.ends_with(&format!("/{name}.rs")) || self.path.contains(&format!("/{name}/"))
    }
}

/// Where `word` stands in `text` as a word of its own.
pub fn word_at<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part_of_a_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = at.checked_sub(1).and_then(|before| text.as_bytes().get(before));
        let after = text.as_bytes().get(at + word.len());
        !before.is_some_and(part_of_a_word) && !after.is_some_and(part_of_a_word)
    })
}

/// The identifier with which `text` begins.
pub fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// Where the bracket that opens at `open` is closed again.
pub fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' | b'(' => depth += 1,
            b'}' | b')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    code.len()
}

/// The functions of a file: where each begins, where its body opens, and where it closes.
pub fn functions(code: &str) -> Vec<(usize, usize, usize)> {
    let mut functions = Vec::new();
    for start in word_at(code, "fn") {
        // `fn(u8)` is a type, and a function of a trait may have no body.
        if !code[start + 2..].trim_start().starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            continue;
        }
        let Some(end) = code[start..].find(['{', ';']).map(|at| start + at) else { continue };
        if code.as_bytes()[end] == b'{' {
            functions.push((start, end, closing(code, end)));
        }
    }
    functions
}

/// Blanks out comments, what literals hold, and test modules; returns the literals apart, those of tests left out.
fn without_prose(text: &str) -> (String, Vec<(usize, String)>) {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut literals = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = end_of_prose(bytes, at);
        match end {
            Some((end, inside)) => {
                if let Some((from, to)) = inside {
                    literals.push((at, String::from_utf8_lossy(&bytes[from..to]).into_owned()));
                }
                for byte in &mut code[at..end] {
                    if *byte != b'\n' {
                        *byte = b' ';
                    }
                }
                at = end;
            }
            None => at += 1,
        }
    }
    let mut code = String::from_utf8_lossy(&code).into_owned();
    while let Some(start) = code.find("#[cfg(test)]\nmod ") {
        let Some(open) = code[start..].find(['{', ';']).map(|open| start + open) else { break };
        let end =
            if code.as_bytes()[open] == b'{' { (closing(&code, open) + 1).min(code.len()) } else { open + 1 };
        let blank: String = code[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        code.replace_range(start..end, &blank);
        literals.retain(|(at, _)| !(start..end).contains(at));
    }
    (code, literals)
}

/// If a comment or a literal begins here: where it ends, and what a string holds.
#[allow(clippy::type_complexity)]
fn end_of_prose(bytes: &[u8], at: usize) -> Option<(usize, Option<(usize, usize)>)> {
    let rest = &bytes[at..];
    let until = |from: usize, what: &[u8]| {
        let found = bytes[from..].windows(what.len()).position(|window| window == what);
        found.map_or(bytes.len(), |found| from + found)
    };
    if rest.starts_with(b"//") {
        return Some((until(at, b"\n"), None));
    }
    if rest.starts_with(b"/*") {
        return Some(((until(at + 2, b"*/") + 2).min(bytes.len()), None));
    }
    let is_word = |at: usize| bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_';
    // `b` and `c` may stand before a literal; any other letter makes it the end of a word.
    let prefixed = at > 0 && matches!(bytes[at - 1], b'b' | b'c') && !(at > 1 && is_word(at - 2));
    let continues_a_word = at > 0 && is_word(at - 1) && !prefixed;
    if rest[0] == b'r' && !continues_a_word {
        let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
        if rest.get(1 + hashes) == Some(&b'"') {
            let from = at + hashes + 2;
            let to = until(from, &[&b"\""[..], &vec![b'#'; hashes]].concat());
            return Some(((to + 1 + hashes).min(bytes.len()), Some((from, to))));
        }
    }
    if rest[0] == b'"' {
        let mut end = at + 1;
        while end < bytes.len() && bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let end = end.min(bytes.len());
        return Some(((end + 1).min(bytes.len()), Some((at + 1, end))));
    }
    // A character, not a lifetime: a quote follows within one character or an escape.
    if rest[0] == b'\'' && !continues_a_word {
        let inside = rest.get(1..6.min(rest.len())).unwrap_or_default();
        if inside.first() == Some(&b'\\') {
            return Some((until(at + 3, b"'") + 1, None));
        }
        let width = inside.iter().skip(1).take_while(|byte| **byte & 0xc0 == 0x80).count() + 1;
        if inside.get(width) == Some(&b'\'') {
            return Some((at + width + 2, None));
        }
    }
    None
}

#[test]
fn comments_literals_and_tests_are_no_code() {
    let text = "// a\nfn f<'a>() { g(\"b \\\" c\", b'{', '\\n', r#\"e \" f\"#); } /* h */\n#[cfg(test)]\nmod tests { fn t() { \"x\" } }\nfn z() {}\n";
    let file = File::new("crates/house/src/x.rs", text);
    assert_eq!(
        file.code.split_whitespace().collect::<Vec<_>>().join(" "),
        "fn f<'a>() { g( , b , , ); } fn z() {}"
    );
    assert_eq!(file.code.len(), text.len());
    let held: Vec<&str> = file.literals.iter().map(|(_, held)| held.as_str()).collect();
    assert_eq!(held, ["b \\\" c", "e \" f"]);
}

#[test]
fn functions_are_found_with_their_bodies() {
    let code = "fn a() { if x { y } } trait T { fn b(); fn c() {} } type F = fn(u8);";
    let found: Vec<&str> = functions(code).iter().map(|(_, open, close)| &code[*open..=*close]).collect();
    assert_eq!(found, ["{ if x { y } }", "{}"]);
}
