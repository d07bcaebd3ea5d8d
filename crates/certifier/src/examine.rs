//! Files that deserve a second look: those with a hit, those that are to be opened, those known by their names. Each is read by
//! itself, in any thread, and says what was found in it.

use std::io::{self, Read};
use std::sync::{Mutex, MutexGuard, PoisonError};

use disk::read_at::ReadAt;
use serde::{Deserialize, Serialize};

use crate::anchors::{BORDER_BYTES, Hit, Sign, may_hold, search};
use crate::archives::head::Head;
use crate::archives::{Opener, zip};
use crate::files::{Index, Opened, Placed};
use crate::malware::clamd::{Answer, STREAM_BYTES_MAX};
use crate::malware::{FILE_BYTES_MAX, Scan, Scanners, scan_with_starter};
use crate::phrase::{Phrase, say};
use crate::printable::printable;
use crate::scan::Opens;
use crate::secrets::named::{self, NAMED_BYTES_MAX};
use crate::secrets::{AFTER_BYTES, BEFORE_BYTES, Secret, verify};

/// How much of a stream is looked at at once, beside what hits want to see around them.
const PIECE_BYTES: usize = 1 << 20;
const AT_ONCE_BYTES: usize = PIECE_BYTES + BEFORE_BYTES + AFTER_BYTES;
/// More secrets in one file teach nobody anything.
const SECRETS_A_FILE_MAX: usize = 20;
/// More hits in one file are not looked at, and the report says so.
const HITS_A_FILE_MAX: usize = 20_000;
/// Lines are counted up to here.
const LINES_BYTES_MAX: u64 = 8 << 20;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum What {
    Malware(String),
    Secret(Secret),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Found {
    /// `None` outside all files.
    pub path: Option<String>,
    /// In the file, or on the disk.
    pub offset: Option<u64>,
    pub line: Option<u64>,
    pub what: What,
    /// Whether it lies in memory that was written out: swap or hibernation.
    pub is_swapped: bool,
}

/// Something that was not looked into to its end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Unread {
    /// An archive is broken, or of a kind that is not opened.
    Archive,
    /// An archive goes beyond a limit.
    ArchiveLimit,
    /// A file could not be read, or was not asked about.
    File,
    /// More hits than are looked at.
    Hits,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unscanned {
    pub what: String,
    pub kind: Unread,
    pub why: Phrase,
}

/// A file to look at, and why.
#[derive(Debug, Default)]
pub struct Task {
    pub file: u32,
    pub hits: Vec<Placed>,
    /// Offsets where the file goes on elsewhere on the disk.
    pub borders: Vec<u64>,
    pub opens: Option<Opens>,
    pub is_named: bool,
    /// Whether the pass has not seen its bytes.
    pub is_unseen: bool,
}

/// What became of a task.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Examined {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Found>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unscanned: Vec<Unscanned>,
    pub unpacked_bytes: u64,
    pub archives: u64,
    /// Hits in a file without a name: they lie in no file that anyone sees.
    #[serde(skip)]
    pub nameless: Vec<Hit>,
}

pub struct Examiner<'e> {
    index: &'e Index,
    scanners: &'e Scanners,
    spare: Spare,
}

/// Buffers that nobody uses at the moment. Most archives are small and many, so that a new one for each would be most of the work.
#[derive(Default)]
struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    /// A buffer of [`AT_ONCE_BYTES`], with whatever was last in it.
    fn lend(&self) -> Vec<u8> {
        self.buffers().pop().unwrap_or_else(|| vec![0; AT_ONCE_BYTES])
    }

    fn buffers(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'e> Examiner<'e> {
    pub fn new(index: &'e Index, scanners: &'e Scanners) -> Examiner<'e> {
        Examiner { index, scanners, spare: Spare::default() }
    }

    /// Does a task. Where all that may be unpacked was unpacked, archives are listed and not opened.
    pub fn examine(&self, task: &Task, may_open: bool) -> Examined {
        let mut done = Examined::default();
        let path = self.index.path(task.file);
        let inode = self.index.files[task.file as usize].inode;
        let shown = path.as_ref().map(|path| String::from_utf8_lossy(path).into_owned());
        let shown = shown.unwrap_or_else(|| format!("inode {inode}"));
        if path.is_none() {
            done.nameless = task.hits.iter().map(|placed| Hit { offset: placed.raw, ..placed.hit }).collect();
        }
        let read = self.index.open(task.file).map_err(io::Error::from);
        let looked = read.and_then(|file| {
            let mut look = Look { path: &shown, file: &file, examiner: self, may_open, done: &mut done };
            look.all(task, path.as_deref().unwrap_or_default())
        });
        if let Err(cause) = looked {
            let why = say("unreadable.io").text("cause", &cause.to_string());
            done.unscanned.push(Unscanned { what: shown, kind: Unread::File, why });
        }
        if path.is_none() {
            done.found.retain(|found| matches!(found.what, What::Malware(_)));
        }
        done
    }
}

