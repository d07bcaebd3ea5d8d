//! P: the partition table and what lies in the partitions.

use disk::partitions::{Fault, GptCopy, Guid, PartitionType, SECTOR_BYTES, Scheme, What};
use disk::signature::Volume;

use crate::facts::{Disk, Facts, VolumeFacts};
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::root::Root;
use crate::phrase::{Phrase, quote, say};
use crate::profile::Thresholds;

/// The most partitions that every platform reads.
const PARTITIONS_USUAL_MAX: usize = 128;

const MBR_SWAP: u8 = 0x82;

/// What firmware starts from a disk that it was told nothing about, on x86-64 and on ARM.
const LOADERS: [&str; 2] = ["/EFI/BOOT/BOOTX64.EFI", "/EFI/BOOT/BOOTAA64.EFI"];

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
    let mut first: Option<(Phrase, u64)> = None;
    for partition in &disk.table.partitions {
        let holds_swap = disk.volume(partition.index).is_some_and(|volume| volume.kind == Volume::Swap);
        let is_marked = partition.is_gpt(Guid::LINUX_SWAP) || partition.is_mbr(MBR_SWAP);
        if !holds_swap && !is_marked {
            continue;
        }
        let (offset, length) = partition.range().unwrap_or((0, 0));
        let called = say("volume.partition").count("number", partition.index.into());
        first.get_or_insert((called, length));
        let kind = match partition.kind {
            PartitionType::Mbr(kind) => format!("0x{kind:02x}"),
            PartitionType::Gpt(guid) => guid.to_string(),
        };
        let found =
            if holds_swap { say("P03.signature") } else { say("P03.type").phrase("type", quote(&kind)) };
        let found = found.count("number", partition.index.into()).bytes("size", length);
        evidence.push(Evidence::full(found).offset(offset).expected(say("P03.expected")));
    }
    let others = |volume: &&VolumeFacts| volume.number == 0 || volume.is_logical();
    for volume in disk.volumes.iter().filter(others).filter(|volume| volume.kind == Volume::Swap) {
        first.get_or_insert((volume.called(), volume.size_bytes));
        let found = say("P03.volume").phrase("volume", volume.called()).bytes("size", volume.size_bytes);
        evidence.push(Evidence::full(found).offset(volume.offset).expected(say("P03.expected")));
    }
    let (volume, size) = first.unwrap_or((say("volume.disk"), 0));
    Ok(Outcome::of(
        evidence,
        say("P03.broken").phrase("volume", volume).bytes("size", size),
        say("P03.holds"),
    ))
}

/// What the EFI system partition offers to firmware that was told of nothing else.
enum Uefi {
    /// There is no such partition.
    None,
    /// A loader, by its path.
    Loader(&'static str),
    /// None of the loaders, or one that is no program.
    NoLoader(Evidence),
}

fn uefi(disk: &Disk) -> Result<Uefi, Undecided> {
    let Some(partition) = disk.table.efi_system() else { return Ok(Uefi::None) };
    let offset = partition.range().map_or(0, |(offset, _)| offset);
    let number = u64::from(partition.index);
    let files = match disk.volume(partition.index).and_then(|volume| volume.tree.as_ref()) {
        Some(Ok(files)) => Root::new(files.clone()),
        Some(Err(why)) => {
            let found = say("P07.esp_unreadable").count("number", number).phrase("why", why.clone());
            return Ok(Uefi::NoLoader(Evidence::full(found).offset(offset)));
        }
        None => {
            let found = say("P07.esp_empty").count("number", number);
            return Ok(Uefi::NoLoader(Evidence::full(found).offset(offset).expected(say("P07.fat"))));
        }
    };
    for path in LOADERS {
        let Some(node) = files.file(path)? else { continue };
        if files.bytes(path, &node, 0, 2)? == b"MZ" {
            return Ok(Uefi::Loader(path));
        }
        let found = say("P07.no_program").count("number", number);
        return Ok(Uefi::NoLoader(Evidence::full(found).at(path).expected(say("P07.program"))));
    }
    let found = say("P07.no_loader").count("number", number);
    Ok(Uefi::NoLoader(Evidence::full(found).at(LOADERS[0]).expected(say("P07.loader"))))
}

pub fn boots(facts: &Facts, thresholds: &Thresholds) -> Look {
    let disk = facts.disk()?;
    let table = &disk.table;
    let is_gpt = matches!(table.scheme, Scheme::Gpt | Scheme::HybridMbr);
    let by_bios = table.boot_code && (table.bios_boot().is_some() || !is_gpt && table.active().is_some());
    let asks_uefi = thresholds.generation != 1;
    let uefi = match uefi(disk) {
        Err(_) if by_bios && thresholds.generation != 2 => Uefi::None,
        found => found?,
    };
    let by_uefi = matches!(uefi, Uefi::Loader(_));
    let good = by_bios && thresholds.generation != 2 || by_uefi && asks_uefi;
    let ways = match (by_bios, &uefi) {
        (true, Uefi::Loader(path)) => say("P07.both").text("path", path),
        (true, _) => say("P07.bios"),
        (false, Uefi::Loader(path)) => say("P07.uefi").text("path", path),
        (false, Uefi::NoLoader(_)) => say("P07.unfinished"),
        (false, Uefi::None) => say("P07.neither"),
    };
    if good {
        return Ok(Outcome::holds(say("P07.holds").phrase("ways", ways)));
    }
    let evidence = match uefi {
        Uefi::NoLoader(evidence) if asks_uefi => evidence,
        _ => Evidence::full(ways.clone()).expected(match thresholds.generation {
            1 => say("P07.asks_bios"),
            2 => say("P07.asks_uefi"),
            _ => say("P07.either"),
        }),
    };
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
