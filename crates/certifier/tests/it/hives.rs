//! Registry hives for specimens, written by hivex's own tools from a text that says what is in them.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::sync::{LazyLock, Mutex};

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
    pub fn new() -> Bin {
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
    let mut bin = Bin::new();
    let root = bin.key("ROOT", (0, NOWHERE), (0, NOWHERE), 0x0c);
    let mut security = vec![0; 20];
    security[..2].copy_from_slice(b"sk");
    let at = bin.bytes.len() as u32;
    for (place, number) in [(4, at), (8, at), (12, 1), (16, 20)] {
        security[place..place + 4].copy_from_slice(&u32::to_le_bytes(number));
    }
    security.extend([1, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bin.cell(&security);
    let root_at = root as usize + 4 + 44;
    bin.bytes[root_at..root_at + 4].copy_from_slice(&at.to_le_bytes());
    bin.hive(root)
}
