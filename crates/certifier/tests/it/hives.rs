//! Registry hives for specimens, written by hivex's own tools from a text that says what is in them.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::sync::{LazyLock, Mutex};

use certifier::windows::hive::marvin;

/// Keys with their values, as they are to be written. Parents come into being by themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hive {
    /// By path below the root; each value is its type and its bytes.
    pub keys: BTreeMap<String, BTreeMap<String, (u32, Vec<u8>)>>,
}

pub fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

/// `dword:1`, `text:…`, `texts:a;b` or `hex:00 ff`; a type of its own before it: `3e9/hex:`.
fn data(text: &str) -> (u32, Vec<u8>) {
    let (kind, value) = text.split_once(':').unwrap_or_else(|| panic!("no type: {text}"));
    let hex = |value: &str| {
        let words = value.split_whitespace();
        words.map(|word| u8::from_str_radix(word, 16).expect("two digits")).collect::<Vec<u8>>()
    };
    match kind {
        "dword" => (4, value.parse::<u32>().expect("a number").to_le_bytes().into()),
        "text" => (1, utf16(value)),
        "texts" => {
            let texts: String = value.split(';').map(|text| format!("{text}\0")).collect();
            (7, utf16(&texts))
        }
        "hex" => (3, hex(value)),
        other => {
            let kind = other.strip_suffix("/hex").unwrap_or_else(|| panic!("no type: {text}"));
            (u32::from_str_radix(kind, 16).expect("a type"), hex(value))
        }
    }
}

impl Hive {
    /// Reads `[Key\Path]` and `name = type:value` lines; `@` is a key's default value.
    pub fn of(text: &str) -> Hive {
        let mut hive = Hive::default();
        let mut key = String::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(path) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                key = path.to_owned();
                hive.keys.entry(key.clone()).or_default();
            } else {
                let (name, value) = line.split_once(" = ").unwrap_or_else(|| panic!("no value: {line}"));
                hive.set(&key, name, value);
            }
        }
        hive
    }

    pub fn set(&mut self, key: &str, name: &str, value: &str) {
        let name = if name == "@" { "" } else { name };
        self.keys.entry(key.to_owned()).or_default().insert(name.to_owned(), data(value));
    }

    /// Takes a value away; with no name, the key and all below it.
    pub fn remove(&mut self, key: &str, name: &str) {
        if name.is_empty() {
            let below = format!("{key}\\");
            let count = self.keys.len();
            self.keys.retain(|path, _| path != key && !path.starts_with(&below));
            assert_ne!(self.keys.len(), count, "{key} was there");
            return;
        }
        let removed = self.keys.get_mut(key).and_then(|values| values.remove(name));
        assert!(removed.is_some(), "{key}\\{name} was there");
    }

    /// All keys, those above the ones that were named too.
    pub fn complete(&self) -> Hive {
        let mut all = self.clone();
        for path in self.keys.keys() {
            for (at, _) in path.match_indices('\\') {
                all.keys.entry(path[..at].to_owned()).or_default();
            }
        }
        all
    }

    fn written_out(&self) -> String {
        let mut text = String::from("Windows Registry Editor Version 5.00\n");
        let mut keys: Vec<_> = self.complete().keys.into_iter().collect();
        // A parent has a shorter path than what is below it.
        keys.sort_by_key(|(path, _)| (path.matches('\\').count(), path.clone()));
        for (path, values) in keys {
            write!(text, "\n[\\{path}]\n").expect("a string takes everything");
            for (name, (kind, bytes)) in values {
                let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                let name = if name.is_empty() { "@".to_owned() } else { format!("\"{name}\"") };
                writeln!(text, "{name}=hex({kind:x}):{}", bytes.join(","))
                    .expect("a string takes everything");
            }
        }
        text
    }

    /// The hive as hivex writes it.
    pub fn bytes(&self) -> Vec<u8> {
        /// Most specimens change one hive of several, or none.
        static WRITTEN: LazyLock<Mutex<HashMap<String, Vec<u8>>>> = LazyLock::new(Mutex::default);
        let text = self.written_out();
        if let Some(bytes) = WRITTEN.lock().expect("no test panics while it holds the lock").get(&text) {
            return bytes.clone();
        }
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
        let (hive, reg) = (folder.path().join("hive"), folder.path().join("hive.reg"));
        fs::write(&hive, empty()).expect("room for a hive");
        fs::write(&reg, &text).expect("room for a text");
        let output = Command::new("hivexregedit").arg("--merge").arg(&hive).arg(&reg).output();
        let output = output.expect("hivexregedit starts (libwin-hivex-perl is needed)");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let bytes = fs::read(&hive).expect("it was just written");
        WRITTEN.lock().expect("no test panics while it holds the lock").insert(text, bytes.clone());
        bytes
    }
}

/// Cells in one bin, for what hivex does not write.
pub struct Bin {
    pub bytes: Vec<u8>,
}

