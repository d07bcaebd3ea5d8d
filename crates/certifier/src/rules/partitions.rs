//! P: the partition table and what lies in the partitions.

use disk::partitions::{Fault, GptCopy, Guid, PartitionType, SECTOR_BYTES, Scheme, What};
use disk::signature::Volume;

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome};
use crate::phrase::{Phrase, quote, say};
use crate::profile::Thresholds;

/// The most partitions that every platform reads.
const PARTITIONS_USUAL_MAX: usize = 128;

const MBR_SWAP: u8 = 0x82;

pub fn table(facts: &Facts, _: &Thresholds) -> Look {
    let table = &facts.disk()?.table;
    if table.scheme == Scheme::None {
        return Ok(Outcome::broken(say("P01.none"), Evidence::full(say("P01.none")).offset(0)));
    }
    let evidence = table.faults.iter().filter_map(table_fault).collect();
    let count = table.partitions.len() as u64;
    let name = match table.scheme {
        Scheme::Gpt | Scheme::HybridMbr => "GPT",
        Scheme::Mbr | Scheme::None => "MBR",
    };
    Ok(Outcome::of(evidence, say("P01.broken"), say("P01.holds").text("scheme", name).count("count", count)))
}

/// What is wrong with the tables themselves. Where partitions lie is rule P08's affair.
fn table_fault(fault: &Fault) -> Option<Evidence> {
    let sector = |phrase: Phrase, lba: u64| Evidence::full(phrase).offset(lba.saturating_mul(SECTOR_BYTES));
    Some(match *fault {
        Fault::SectorSize(size) => Evidence::full(say("P01.sector_size").bytes("size", size.into())),
        Fault::Gpt(copy, what) => {
            let phrase = gpt_fault(what).phrase(
                "copy",
                match copy {
                    GptCopy::Primary => say("P01.primary"),
                    GptCopy::Backup => say("P01.backup"),
                },
            );
            if copy == GptCopy::Primary { Evidence::full(phrase) } else { Evidence::light(phrase) }
        }
        Fault::BackupMisplaced { found_lba, expected_lba } => Evidence::light(say("P01.misplaced"))
            .offset(found_lba.saturating_mul(SECTOR_BYTES))
            .expected(say("P01.at_sector").count("sector", expected_lba)),
        Fault::CopiesDiffer => Evidence::light(say("P01.differ")),
        Fault::NotProtected => Evidence::full(say("P01.not_protected")).offset(0),
        Fault::OnlyInMbr { index } => Evidence::full(say("P01.only_in_mbr").count("number", index.into())),
        Fault::ExtendedLoop { lba } => sector(say("P01.extended_loop"), lba),
        Fault::ExtendedDamaged { lba } => sector(say("P01.extended_damaged"), lba),
        Fault::TooManyEntries { claimed } => Evidence::full(say("P01.too_many").count("count", claimed)),
        _ => return None,
    })
}

fn gpt_fault(what: What) -> Phrase {
    match what {
        What::Missing => say("P01.missing"),
        What::HeaderSize(size) => say("P01.header_size").count("size", size.into()),
        What::HeaderChecksum => say("P01.header_checksum"),
        What::HeaderLba(lba) => say("P01.header_lba").count("lba", lba),
        What::EntrySize(size) => say("P01.entry_size").count("size", size.into()),
        What::TooManyEntries(count) => say("P01.entries").count("count", count.into()),
        What::EntriesOutside => say("P01.entries_outside"),
        What::EntriesChecksum => say("P01.entries_checksum"),
    }
}

pub fn first_mib(facts: &Facts, thresholds: &Thresholds) -> Look {
    let table = &facts.disk()?.table;
    let least = thresholds.first_partition_lba_min;
    let mut evidence: Vec<Evidence> = table
        .partitions
        .iter()
        .filter(|partition| partition.first_lba < least)
        .map(|partition| {
            let found = say("P02.starts")
                .count("number", partition.index.into())
                .count("sector", partition.first_lba);
            Evidence::full(found)
                .offset(partition.first_lba.saturating_mul(SECTOR_BYTES))
                .expected(say("P02.expected").count("sector", least))
        })
        .collect();
    // On an MBR disk the boot loader itself lives between the table and the first partition.
    let is_gpt = matches!(table.scheme, Scheme::Gpt | Scheme::HybridMbr);
    if is_gpt && table.gap.nonzero_bytes > 0 {
        let found = say("P02.data").count("count", table.gap.nonzero_bytes);
        evidence.push(Evidence::full(found).offset(table.gap.from).expected(say("zeros")));
    }
    Ok(Outcome::of(evidence, say("P02.broken"), say("P02.holds")))
}

