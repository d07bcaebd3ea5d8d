//! What every report must keep to, whatever the image said.

use std::sync::Arc;

use certifier::facts::{self, Disk, Facts, Linux, VolumeFacts};
use certifier::formats::{html, junit, sarif};
use certifier::linux::entries::{self, BootFolder};
use certifier::linux::root::Root;
use certifier::linux::{accounts, boot, kernel, mounts, sshd};
use certifier::packages::{self, distribution};
use certifier::profile::Profile;
use certifier::report::Report;
use certifier::stored::Origin;
use certifier::volumes::Places;
use certifier::windows::system::Windows;
use certifier::words::Language;
use certifier::{rulebook, text};
use disk::partitions;
use disk::read_at::ReadAt;
use disk::signature::Volume;

/// The facts of a disk of nothing but these files.
pub fn facts_of(root: Root) -> Facts {
    let nothing: Arc<dyn ReadAt> = Arc::new(vec![0_u8; 4096]);
    let origin = Origin::Disk(nothing.clone());
    let mut facts = facts::of_container(&nothing, "hostile.vhd").expect("memory can be read");
    let table = partitions::audit(&nothing).expect("memory can be read");
    let volume = VolumeFacts {
        number: 1,
        name: None,
        offset: 0,
        size_bytes: 4096,
        kind: Volume::Ext4,
        places: Some(Places::at(0, 4096)),
        tree: Some(Ok(root.shared())),
    };
    let windows = Windows::is_on(&root).then(|| Windows::read(1, root.clone(), &[(1, root.clone())]));
    let volumes = vec![volume];
    let linux = mounts::roots(&volumes[0]).into_iter().next().map(|root| {
        let root = mounts::mounted(root.clone(), &volumes[0], &volumes, &table).unwrap_or(root);
        let folders = BootFolder::of_root(&root);
        let entry = entries::default_entry(&folders);
        let kernel = match &entry {
            Ok(Some((entry, folder))) => kernel::read(&origin, &root, entry, folder).map(Some),
            Ok(None) => Ok(None),
            Err(cause) => Err(cause.clone()),
        };
        Linux {
            partition: 1,
            distribution: distribution::read(&root),
            packages: packages::of_system(&root),
            accounts: accounts::read(&root),
            sshd: sshd::read(&root),
            boot: boot::read(&root),
            entry,
            kernel,
            root,
        }
    });
    facts.disk = Some(Disk { size_bytes: 4096, table, volumes, unallocated: Vec::new(), linux, windows });
    facts
}

/// Judges facts by all rules, and looks at what is written of it.
pub fn judge(facts: &Facts) {
    let profile = Profile::strict();
    let report = Report::new(facts, &profile, rulebook::judge(facts, &profile, |_| true), true);
    check(&report);
}

/// Asserts that nothing in a report acts on the terminal or the page that shows it.
pub fn check(report: &Report) {
    is_plain(&text::write(report, Language::En, false));
    // Writing takes longer than judging, so all other forms take turns.
    let turn = report.rules.iter().map(|judged| judged.evidence.len()).sum::<usize>();
    match turn % 8 {
        0 => is_plain(&text::write(report, Language::Fr, false)),
        1 => is_plain(&junit::write(report, Language::Fr)),
        2 => is_plain(&html::write(report, Language::En)),
        3 => is_plain(&sarif::write(report, None, Language::Fr)),
        _ => {}
    }
}

/// Asserts that a text moves no cursor and turns no line around.
#[track_caller]
pub fn is_plain(text: &str) {
    let acts = |c: char| {
        c.is_control() && c != '\n' && c != '\t'
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if let Some(at) = text.find(acts) {
        let around: String = text[at..].chars().take(40).collect();
        panic!("{around:?} acts on who reads it");
    }
}
