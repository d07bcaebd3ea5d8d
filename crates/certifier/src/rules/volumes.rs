//! P04 to P06, P09 and P10: what the volumes hold, and in which state.

use disk::partitions::Guid;
use disk::signature::Volume;
use disk::tree::Condition;

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided, unreadable};
use crate::linux::mounts::{self, FSTAB};
use crate::linux::root::settings;
use crate::phrase::{Phrase, quote, say};
use crate::profile::Thresholds;
use crate::volumes::VolumeFacts;

/// What a system disk keeps on its root filesystem.
const KEPT_TOGETHER: [&str; 3] = ["/usr", "/var", "/home"];
/// Kinds of filesystem that lie on no disk of the machine.
const ELSEWHERE: [&str; 8] = ["tmpfs", "nfs", "nfs4", "cifs", "overlay", "9p", "virtiofs", "none"];

const MBR_LVM: u8 = 0x8e;
const MBR_RAID: u8 = 0xfd;

pub fn one_root(facts: &Facts, _: &Thresholds) -> Look {
    let (disk, linux) = (facts.disk()?, facts.linux()?);
    let mut evidence = Vec::new();
    for volume in &disk.volumes {
        let own = usize::from(volume.number == linux.partition);
        for _ in mounts::roots(volume).iter().skip(own) {
            let found = say("P04.another").phrase("volume", volume.called());
            evidence.push(Evidence::full(found).offset(volume.offset).expected(say("P04.one")));
        }
    }
    let fstab = linux.root.text(FSTAB)?.unwrap_or_default();
    let mounts: Vec<(u64, &str, Vec<&str>)> =
        settings(&fstab).map(|(number, line)| (number, line, line.split_whitespace().collect())).collect();
    let root_device =
        mounts.iter().find(|(.., fields)| fields.get(1) == Some(&"/")).map(|(.., fields)| fields[0]);
    for (number, line, fields) in &mounts {
        let &[device, at, kind, ..] = &fields[..] else { continue };
        let is_apart = KEPT_TOGETHER.contains(&at.trim_end_matches('/'))
            && !ELSEWHERE.contains(&kind)
            && Some(device) != root_device;
        if is_apart {
            evidence.push(Evidence::light(quote(line)).at(FSTAB).line(*number).expected(say("P04.together")));
        }
    }
    Ok(Outcome::of(evidence, say("P04.broken"), say("P04.holds")))
}

pub fn no_layers(facts: &Facts, _: &Thresholds) -> Look {
    let disk = facts.disk()?;
    let mut evidence: Vec<Evidence> = disk
        .volumes
        .iter()
        .filter(|volume| matches!(volume.kind, Volume::LvmPhysicalVolume | Volume::MdRaid))
        .map(|volume| holds("P05.holds_kind", volume, "P05.expected"))
        .collect();
    for partition in &disk.table.partitions {
        let is_marked = partition.is_gpt(Guid::LINUX_LVM)
            || partition.is_gpt(Guid::LINUX_RAID)
            || partition.is_mbr(MBR_LVM)
            || partition.is_mbr(MBR_RAID);
        let told = |volume: &VolumeFacts| matches!(volume.kind, Volume::LvmPhysicalVolume | Volume::MdRaid);
        if is_marked && !disk.volume(partition.index).is_some_and(told) {
            let found = say("P05.marked").count("number", partition.index.into());
            let offset = partition.range().map_or(0, |(offset, _)| offset);
            evidence.push(Evidence::full(found).offset(offset).expected(say("P05.expected")));
        }
    }
    Ok(Outcome::of(evidence, say("P05.broken"), say("P05.holds")))
}

/// Evidence that a volume is of its kind. The keys are passed so that they stand as literals where they are said.
fn holds(found: &'static str, volume: &VolumeFacts, expected: &'static str) -> Evidence {
    let found = say(found).phrase("volume", volume.called()).text("kind", &volume.kind.to_string());
    Evidence::full(found).offset(volume.offset).expected(say(expected))
}

pub fn not_encrypted(facts: &Facts, _: &Thresholds) -> Look {
    let disk = facts.disk()?;
    let mut evidence: Vec<Evidence> = disk
        .volumes
        .iter()
        .filter(|volume| volume.kind.is_encrypted())
        .map(|volume| holds("P06.holds_kind", volume, "P06.expected"))
        .collect();
    // A header kept elsewhere leaves nothing to recognise but the type.
    for partition in disk.table.partitions.iter().filter(|partition| partition.is_gpt(Guid::LINUX_LUKS)) {
        if disk.volume(partition.index).is_some_and(|volume| volume.kind == Volume::Unknown) {
            let found = say("P06.marked").count("number", partition.index.into());
            let offset = partition.range().map_or(0, |(offset, _)| offset);
            evidence.push(Evidence::full(found).offset(offset).expected(say("P06.expected")));
        }
    }
    Ok(Outcome::of(evidence, say("P06.broken"), say("P06.holds")))
}

pub fn sound(facts: &Facts, _: &Thresholds) -> Look {
    let disk = facts.disk()?;
    let mut evidence = Vec::new();
    let (mut count, mut open) = (0, None);
    for volume in &disk.volumes {
        let condition = match &volume.tree {
            None => continue,
            Some(Ok(tree)) => tree.condition().map_err(|cause| unreadable(&cause)),
            Some(Err(why)) => Err(why.clone()),
        };
        count += 1;
        let said = |phrase: Phrase| phrase.phrase("volume", volume.called());
        let found = match condition {
            Ok(Condition::Clean) => continue,
            Ok(Condition::InUse) => Evidence::light(said(say("P09.in_use"))),
            Ok(Condition::Replayed) => Evidence::light(said(say("P09.replayed"))),
            Ok(Condition::NotReplayed) => Evidence::full(said(say("P09.not_replayed"))),
            Ok(Condition::Damaged) => Evidence::full(said(say("P09.damaged"))),
            Err(why) if why.key == "unreadable.damaged" => {
                Evidence::full(said(say("P09.unreadable")).phrase("why", why))
            }
            Err(why) => {
                open = open.or(Some(said(say("P09.not_told")).phrase("why", why)));
                continue;
            }
        };
        evidence.push(found.offset(volume.offset).expected(say("P09.expected")));
    }
    match open {
        Some(why) if evidence.is_empty() => Err(Undecided(why)),
        _ => Ok(Outcome::of(evidence, say("P09.broken"), say("P09.holds").count("count", count))),
    }
}

pub fn nothing_left_over(facts: &Facts, _: &Thresholds) -> Look {
    let disk = facts.disk()?;
    let content = facts.content.as_ref().ok_or_else(|| Undecided(say("undecided.not_looked")))?;
    let leftovers = &content.leftovers;
    let evidence: Vec<Evidence> = leftovers
        .found
        .iter()
        .map(|left| {
            let found = say("P10.found").bytes("size", left.bytes).phrase("place", left.owner.called(disk));
            Evidence::full(found).offset(left.first).expected(say("zeros"))
        })
        .collect();
    if let (true, Some((number, why))) = (evidence.is_empty(), leftovers.not_told.first()) {
        let volume = disk.volume(*number).map_or_else(|| say("volume.disk"), VolumeFacts::called);
        return Err(Undecided(say("P10.not_told").phrase("volume", volume).phrase("why", why.clone())));
    }
    let bytes = leftovers.found.iter().map(|left| left.bytes).sum();
    Ok(Outcome::of(evidence, say("P10.broken").bytes("size", bytes), say("P10.holds")))
}