struct Look<'l> {
    path: &'l str,
    file: &'l Opened<'l>,
    examiner: &'l Examiner<'l>,
    may_open: bool,
    done: &'l mut Examined,
}

impl Look<'_> {
    fn all(&mut self, task: &Task, path: &[u8]) -> io::Result<()> {
        let mut hits: Vec<Hit> = task.hits.iter().map(|placed| placed.hit).collect();
        let mut opens = task.opens;
        if task.is_unseen {
            self.stream()?;
            opens = Opens::of(&self.bytes(0, 512)?, self.file.size_bytes());
        } else {
            self.search_borders(&task.borders, &mut hits)?;
            hits.sort_unstable();
            hits.dedup();
            self.look_at(&hits)?;
        }
        if task.is_named
            && let Some((secret, line)) = named::verify(path, &self.bytes(0, NAMED_BYTES_MAX)?)
        {
            self.found(None, (line > 0).then_some(line), What::Secret(secret));
        }
        match opens {
            Some(Opens::Archive(head)) => self.open(head),
            Some(Opens::Store(store)) => {
                let secret = store.verify(&self.bytes(0, NAMED_BYTES_MAX)?);
                secret.into_iter().for_each(|secret| self.found(None, None, What::Secret(secret)));
            }
            // Programs that read archives have these bytes in them too.
            None if hits.iter().any(|hit| hit.sign() == Sign::ZipEnd) && zip::is_one(self.file) => {
                self.open(Head::Zip);
            }
            None => {}
        }
        self.ask()
    }

    fn found(&mut self, offset: Option<u64>, line: Option<u64>, what: What) {
        let is_swapped = is_memory(self.path);
        self.done.found.push(Found { path: Some(self.path.to_owned()), offset, line, what, is_swapped });
    }

    /// Up to `length` bytes from `offset`; fewer at the end.
    fn bytes(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        Ok(self.file.tree.read(&self.file.node, offset, length)?)
    }

    /// Adds the hits that lie across a border, where the pass could not see them.
    fn search_borders(&self, borders: &[u64], hits: &mut Vec<Hit>) -> io::Result<()> {
        for border in borders {
            let from = border.saturating_sub(*BORDER_BYTES as u64);
            let bytes = self.bytes(from, 2 * *BORDER_BYTES)?;
            search(&bytes, |hit| {
                let crosses =
                    from + hit.offset < *border && from + hit.offset + hit.length() as u64 > *border;
                if crosses {
                    hits.push(Hit { offset: from + hit.offset, ..hit });
                }
            });
        }
        Ok(())
    }

    fn look_at(&mut self, hits: &[Hit]) -> io::Result<()> {
        let mut window = (0, Vec::new());
        let mut secrets = 0;
        if hits.iter().any(|hit| hit.sign() == Sign::Rule) {
            self.scan_whole(&scan_with_starter)?;
        }
        for hit in hits.iter().take(HITS_A_FILE_MAX) {
            if let Sign::Malware(name) = hit.sign() {
                self.found(Some(hit.offset), None, What::Malware(name.to_owned()));
            }
            if !matches!(hit.sign(), Sign::Key(_) | Sign::Token(_)) || secrets >= SECRETS_A_FILE_MAX {
                continue;
            }
            let (from, to) =
                (hit.offset.saturating_sub(BEFORE_BYTES as u64), hit.offset + AFTER_BYTES as u64);
            let end = window.0 + window.1.len() as u64;
            if from < window.0 || to > end && end < self.file.size_bytes() || window.1.is_empty() {
                let length = if hits.len() > 8 { PIECE_BYTES } else { BEFORE_BYTES + AFTER_BYTES };
                window = (from, self.bytes(from, length)?);
            }
            if let Some(secret) = verify(*hit, &window.1, (hit.offset - window.0) as usize) {
                secrets += 1;
                let line = self.line(hit.offset, &window.1)?;
                self.found(Some(hit.offset), line, What::Secret(secret));
            }
        }
        if hits.len() > HITS_A_FILE_MAX {
            let why = say("unscanned.hits").count("limit", HITS_A_FILE_MAX as u64);
            self.unscanned(Unread::Hits, why);
        }
        Ok(())
    }

    fn unscanned(&mut self, kind: Unread, why: Phrase) {
        self.done.unscanned.push(Unscanned { what: self.path.to_owned(), kind, why });
    }

    /// The line of an offset, in a text.
    fn line(&self, offset: u64, around: &[u8]) -> io::Result<Option<u64>> {
        if offset > LINES_BYTES_MAX || around.contains(&0) {
            return Ok(None);
        }
        let before = self.bytes(0, offset as usize)?;
        Ok((!before.contains(&0)).then(|| lines(&before) + 1))
    }

    /// Gives the whole file to rules.
    fn scan_whole(&mut self, scan: &dyn Fn(&[u8]) -> Scan) -> io::Result<()> {
        if self.file.size_bytes() > FILE_BYTES_MAX {
            self.unscanned(Unread::File, say("unscanned.rules").bytes("limit", FILE_BYTES_MAX));
            return Ok(());
        }
        let Scan { names, cut_short } = scan(&self.bytes(0, FILE_BYTES_MAX as usize)?);
        names.into_iter().for_each(|name| self.found(None, None, What::Malware(printable(&name))));
        if cut_short {
            self.unscanned(Unread::File, say("unscanned.patience"));
        }
        Ok(())
    }

    /// Asks an operator's rules and clamd.
    fn ask(&mut self) -> io::Result<()> {
        let scanners = self.examiner.scanners;
        if scanners.have_rules() {
            self.scan_whole(&|bytes| scanners.scan(bytes))?;
        }
        let Some(clamd) = &scanners.clamd else { return Ok(()) };
        let size = self.file.size_bytes();
        if size > STREAM_BYTES_MAX {
            self.unscanned(Unread::File, say("unscanned.clamd_size").bytes("limit", STREAM_BYTES_MAX));
            return Ok(());
        }
        match clamd.ask(&mut &self.bytes(0, size as usize)?[..]) {
            Ok(Answer::Clean) => {}
            Ok(Answer::Found(name)) => self.found(None, None, What::Malware(printable(&name))),
            Ok(Answer::Refused(why)) => {
                self.unscanned(Unread::File, say("unscanned.clamd").text("why", &why))
            }
            Err(cause) => {
                self.unscanned(Unread::File, say("unscanned.clamd").text("why", &cause.to_string()));
            }
        }
        Ok(())
    }

    /// Searches a file that the pass has not seen.
    fn stream(&mut self) -> io::Result<()> {
        let mut reader = Whole { file: self.file, at: 0 };
        let mut member = Member::new(self.examiner, false);
        member.look(self.path, &mut reader, self.done)
    }

    /// Opens an archive.
    fn open(&mut self, head: Head) {
        if !self.may_open {
            return self.unscanned(Unread::ArchiveLimit, say("archive.all"));
        }
        let mut member = Member::new(self.examiner, true);
        let mut within = Examined::default();
        let mut look = |name: &str, stream: &mut dyn Read| member.look(name, stream, &mut within);
        let mut opener = Opener::new(&mut look);
        opener.file(self.path, head, self.file);
        self.done.archives += 1;
        self.done.unpacked_bytes += opener.unpacked_bytes();
        for note in std::mem::take(&mut opener.notes) {
            let kind = if note.limit { Unread::ArchiveLimit } else { Unread::Archive };
            self.done.unscanned.push(Unscanned { what: note.name, kind, why: note.why });
        }
        // What lies in a member that is not compressed was found in the archive too: the member says more.
        self.done.found.retain(|found| within.found.iter().all(|inner| inner.what != found.what));
        self.done.found.extend(within.found);
        self.done.unscanned.extend(within.unscanned);
    }
}