pub const NOWHERE: u32 = u32::MAX;

impl Bin {
    pub fn empty() -> Bin {
        Bin { bytes: vec![0; 32] }
    }

    /// Adds a cell in use, and says where.
    pub fn cell(&mut self, content: &[u8]) -> u32 {
        let at = self.bytes.len();
        let size = (content.len() + 4).next_multiple_of(8);
        self.bytes.extend((-(size as i32)).to_le_bytes());
        self.bytes.extend(content);
        self.bytes.resize(at + size, 0);
        at as u32
    }

    /// Writes a number into a cell that is there.
    pub fn put(&mut self, cell: u32, place: usize, number: u32) {
        let at = cell as usize + 4 + place;
        self.bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }

    /// A key: its subkeys (how many, where), its values (how many, where), its flags.
    pub fn key(&mut self, name: &str, subkeys: (u32, u32), values: (u32, u32), flags: u16) -> u32 {
        let mut key = vec![0; 76];
        key[..2].copy_from_slice(b"nk");
        key[2..4].copy_from_slice(&(flags | 0x20).to_le_bytes());
        for (at, number) in
            [(16, NOWHERE), (20, subkeys.0), (28, subkeys.1), (32, NOWHERE), (36, values.0), (40, values.1)]
        {
            key[at..at + 4].copy_from_slice(&u32::to_le_bytes(number));
        }
        key[44..52].fill(0xff);
        key[72] = name.len() as u8;
        key.extend(name.bytes());
        self.cell(&key)
    }