pub fn no_swap(facts: &Facts, _: &Thresholds) -> Look {
    let disk = facts.disk()?;
    let mut evidence = Vec::new();
    let mut first: Option<(u64, u64)> = None;
    for partition in &disk.table.partitions {
        let holds_swap = disk.volume(partition.index).is_some_and(|volume| volume.kind == Volume::Swap);
        let is_marked = partition.is_gpt(Guid::LINUX_SWAP) || partition.is_mbr(MBR_SWAP);
        if !holds_swap && !is_marked {
            continue;
        }
        let (offset, length) = partition.range().unwrap_or((0, 0));
        first.get_or_insert((partition.index.into(), length));
        let kind = match partition.kind {
            PartitionType::Mbr(kind) => format!("0x{kind:02x}"),
            PartitionType::Gpt(guid) => guid.to_string(),
        };
        let found =
            if holds_swap { say("P03.signature") } else { say("P03.type").phrase("type", quote(&kind)) };
        let found = found.count("number", partition.index.into()).bytes("size", length);
        evidence.push(Evidence::full(found).offset(offset).expected(say("P03.expected")));
    }
    if let Some(volume) = disk.volumes.iter().find(|volume| volume.number == 0 && volume.kind == Volume::Swap)
    {
        first.get_or_insert((0, volume.size_bytes));
        evidence.push(Evidence::full(say("P03.whole")).offset(0));
    }
    let (number, size) = first.unwrap_or((0, 0));
    Ok(Outcome::of(evidence, say("P03.broken").count("number", number).bytes("size", size), say("P03.holds")))
}

pub fn boots(facts: &Facts, thresholds: &Thresholds) -> Look {
    let table = &facts.disk()?.table;
    let is_gpt = matches!(table.scheme, Scheme::Gpt | Scheme::HybridMbr);
    let bios = table.boot_code && (table.bios_boot().is_some() || !is_gpt && table.active().is_some());
    let uefi = table.efi_system().is_some();
    let good = match thresholds.generation {
        1 => bios,
        2 => uefi,
        _ => bios || uefi,
    };
    let ways = match (bios, uefi) {
        (true, true) => say("P07.both"),
        (true, false) => say("P07.bios"),
        (false, true) => say("P07.uefi"),
        (false, false) => say("P07.neither"),
    };
    if good {
        return Ok(Outcome::holds(say("P07.holds").phrase("ways", ways)));
    }
    let expected = match thresholds.generation {
        1 => say("P07.bios"),
        2 => say("P07.uefi"),
        _ => say("P07.either"),
    };
    let evidence = Evidence::full(ways.clone()).expected(expected);
    Ok(Outcome::broken(say("P07.broken").phrase("ways", ways), evidence))
}

pub fn inside(facts: &Facts, _: &Thresholds) -> Look {
    let table = &facts.disk()?.table;
    let numbered = |phrase: Phrase, index: u32| Evidence::full(phrase.count("number", index.into()));
    let mut evidence: Vec<Evidence> = table
        .faults
        .iter()
        .filter_map(|fault| {
            Some(match *fault {
                Fault::EndsBeforeItStarts { index } => numbered(say("P08.backwards"), index),
                Fault::PastTheEnd { index } => numbered(say("P08.past_the_end"), index),
                Fault::OutsideUsable { index } => numbered(say("P08.outside_usable"), index),
                Fault::OutsideExtended { index } => numbered(say("P08.outside_extended"), index),
                Fault::Overlap { one, other } => {
                    numbered(say("P08.overlap").count("other", other.into()), one)
                }
                _ => return None,
            })
        })
        .collect();
    if table.partitions.len() > PARTITIONS_USUAL_MAX {
        let found = say("P08.too_many").count("count", table.partitions.len() as u64);
        evidence.push(Evidence::full(found).expected(quote(&PARTITIONS_USUAL_MAX.to_string())));
    }
    Ok(Outcome::of(evidence, say("P08.broken"), say("P08.holds")))
}