/// A file from its beginning to its end.
struct Whole<'w> {
    file: &'w Opened<'w>,
    at: u64,
}

impl Read for Whole<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.tree.read(&self.file.node, self.at, buffer.len())?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }
}

/// Looks at streams one after the other: members of archives, and files that are packed.
struct Member<'m> {
    examiner: &'m Examiner<'m>,
    /// Whether the operator's rules have not been asked about it otherwise.
    ask_rules: bool,
    buffer: Vec<u8>,
}

impl Drop for Member<'_> {
    fn drop(&mut self) {
        self.examiner.spare.buffers().push(std::mem::take(&mut self.buffer));
    }
}

impl<'m> Member<'m> {
    fn new(examiner: &'m Examiner<'m>, ask_rules: bool) -> Member<'m> {
        Member { examiner, ask_rules, buffer: examiner.spare.lend() }
    }

    /// Looks at a stream to its end. Of one that breaks off, what came until then is looked at.
    fn look(&mut self, path: &str, stream: &mut dyn Read, done: &mut Examined) -> io::Result<()> {
        let mut piece = Piece { path, from: 0, lines: 0, seen: 0, secrets: 0, has_rule: false };
        let mut filled = 0;
        let broken = loop {
            let (read, broken) = fill(stream, &mut self.buffer[filled..]);
            filled += read;
            let is_last = filled < self.buffer.len();
            piece.look(&self.buffer[..filled], is_last, done);
            if is_last {
                break broken;
            }
            // What the next hits want to see before them stays.
            let drop = filled - BEFORE_BYTES - AFTER_BYTES;
            piece.lines += lines(&self.buffer[..drop]);
            piece.from += drop as u64;
            piece.seen = BEFORE_BYTES;
            self.buffer.copy_within(drop..filled, 0);
            filled -= drop;
        };
        let scanners = self.examiner.scanners;
        if self.ask_rules && scanners.have_rules() {
            if piece.from == 0 {
                piece.scanned(scanners.scan(&self.buffer[..filled]), done);
            } else {
                let why = say("unscanned.rules").bytes("limit", AT_ONCE_BYTES as u64);
                done.unscanned.push(Unscanned { what: path.to_owned(), kind: Unread::File, why });
            }
        }
        broken
    }
}

