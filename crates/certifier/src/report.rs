//! The report: what was judged, in no language yet. The same bytes under the same edition and profile give the same report,
//! byte for byte; there is no time and no machine in it.

use serde::{Deserialize, Serialize};

use crate::content::Content;
use crate::exceptions::{Granted, Idle};
use crate::facts::{Disk, Facts, Linux, VolumeFacts};
use crate::finding::{Evidence, Verdict};
use crate::linux::release::{self, Release};
use crate::phrase::{Phrase, say};
use crate::printable::printable;
use crate::profile::{Profile, Severity};
use crate::rulebook::{EDITION, Needs, rule_of};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overall {
    Certified,
    NotCertified,
    /// Nothing was found to be wrong, but something that had to be known could not be.
    CouldNotJudge,
    /// Only the container was asked about, and it is sound. No certificate.
    ContainerSound,
}

/// What one rule says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    pub id: String,
    pub severity: Severity,
    pub verdict: Verdict,
    pub reason: Phrase,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Phrase>,
    /// Why a breach is accepted, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<Granted>,
}

/// A stretch of the disk, for drawing it, or a logical volume that lies on one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// The partition's number; 0 for a disk without a table. Of a logical volume, that of the partition where it begins.
    pub number: u32,
    /// Whether it is a logical volume, which lies on partitions that are told too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_logical: bool,
    pub offset: u64,
    pub size_bytes: u64,
    /// What its table entry calls it, as a type number or GUID.
    pub kind: String,
    pub name: String,
    /// What really lies there.
    pub holds: String,
    pub is_root: bool,
}

/// The account of what was read. `allocated_bytes = scanned_bytes + the bytes of not_scanned`, always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scanned {
    /// Bytes in blocks of 4 KiB that are not all zero.
    pub allocated_bytes: u64,
    pub scanned_bytes: u64,
    pub files: u64,
    pub not_scanned: Vec<NotScanned>,
}

/// Something that was not scanned, or was scanned as bytes but not as files (then `bytes` is 0).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotScanned {
    pub what: String,
    pub bytes: u64,
    pub reason: Phrase,
}

impl Scanned {
    /// Whether every allocated byte is accounted for.
    pub fn adds_up(&self) -> bool {
        let left: u64 = self.not_scanned.iter().map(|left| left.bytes).sum();
        self.scanned_bytes.checked_add(left) == Some(self.allocated_bytes)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub verdict: Overall,
    /// What broke off the judging, if something did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_off: Option<Phrase>,
    pub rulebook: String,
    pub profile: String,
    /// What an operator's profile changes in its base.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profile_differences: Vec<String>,
    pub file_name: String,
    pub format: String,
    pub file_bytes: u64,
    /// The size of the guest's disk; 0 when there is none.
    pub size_bytes: u64,
    pub content_id: Option<String>,
    pub partitions: Vec<Stretch>,
    /// What the system on the disk calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<Release>,
    pub scanned: Option<Scanned>,
    pub rules: Vec<Judged>,
    /// Exceptions that were given and change nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub idle_exceptions: Vec<Idle>,
}

impl Report {
    /// What rules said of facts, as a whole.
    pub fn new(facts: &Facts, profile: &Profile, rules: Vec<Judged>, whole: bool) -> Report {
        let scanned = facts.content.as_ref().map(account);
        let mut report = Report {
            verdict: Overall::CouldNotJudge,
            broken_off: None,
            rulebook: EDITION.to_owned(),
            profile: profile.name.clone(),
            profile_differences: profile.differences(),
            file_name: printable(&facts.file_name),
            format: facts.container.format.to_string(),
            file_bytes: facts.container.file_bytes,
            size_bytes: facts.disk.as_ref().map_or(0, |disk| disk.size_bytes),
            content_id: facts.content.as_ref().map(|content| content.content_id.clone()),
            partitions: facts.disk.as_ref().map(stretches).unwrap_or_default(),
            system: facts.disk.as_ref().and_then(|disk| disk.linux.as_ref()).map(release),
            scanned,
            rules,
            idle_exceptions: Vec::new(),
        };
        report.verdict = report.overall(whole);
        report
    }

    /// The report of an image that could not even be read.
    pub(crate) fn unreadable(
        file_name: &str,
        file_bytes: u64,
        profile: &Profile,
        cause: &std::io::Error,
    ) -> Report {
        let cause = match crate::stored::is_not_kept(cause) {
            true => say("unreadable.not_kept"),
            false => say("unreadable.io").text("cause", &cause.to_string()),
        };
        Report::broken_off(file_name, file_bytes, profile, cause)
    }

    /// The report of an image whose judging came to no end.
    pub fn broken_off(file_name: &str, file_bytes: u64, profile: &Profile, cause: Phrase) -> Report {
        Report {
            verdict: Overall::CouldNotJudge,
            broken_off: Some(cause),
            rulebook: EDITION.to_owned(),
            profile: profile.name.clone(),
            profile_differences: profile.differences(),
            file_name: printable(file_name),
            format: String::new(),
            file_bytes,
            size_bytes: 0,
            content_id: None,
            partitions: Vec::new(),
            system: None,
            scanned: None,
            rules: Vec::new(),
            idle_exceptions: Vec::new(),
        }
    }