    /// The hive with this bin alone.
    pub fn hive(mut self, root: u32) -> Vec<u8> {
        let used = self.bytes.len();
        let size = (used + 8).next_multiple_of(4096);
        self.bytes.resize(size, 0);
        self.bytes[used..used + 4].copy_from_slice(&((size - used) as i32).to_le_bytes());
        self.bytes[..4].copy_from_slice(b"hbin");
        self.bytes[8..12].copy_from_slice(&(size as u32).to_le_bytes());
        let mut hive = vec![0; 4096];
        hive[..4].copy_from_slice(b"regf");
        for (at, number) in
            [(4, 1_u32), (8, 1), (20, 1), (24, 5), (28, 0), (32, 1), (36, root), (40, size as u32), (44, 1)]
        {
            hive[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        seal(&mut hive);
        hive.extend(self.bytes);
        hive
    }
}

/// Makes the checksum of a base block good.
pub fn seal(base: &mut [u8]) {
    let words = base[..508].chunks_exact(4);
    let sum = words.fold(0, |sum, word| sum ^ u32::from_le_bytes(word.try_into().expect("four bytes")));
    base[508..512].copy_from_slice(&sum.to_le_bytes());
}

/// A hive with nothing but its root and who may do what with it.
pub fn empty() -> Vec<u8> {
    let mut bin = Bin::empty();
    let root = bin.key("ROOT", (0, NOWHERE), (0, NOWHERE), 0x0c);
    let mut security = vec![0; 20];
    security[..2].copy_from_slice(b"sk");
    let at = bin.bytes.len() as u32;
    for (place, number) in [(4, at), (8, at), (12, 1), (16, 20)] {
        security[place..place + 4].copy_from_slice(&u32::to_le_bytes(number));
    }
    security.extend([1, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bin.cell(&security);
    bin.put(root, 44, at);
    bin.hive(root)
}

/// A hive with all that a hive of Windows has: many keys, long values, names beyond ASCII.
pub fn everything() -> Hive {
    let mut model = Hive::of(
        "[Select]
         Current = dword:1
         [ControlSet001\\Control\\Terminal Server]
         fDenyTSConnections = dword:0
         @ = text:a default
         [Types]
         text = text:naïve ☃ 𝄞
         texts = texts:one;two
         bytes = hex:00 01 02 03 04
         short = hex:ff
         none = 0/hex:
         odd = 3e9/hex:aa
         long = b/hex:01 00 00 00 00 00 00 80
         backwards = 5/hex:00 00 01 00
         [Types\\Größe]
         Länge = dword:2
         [Types\\ключ ☃]
         𝄞 = dword:3",
    );
    for number in 0..700 {
        model.set(&format!("Many\\Key {number:04}"), "number", &format!("dword:{number}"));
        model.set("Values", &format!("value {number:04}"), "dword:7");
    }
    let long: Vec<String> = (0..9000_u32).map(|number| format!("{:02x}", number % 251)).collect();
    model.set("Types", "longest", &format!("hex:{}", long.join(" ")));
    model.keys.insert(String::new(), BTreeMap::new());
    model
}

/// A list of keys, without marks of their names.
pub fn list(kind: &[u8; 2], count: u16, places: &[u32]) -> Vec<u8> {
    let places = places.iter().flat_map(|at| at.to_le_bytes());
    kind.iter().copied().chain(count.to_le_bytes()).chain(places).collect()
}

/// A hive whose one value, `x` of its root, is longer than a cell, and what it holds.
pub fn in_segments() -> (Vec<u8>, Vec<u8>) {
    let whole: Vec<u8> = (0..40_000_u32).map(|number| (number % 251) as u8).collect();
    let mut bin = Bin::empty();
    let root = bin.key("ROOT", (0, NOWHERE), (1, NOWHERE), 0x0c);
    let segments: Vec<u32> = whole.chunks(16_344).map(|segment| bin.cell(segment)).collect();
    let list = bin.cell(&segments.iter().flat_map(|at| at.to_le_bytes()).collect::<Vec<u8>>());
    let head = [&b"db"[..], &3_u16.to_le_bytes(), &list.to_le_bytes(), &[0; 4]].concat();
    let data = bin.cell(&head);
    let mut value = b"vk\x01\0".to_vec();
    value.extend([40_000_u32, data, 3, 1].iter().flat_map(|number| number.to_le_bytes()));
    value.push(b'x');
    let value = bin.cell(&value);
    let values = bin.cell(&value.to_le_bytes());
    bin.put(root, 40, values);
    (bin.hive(root), whole)
}

/// A base block of its own for a hive or a log: sequence numbers, kind, size.
pub fn base(of: &[u8], sequences: (u32, u32), kind: u32) -> Vec<u8> {
    let mut base = of[..512].to_vec();
    for (at, number) in [(4, sequences.0), (8, sequences.1), (28, kind)] {
        base[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
    seal(&mut base);
    base
}

/// A hive with another base block.
pub fn with_base(hive: &[u8], base: &[u8]) -> Vec<u8> {
    let mut hive = hive.to_vec();
    hive[..512].copy_from_slice(base);
    hive
}

/// The pages of the bins in which two hives differ; those that only the second has are among them.
fn changes<'a>(from: &[u8], to: &'a [u8], page: usize) -> Vec<(usize, &'a [u8])> {
    let pages = to[4096..].chunks(page).enumerate();
    let differs = |(number, bytes): &(usize, &[u8])| {
        from.get(4096 + number * page..4096 + (number + 1) * page) != Some(*bytes)
    };
    pages.filter(differs).map(|(number, bytes)| (number * page, bytes)).collect()
}

/// An entry of a log that turns one hive into another.
pub fn entry(from: &[u8], to: &[u8], sequence: u32) -> Vec<u8> {
    let pages = changes(from, to, 4096);
    let mut entry = vec![0; 40];
    entry[..4].copy_from_slice(b"HvLE");
    for (offset, bytes) in &pages {
        entry.extend([*offset as u32, bytes.len() as u32].iter().flat_map(|number| number.to_le_bytes()));
    }
    for (_, bytes) in &pages {
        entry.extend(*bytes);
    }
    entry.resize(entry.len().next_multiple_of(512), 0);
    let size = entry.len() as u32;
    for (at, number) in [(4, size), (12, sequence), (16, (to.len() - 4096) as u32), (20, pages.len() as u32)]
    {
        entry[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
    seal_entry(&mut entry);
    entry
}

/// Makes the checksums of a log's entry good.
pub fn seal_entry(entry: &mut [u8]) {
    let hash = marvin::of_log(&entry[40..]);
    entry[24..32].copy_from_slice(&hash.to_le_bytes());
    let hash = marvin::of_log(&entry[..32]);
    entry[32..40].copy_from_slice(&hash.to_le_bytes());
}

/// The log of an older Windows that turns one hive into another.
pub fn old_log(from: &[u8], to: &[u8]) -> Vec<u8> {
    let pages = changes(from, to, 512);
    let mut map = vec![0; (to.len() - 4096) / 512 / 8];
    for (offset, _) in &pages {
        map[offset / 512 / 8] |= 1 << (offset / 512 % 8);
    }
    let mut log = [base(to, (9, 9), 1), b"DIRT".to_vec(), map].concat();
    // Both were last written at the same time, which is what makes the log this hive's.
    log[12..20].copy_from_slice(&from[12..20]);
    seal(&mut log);
    log.resize(log.len().next_multiple_of(512), 0);
    log.extend(pages.iter().flat_map(|(_, bytes)| bytes.iter()));
    log
}

/// Three states of one hive, each larger than the one before.
pub fn states() -> [Vec<u8>; 3] {
    static STATES: LazyLock<[Vec<u8>; 3]> = LazyLock::new(build_states);
    STATES.clone()
}

fn build_states() -> [Vec<u8>; 3] {
    let first = Hive::of("[A]\nx = dword:1");
    let mut second = first.clone();
    second.set("A", "x", "dword:2");
    let mut third = second.clone();
    for number in 0..200 {
        third.set(&format!("B\\{number}"), "y", "text:a longer text to fill a page");
    }
    [first.bytes(), second.bytes(), third.bytes()]
}
