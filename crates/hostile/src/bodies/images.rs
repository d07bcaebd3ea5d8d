//! Whole images, and the package databases that are too large for text.

use std::sync::{Arc, LazyLock};

use certifier::certify;
use certifier::linux::root::Root;
use certifier::profile::Profile;
use certifier::progress::Silent;
use disk::read_at::ReadAt;
use disk::tree::memory::Folder;

use crate::bodies::{Body, texts};
use crate::specimen::{self, Specimen};
use crate::{report, seal};

static IMAGES: LazyLock<Vec<Specimen>> =
    LazyLock::new(|| Specimen::unpack(include_bytes!("../../specimens/images.xz"), seal::partitions));

/// All that is read of an image of a few megabytes.
const BYTES_READ_MAX: u64 = 1 << 30;

pub const CERTIFY: Body = Body {
    name: "certify",
    run: |input| {
        let Some(changed) = specimen::changed(&IMAGES, input) else { return };
        let image = Arc::new(changed);
        let judged = || certify(image.clone(), "hostile.vhd", &Profile::strict(), &Silent);
        let found = judged();
        report::check(&found);
        assert!(found.scanned.as_ref().is_none_or(|scanned| scanned.adds_up()), "bytes are missing");
        assert!(image.bytes_read() <= BYTES_READ_MAX, "{} bytes were read", image.bytes_read());
        if specimen::wants_more(input) {
            let text = |report| serde_json::to_string(report).expect("a report is data");
            assert!(text(&found) == text(&judged()), "the same image was judged twice, and otherwise");
        }
    },
    specimens: Some(|| &IMAGES),
};

/// Each is one page with the lengths of the database and its log, and then these; which store it is, follows the lengths.
static DATABASES: LazyLock<Vec<Specimen>> =
    LazyLock::new(|| Specimen::unpack(include_bytes!("../../specimens/rpm.xz"), seal::none));

pub const RPM: Body = Body {
    name: "rpm",
    run: |input| {
        let Some(changed) = specimen::changed(&DATABASES, input) else { return };
        let changed: Arc<dyn ReadAt> = Arc::new(changed);
        let mut store = [0; 1];
        changed.read_exact_at(12, &mut store).expect("specimens have a first page");
        let name = ["rpmdb.sqlite", "Packages.db", "Packages"][usize::from(store[0]) % 3];
        let parts = specimen::parts(&changed);
        let mut files = Folder::empty();
        for (part, ending) in parts.iter().zip(["", "-wal"]) {
            files.add(&format!("/var/lib/rpm/{name}{ending}"), &specimen::whole(part));
        }
        texts::read_packages(&Root::of(files));
    },
    specimens: Some(|| &DATABASES),
};
