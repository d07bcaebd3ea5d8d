//! V: the container, a fixed VHD. Decided from both ends of the file.

use disk::container::Format;
use disk::container::vhd::{FOOTER_BYTES, Footer, Geometry, NO_DATA_OFFSET};
use disk::container::vmdk::{Kind, Vmdk};

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::phrase::{Phrase, quote, quote_bytes, say};
use crate::printable::shell_word;
use crate::profile::{GIB, MIB, Thresholds};

/// What qemu must be told to write a fixed VHD whose size is the size asked for.
const FIXED: &str = "-O vpc -o subformat=fixed,force_size=on";

/// The largest disk that the format can describe.
const FORMAT_BYTES_MAX: u64 = 2040 << 30;

fn footer(facts: &Facts) -> Result<&Footer, Undecided> {
    facts.container.vhd.footer.as_ref().ok_or_else(|| Undecided(say("undecided.no_footer")))
}

/// A field of the footer, at its offset in the file.
fn field(facts: &Facts, offset: u64, piece: Evidence) -> Evidence {
    piece.offset(facts.container.vhd.footer_at.unwrap_or(0) + offset)
}

fn hexadecimal(value: u64) -> Phrase {
    quote(&format!("0x{value:x}"))
}

/// The command that makes a good VHD of this file, if there is one.
fn conversion(facts: &Facts) -> Option<String> {
    let name = shell_word(&facts.file_name);
    let stem = facts.file_name.rsplit_once('.').map_or(facts.file_name.as_str(), |(stem, _)| stem);
    let unpacked = shell_word(stem);
    let is_vhd = facts.file_name.to_ascii_lowercase().ends_with(".vhd");
    let target = shell_word(&format!("{stem}{}.vhd", if is_vhd { "-fixed" } else { "" }));
    let convert = |format: &str| format!("qemu-img convert -f {format} {FIXED} {name} {target}");
    Some(match facts.container.format {
        // A backing file or a parent is never followed here; who trusts it has qemu-img merge it.
        Format::Qcow2 { has_backing_file: true, .. } => convert("qcow2"),
        Format::DynamicVhd | Format::FixedVhd | Format::Vhdx | Format::Qcow2 { .. } | Format::RawDisk => {
            format!("halle convert {name} {target}")
        }
        Format::DifferencingVhd | Format::OtherVhd(_) => convert("vpc"),
        // A part is no disk. What describes the whole has its name without the part's number.
        Format::Vmdk(Vmdk { kind: Kind::Part, .. }) => {
            let whole = descriptor_of_part(stem)?;
            let (name, target) = (shell_word(&format!("{whole}.vmdk")), shell_word(&format!("{whole}.vhd")));
            format!("qemu-img convert -f vmdk {FIXED} {name} {target}")
        }
        Format::Vmdk(_) => convert("vmdk"),
        Format::Vdi { .. } => convert("vdi"),
        Format::Gzip => format!("gzip -dc {name} > {unpacked}"),
        Format::Xz => format!("xz -dc {name} > {unpacked}"),
        Format::Zstd => format!("zstd -dc {name} > {unpacked}"),
        Format::Bzip2 => format!("bzip2 -dc {name} > {unpacked}"),
        Format::Zip => format!("unzip {name}"),
        Format::SevenZip => format!("7z x {name}"),
        Format::Iso9660 | Format::Unknown | Format::Empty => return None,
    })
}