/// Fills a buffer as far as the stream goes. Tells how far that is, and why no further if the stream is broken.
fn fill(stream: &mut dyn Read, buffer: &mut [u8]) -> (usize, io::Result<()>) {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(length) => filled += length,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return (filled, Err(cause)),
        }
    }
    (filled, Ok(()))
}

/// Where a look at a stream is.
struct Piece<'p> {
    path: &'p str,
    /// What lies before the buffer.
    from: u64,
    lines: u64,
    /// What of the buffer was looked at before.
    seen: usize,
    secrets: usize,
    has_rule: bool,
}

impl Piece<'_> {
    fn look(&mut self, buffer: &[u8], is_last: bool, done: &mut Examined) {
        // What stands near the end is looked at with the next piece, when what follows it is at hand.
        let until = if is_last { buffer.len() } else { buffer.len() - AFTER_BYTES };
        let mut asks_rules = false;
        let mut found = Vec::new();
        search(buffer, |hit| {
            let at = hit.offset as usize;
            if at < self.seen || at >= until || !may_hold(hit, buffer, at) {
                return;
            }
            match hit.sign() {
                Sign::Malware(name) => found.push((at, What::Malware(name.to_owned()))),
                Sign::Rule => asks_rules = true,
                Sign::Key(_) | Sign::Token(_) if self.secrets < SECRETS_A_FILE_MAX => {
                    if let Some(secret) = verify(hit, buffer, at) {
                        self.secrets += 1;
                        found.push((at, What::Secret(secret)));
                    }
                }
                Sign::Key(_) | Sign::Token(_) | Sign::ZipEnd => {}
            }
        });
        for (at, what) in found {
            let is_text = !buffer[..at].contains(&0);
            let line = is_text.then(|| self.lines + lines(&buffer[..at]) + 1);
            let line = line.filter(|_| matches!(what, What::Secret(_)));
            self.push(Some(self.from + at as u64), line, what, done);
        }
        if self.from == 0 {
            self.known(buffer, is_last, done);
        }
        if asks_rules && !self.has_rule {
            self.has_rule = true;
            self.scanned(scan_with_starter(buffer), done);
        }
    }

    /// What is known by its name or its first bytes.
    fn known(&mut self, buffer: &[u8], is_last: bool, done: &mut Examined) {
        let path = self.path.replace('!', "/");
        if named::is_named(path.as_bytes())
            && let Some((secret, line)) =
                named::verify(path.as_bytes(), &buffer[..buffer.len().min(NAMED_BYTES_MAX)])
        {
            self.push(None, (line > 0).then_some(line), What::Secret(secret), done);
        }
        if let (true, Some(Opens::Store(store))) = (is_last, Opens::of(buffer, buffer.len() as u64))
            && let Some(secret) = store.verify(buffer)
        {
            self.push(None, None, What::Secret(secret), done);
        }
    }

    fn scanned(&self, scan: Scan, done: &mut Examined) {
        for name in scan.names {
            self.push(None, None, What::Malware(printable(&name)), done);
        }
        if scan.cut_short {
            let unscanned =
                Unscanned { what: self.path.to_owned(), kind: Unread::File, why: say("unscanned.patience") };
            done.unscanned.push(unscanned);
        }
    }

    fn push(&self, offset: Option<u64>, line: Option<u64>, what: What, done: &mut Examined) {
        let path = Some(self.path.to_owned());
        done.found.push(Found { path, offset, line, what, is_swapped: is_memory(self.path) });
    }
}

fn lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// Whether a file holds memory that was written out.
fn is_memory(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    matches!(name.as_str(), "swapfile" | "swap.img" | "swapfile.sys" | "pagefile.sys" | "hiberfil.sys")
        || matches!(path, "/swap" | "/var/swap" | "/var/swapfile")
}