    /// One failure refuses. What a refusing rule could not decide is never taken for good.
    fn overall(&self, whole: bool) -> Overall {
        let open =
            |judged: &Judged| judged.verdict == Verdict::NotDecided && judged.severity == Severity::Fail;
        if self.rules.iter().any(|judged| judged.verdict == Verdict::Fail) {
            Overall::NotCertified
        } else if self.rules.iter().any(open)
            || self.scanned.as_ref().is_some_and(|scanned| !scanned.adds_up())
        {
            Overall::CouldNotJudge
        } else if whole {
            Overall::Certified
        } else {
            Overall::ContainerSound
        }
    }

    /// What the rules say by themselves, for whoever does not take the verdict on trust.
    pub fn verdict_of_its_rules(&self) -> Overall {
        if self.broken_off.is_some() {
            return Overall::CouldNotJudge;
        }
        self.overall(self.asked_beyond_the_container())
    }

    fn asked_beyond_the_container(&self) -> bool {
        let deeper = |judged: &Judged| {
            rule_of(&judged.id)
                .is_some_and(|rule| !matches!(rule.needs, Needs::File | Needs::Footer | Needs::FixedVhd))
        };
        self.rules.iter().any(deeper)
    }

    pub fn rule(&self, id: &str) -> Option<&Judged> {
        self.rules.iter().find(|judged| judged.id == id)
    }

    pub fn with_verdict(&self, verdict: Verdict) -> impl Iterator<Item = &Judged> {
        self.rules.iter().filter(move |judged| judged.verdict == verdict)
    }
}

/// What was read, and what was not. Bytes are counted where they were searched and where they were not, each by itself.
fn account(content: &Content) -> Scanned {
    let left = |what: &str, bytes: u64, reason: &Phrase| NotScanned {
        what: printable(what),
        bytes,
        reason: reason.clone(),
    };
    let sealed = content.sealed.iter().map(|(what, bytes, why)| left(what, *bytes, why));
    let is_sealed = |name: &String| content.sealed.iter().any(|(what, ..)| what == name);
    let not_walked = content.not_walked.iter().filter(|(what, _)| !is_sealed(what));
    let unscanned = content.unscanned.iter().map(|unscanned| left(&unscanned.what, 0, &unscanned.why));
    Scanned {
        allocated_bytes: content.allocated_bytes,
        scanned_bytes: content.scanned_bytes,
        files: content.files,
        not_scanned: sealed
            .chain(not_walked.map(|(what, why)| left(what, 0, why)))
            .chain(unscanned)
            .collect(),
    }
}

fn release(linux: &Linux) -> Release {
    let kernel = linux.kernel.as_ref().ok().and_then(Option::as_ref);
    let kernel = kernel.and_then(|kernel| kernel.release.as_deref()).map(printable).unwrap_or_default();
    Release { kernel, ..release::read(&linux.root) }
}

fn stretches(disk: &Disk) -> Vec<Stretch> {
    let root = disk.linux.as_ref().map(|linux| linux.partition);
    let root = root.or_else(|| disk.windows.as_ref().map(|windows| windows.partition));
    let named = |number: u32| disk.table.partitions.iter().find(|partition| partition.index == number);
    let mut stretches: Vec<Stretch> = disk
        .volumes
        .iter()
        .map(|volume| Stretch {
            number: partition_of(disk, volume),
            is_logical: volume.is_logical(),
            offset: volume.offset,
            size_bytes: volume.size_bytes,
            kind: named(volume.number).map(|partition| partition_kind(&partition.kind)).unwrap_or_default(),
            name: match &volume.name {
                Some(name) => printable(name),
                None => named(volume.number).map(|partition| printable(&partition.name)).unwrap_or_default(),
            },
            holds: volume.kind.to_string(),
            is_root: root == Some(volume.number),
        })
        .collect();
    stretches.sort_by_key(|stretch| (stretch.is_logical, stretch.offset, stretch.number));
    stretches
}

/// The number of the partition on which a volume begins.
fn partition_of(disk: &Disk, volume: &VolumeFacts) -> u32 {
    let holds = |partition: &&VolumeFacts| {
        !partition.is_logical()
            && (partition.offset..partition.offset.saturating_add(partition.size_bytes))
                .contains(&volume.offset)
    };
    match volume.is_logical() {
        true => disk.volumes.iter().find(holds).map_or(0, |partition| partition.number),
        false => volume.number,
    }
}

fn partition_kind(kind: &disk::partitions::PartitionType) -> String {
    match kind {
        disk::partitions::PartitionType::Mbr(kind) => format!("0x{kind:02x}"),
        disk::partitions::PartitionType::Gpt(guid) => guid.to_string(),
    }
}