/// The name of the disk of which a file is a part, as VMware and qemu name parts: `disk-s001`.
fn descriptor_of_part(stem: &str) -> Option<&str> {
    let (whole, number) = stem.rsplit_once('-')?;
    let digits = number.strip_prefix(['s', 'f'])?;
    (!whole.is_empty() && digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then_some(whole)
}

/// What a VMDK is, and what there is to do before a command can make a VHD of it.
fn told_of_vmdk(vmdk: &Vmdk) -> (Phrase, &'static str) {
    let named = |key| {
        let phrase = say(key).text("kind", vmdk.kind.name());
        match vmdk.virtual_bytes {
            Some(bytes) => phrase.phrase("size", say("size").bytes("size", bytes)),
            None => phrase.phrase("size", say("V01.vmdk_unknown_size")),
        }
    };
    match vmdk.kind {
        _ if vmdk.has_parent => (named("V01.vmdk_changes"), "V01.convert_chain"),
        Kind::Part => (named("V01.vmdk_part"), "V01.convert_whole"),
        Kind::StreamOptimized => (named("V01.vmdk_packed"), "V01.convert"),
        Kind::MonolithicSparse => (named("V01.vmdk_sparse"), "V01.convert"),
        _ if vmdk.extents > 1 => (named("V01.vmdk_split").count("count", vmdk.extents), "V01.convert_beside"),
        _ => (named("V01.vmdk_elsewhere"), "V01.convert_beside"),
    }
}

pub fn is_a_vhd(facts: &Facts, _: &Thresholds) -> Look {
    let container = &facts.container;
    if container.vhd.footer.is_some() && !container.vhd.legacy {
        return Ok(Outcome::holds(say("V01.holds")));
    }
    if let Some(at) = container.vhd.footer_at.filter(|_| container.vhd.legacy) {
        let found = Evidence::full(say("V01.legacy")).offset(at).expected(say("V01.expected"));
        let remedy = conversion(facts).map(|command| say("V01.convert").command(&command));
        let outcome = Outcome::broken(say("V01.legacy"), found);
        return Ok(remedy.into_iter().fold(outcome, Outcome::with_remedy));
    }
    if container.format == Format::Empty {
        return Ok(Outcome::broken(say("V01.empty"), Evidence::full(say("V01.empty"))));
    }
    if let Some(at) = container.vhd.displaced_footer_at
        && matches!(container.format, Format::Unknown | Format::RawDisk)
    {
        let evidence =
            Evidence::full(say("V01.displaced").count("at", at)).offset(at).expected(say("V01.expected"));
        let command = format!("truncate -s {} {}", at + FOOTER_BYTES as u64, shell_word(&facts.file_name));
        let remedy = say("V01.convert").command(&command);
        return Ok(Outcome::broken(say("V01.displaced").count("at", at), evidence).with_remedy(remedy));
    }
    let name = container.format.to_string();
    let mut remedy = "V01.convert";
    let reason = match container.format {
        Format::Vmdk(vmdk) => {
            let (reason, how) = told_of_vmdk(&vmdk);
            remedy = how;
            reason
        }
        Format::Unknown => say("V01.unknown"),
        Format::RawDisk => say("V01.raw"),
        Format::Gzip | Format::Xz | Format::Zstd | Format::Bzip2 | Format::Zip | Format::SevenZip => {
            say("V01.packed").text("format", &name)
        }
        _ => say("V01.other").text("format", &name),
    };
    let evidence = Evidence::full(quote(&name))
        .offset(container.file_bytes.saturating_sub(FOOTER_BYTES as u64))
        .expected(say("V01.expected"));
    let outcome = Outcome::broken(reason, evidence);
    Ok(match conversion(facts) {
        Some(command) => outcome.with_remedy(say(remedy).command(&command)),
        None if remedy == "V01.convert_whole" => outcome.with_remedy(say("V01.find_whole")),
        None => outcome,
    })
}

pub fn checksum(facts: &Facts, _: &Thresholds) -> Look {
    let footer = footer(facts)?;
    if footer.checksum_holds() {
        return Ok(Outcome::holds(say("V02.holds")));
    }
    let evidence = Evidence::full(hexadecimal(footer.checksum_stored.into()))
        .expected(hexadecimal(footer.checksum_computed.into()));
    Ok(Outcome::broken(say("V02.broken"), field(facts, 64, evidence)))
}

pub fn fixed(facts: &Facts, _: &Thresholds) -> Look {
    let kind = footer(facts)?.kind;
    let reason = match kind {
        2 => return Ok(Outcome::holds(say("V03.holds"))),
        3 => say("V03.dynamic"),
        4 => say("V03.differencing"),
        other => say("V03.other").count("kind", other.into()),
    };
    let evidence = Evidence::full(quote(&kind.to_string())).expected(quote("2"));
    let outcome = Outcome::broken(reason, field(facts, 60, evidence));
    Ok(match conversion(facts) {
        Some(command) if kind == 3 => outcome.with_remedy(say("V01.convert").command(&command)),
        _ => outcome,
    })
}

pub fn whole_mib(facts: &Facts, _: &Thresholds) -> Look {
    let size = footer(facts)?.current_bytes;
    if size.is_multiple_of(MIB) {
        return Ok(Outcome::holds(say("V04.holds").bytes("size", size)));
    }
    let whole = size.checked_next_multiple_of(MIB).unwrap_or(size);
    let evidence =
        Evidence::full(say("in_bytes").count("bytes", size)).expected(say("in_bytes").count("bytes", whole));
    let remedy = rewritten(facts, None).map(|command| say("V04.resize").command(&command));
    let outcome = Outcome::broken(say("V04.broken").count("over", size % MIB), field(facts, 48, evidence));
    Ok(remedy.into_iter().fold(outcome, Outcome::with_remedy))
}

/// The command that writes the disk anew, a whole number of MiB and at least so large.
fn rewritten(facts: &Facts, least: Option<u64>) -> Option<String> {
    let command = conversion(facts)?;
    let rest = command.strip_prefix("halle convert ")?;
    Some(match least {
        Some(bytes) if bytes.is_multiple_of(GIB) => {
            format!("halle convert --size-up={}G {rest}", bytes / GIB)
        }
        Some(bytes) => format!("halle convert --size-up={bytes} {rest}"),
        None => command,
    })
}

pub fn length(facts: &Facts, _: &Thresholds) -> Look {
    let footer = footer(facts)?;
    let found = facts.container.file_bytes;
    let Some(expected) = footer.current_bytes.checked_add(FOOTER_BYTES as u64) else {
        let evidence = Evidence::full(say("in_bytes").count("bytes", footer.current_bytes));
        return Ok(Outcome::broken(say("V05.shorter"), field(facts, 48, evidence)));
    };
    let reason = match found.cmp(&expected) {
        std::cmp::Ordering::Equal => return Ok(Outcome::holds(say("V05.holds"))),
        std::cmp::Ordering::Less => say("V05.shorter"),
        std::cmp::Ordering::Greater => say("V05.longer"),
    };
    let evidence = Evidence::full(say("in_bytes").count("bytes", found))
        .expected(say("in_bytes").count("bytes", expected));
    Ok(Outcome::broken(reason, evidence))
}

pub fn large_enough(facts: &Facts, thresholds: &Thresholds) -> Look {
    let (size, least) = (footer(facts)?.current_bytes, thresholds.disk_size_bytes_min);
    if size >= least {
        return Ok(Outcome::holds(say("V06.holds").bytes("size", size)));
    }
    let evidence =
        Evidence::full(say("size").bytes("size", size)).expected(say("at_least").bytes("size", least));
    Ok(Outcome::broken(
        say("V06.broken").bytes("size", size).bytes("least", least),
        field(facts, 48, evidence),
    ))
}

pub fn small_enough(facts: &Facts, thresholds: &Thresholds) -> Look {
    let (size, most) = (footer(facts)?.current_bytes, thresholds.disk_size_bytes_max.min(FORMAT_BYTES_MAX));
    if size <= most {
        return Ok(Outcome::holds(say("V07.holds").bytes("size", size)));
    }
    let evidence =
        Evidence::full(say("size").bytes("size", size)).expected(say("at_most").bytes("size", most));
    Ok(Outcome::broken(say("V07.broken").bytes("size", size).bytes("most", most), field(facts, 48, evidence)))
}

pub fn os_disk_size(facts: &Facts, thresholds: &Thresholds) -> Look {
    let size = footer(facts)?.current_bytes;
    let (least, usual, most) = match facts.windows() {
        Ok(_) => {
            let least = thresholds.windows_disk_size_bytes_min;
            (least, least, thresholds.windows_disk_size_bytes_max)
        }
        Err(_) => (
            thresholds.os_disk_size_bytes_min,
            thresholds.os_disk_size_bytes_usual,
            thresholds.os_disk_size_bytes_max,
        ),
    };
    // An operator may ask for more than is usual.
    let usual = usual.max(least);
    let found = say("size").bytes("size", size);
    let expected = say("between").bytes("least", usual).bytes("most", most);
    let piece = if size < least || size > most {
        Evidence::full(found)
    } else if size < usual {
        Evidence::light(found)
    } else {
        return Ok(Outcome::holds(say("V08.holds").bytes("size", size)));
    };
    let reason = if size > most { say("V08.large") } else { say("V08.small") };
    let reason = reason.bytes("size", size).bytes("usual", usual).bytes("most", most);
    let outcome = Outcome::broken(reason, field(facts, 48, piece.expected(expected)));
    let command = rewritten(facts, Some(usual)).filter(|_| size < usual);
    let remedy = command.map(|command| say("V08.enlarge").command(&command));
    Ok(remedy.into_iter().fold(outcome, Outcome::with_remedy))
}

pub fn version_and_features(facts: &Facts, _: &Thresholds) -> Look {
    const VERSION: u32 = 0x0001_0000;
    const TEMPORARY: u32 = 1;
    const RESERVED: u32 = 2;
    let footer = footer(facts)?;
    let mut evidence = Vec::new();
    if footer.version != VERSION {
        let piece = Evidence::full(hexadecimal(footer.version.into())).expected(hexadecimal(VERSION.into()));
        evidence.push(field(facts, 12, piece));
    }
    if footer.features != RESERVED {
        let piece =
            Evidence::full(hexadecimal(footer.features.into())).expected(hexadecimal(RESERVED.into()));
        evidence.push(field(facts, 8, piece));
    }
    let temporary = footer.features & TEMPORARY != 0;
    let broken = if temporary { say("V09.temporary") } else { say("V09.broken") };
    Ok(Outcome::of(evidence, broken, say("V09.holds")))
}

pub fn data_offset(facts: &Facts, _: &Thresholds) -> Look {
    let found = footer(facts)?.data_offset;
    if found == NO_DATA_OFFSET {
        return Ok(Outcome::holds(say("V10.holds")));
    }
    let evidence = Evidence::full(hexadecimal(found)).expected(hexadecimal(NO_DATA_OFFSET));
    Ok(Outcome::broken(say("V10.broken"), field(facts, 16, evidence)))
}

pub fn original_size(facts: &Facts, _: &Thresholds) -> Look {
    let footer = footer(facts)?;
    if footer.original_bytes == footer.current_bytes {
        return Ok(Outcome::holds(say("V11.holds")));
    }
    let evidence = Evidence::full(say("size").bytes("size", footer.original_bytes))
        .expected(say("size").bytes("size", footer.current_bytes));
    Ok(Outcome::broken(say("V11.broken"), field(facts, 40, evidence)))
}

pub fn saved_state(facts: &Facts, _: &Thresholds) -> Look {
    let footer = footer(facts)?;
    let mut evidence = Vec::new();
    if footer.saved_state != 0 {
        let piece = Evidence::full(quote(&footer.saved_state.to_string())).expected(quote("0"));
        evidence.push(field(facts, 84, piece));
    }
    if footer.reserved_nonzero != 0 {
        let found = say("V12.reserved").count("count", footer.reserved_nonzero as u64);
        evidence.push(field(facts, 85, Evidence::light(found).expected(say("zeros"))));
    }
    let broken = if footer.saved_state == 0 { say("V12.carries") } else { say("V12.broken") };
    Ok(Outcome::of(evidence, broken, say("V12.holds")))
}

pub fn geometry(facts: &Facts, _: &Thresholds) -> Look {
    let footer = footer(facts)?;
    let geometry = footer.geometry;
    // With its size forced, qemu writes the saturated geometry for a disk of any size.
    if geometry == Geometry::SATURATED || (1..=footer.current_bytes).contains(&geometry.bytes()) {
        return Ok(Outcome::holds(say("V13.holds")));
    }
    let shown = |geometry: Geometry| {
        quote(&format!("{}/{}/{}", geometry.cylinders, geometry.heads, geometry.sectors))
    };
    let evidence = Evidence::full(shown(geometry)).expected(shown(Geometry::for_size(footer.current_bytes)));
    Ok(Outcome::broken(say("V13.broken"), field(facts, 56, evidence)))
}

pub fn creator(facts: &Facts, _: &Thresholds) -> Look {
    let creator = footer(facts)?.creator_app;
    if !matches!(&creator, b"qemu" | b"vpc ") {
        return Ok(Outcome::holds(say("V14.holds").phrase("creator", quote_bytes(&creator))));
    }
    let evidence = Evidence::full(quote_bytes(&creator)).expected(quote("qem2"));
    let outcome = Outcome::broken(say("V14.broken"), field(facts, 28, evidence));
    let remedy = rewritten(facts, None).map(|command| say("V01.convert").command(&command));
    Ok(remedy.into_iter().fold(outcome, Outcome::with_remedy))
}

pub fn one_reading(facts: &Facts, _: &Thresholds) -> Look {
    let container = &facts.container;
    let mut evidence = Vec::new();
    let fixed = container.format == Format::FixedVhd;
    if fixed && container.vhd.first_sector.is_some() {
        evidence.push(Evidence::full(say("V15.copy")).offset(0));
    }
    if fixed && container.vhd.dynamic_header {
        evidence.push(Evidence::full(say("V15.header")));
    }
    if let Some(format) = container.begins_like.filter(|_| fixed) {
        evidence.push(Evidence::full(say("V15.begins").text("format", &format.to_string())).offset(0));
    }
    Ok(Outcome::of(evidence, say("V15.broken"), say("V15.holds")))
}

pub fn unique_id(facts: &Facts, _: &Thresholds) -> Look {
    if footer(facts)?.unique_id != [0; 16] {
        return Ok(Outcome::holds(say("V16.holds")));
    }
    let evidence = field(facts, 68, Evidence::full(say("zeros")));
    Ok(Outcome::broken(say("V16.broken"), evidence))
}

pub fn file_name(facts: &Facts, _: &Thresholds) -> Look {
    let name = &facts.file_name;
    let bad = |c: &char| matches!(c, '%' | '"' | '\'' | '`') || c.is_control();
    let Some(first) = name.chars().find(bad) else {
        return Ok(Outcome::holds(say("V17.holds")));
    };
    let evidence = Evidence::full(quote(name));
    Ok(Outcome::broken(say("V17.broken").text("character", &first.to_string()), evidence))
}

pub fn unused(facts: &Facts, thresholds: &Thresholds) -> Look {
    let size = facts.disk()?.size_bytes;
    let content = facts.content.as_ref().ok_or_else(|| Undecided(say("undecided.not_looked")))?;
    let used = content.allocated_bytes.min(size);
    let unused = size - used;
    let told = |phrase: Phrase| phrase.bytes("size", size).bytes("used", used).bytes("unused", unused);
    if unused <= thresholds.unused_bytes_max {
        return Ok(Outcome::holds(told(say("V18.holds"))));
    }
    let evidence = Evidence::light(say("size").bytes("size", unused))
        .expected(say("at_most").bytes("size", thresholds.unused_bytes_max));
    Ok(Outcome::broken(told(say("V18.broken")), evidence))
}
