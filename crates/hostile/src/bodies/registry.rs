//! Registry hives with their logs, and what Windows keeps in them.

use std::sync::{Arc, LazyLock};

use certifier::linux::root::Root;
use certifier::windows::hive::{Hive, Key};
use certifier::windows::registry::Registry;
use certifier::windows::sam;
use disk::read_at::{ReadAt, Window};
use disk::tree::memory::Folder;

use crate::bodies::Body;
use crate::report;
use crate::seal;
use crate::specimen::{self, Specimen};

/// How many keys and values of a hive are read.
const KEYS_MAX: usize = 300;

/// Each is one page that says how long hive and logs are, and then these, each from a page on.
static HIVES: LazyLock<Vec<Specimen>> =
    LazyLock::new(|| Specimen::unpack(include_bytes!("../../specimens/hives.xz"), seal::hives));

pub const HIVE: Body = Body {
    name: "hives",
    run: |input| {
        let Some(changed) = specimen::changed(&HIVES, input) else { return };
        let changed: Arc<dyn ReadAt> = Arc::new(changed);
        let parts = specimen::parts(&changed);
        let logs: Vec<&dyn ReadAt> = parts[1..].iter().map(|log| log as &dyn ReadAt).collect();
        if let Ok(hive) = Hive::open(Box::new(parts[0].clone()), &logs) {
            walk(&hive);
        }
        if specimen::wants_more(input) {
            judge(&parts);
        }
    },
    specimens: Some(|| &HIVES),
};

fn walk(hive: &Hive) {
    let mut keys: Vec<(String, Key)> = Vec::new();
    let _ = hive.walk(&mut |path, key| {
        if keys.len() < KEYS_MAX {
            keys.push((path.to_owned(), key.clone()));
        }
    });
    for (path, key) in &keys {
        let _ = (hive.key(path), hive.subkeys(key), hive.class(key));
        for value in hive.values(key).unwrap_or_default().iter().take(16) {
            if let Ok(bytes) = hive.bytes(value) {
                assert_eq!(bytes.len(), value.length);
            }
            let _ = (hive.data(value), hive.value(key, &value.name));
        }
    }
}

/// Lets the hive stand for each of those that a system has.
fn judge(parts: &[Window]) {
    let mut files = Folder::empty();
    for name in ["SYSTEM", "SOFTWARE", "SAM", "BCD"] {
        let path =
            if name == "BCD" { "/Boot/BCD".to_owned() } else { format!("/Windows/System32/config/{name}") };
        for (part, ending) in parts.iter().zip(["", ".LOG1", ".LOG2"]) {
            files.add(&format!("{path}{ending}"), &specimen::whole(part));
        }
    }
    let root = Root::of(files);
    if let Ok(Some(registry)) = Registry::open(&root, "/Windows/System32/config/SAM", r"HKLM\SAM") {
        let _ = sam::accounts(&registry);
    }
    report::judge(&report::facts_of(root));
}
