//! Unified kernel images: one program for the firmware that holds kernel, initramfs and command line as sections.

use crate::finding::Undecided;
use crate::linux::root::Root;

/// Sections of a program; real ones have a dozen.
const SECTIONS_MAX: usize = 96;
/// The headers lie at the front.
const HEAD_BYTES: u64 = 64 << 10;
/// The longest text taken from a section; the kernel reads no more than 4 KiB of arguments.
const TEXT_BYTES_MAX: u64 = 64 << 10;

const SECTION_HEADER_BYTES: usize = 40;

/// A stretch of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The file's path on its own filesystem.
    pub path: String,
    pub offset: u64,
    pub length: u64,
}

/// What a unified kernel image holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unified {
    pub kernel: Piece,
    pub initrd: Option<Piece>,
    /// The command line, and the byte at which it stands in the file.
    pub arguments: Option<(String, u64)>,
    /// The kernel's release, if the image says it.
    pub release: Option<String>,
}

/// Reads the program at `path`; `None` when it holds no kernel.
pub fn read(root: &Root, path: &str) -> Result<Option<Unified>, Undecided> {
    let Some(sections) = sections(root, path)? else {
        return Ok(None);
    };
    // What follows `.profile` belongs to another choice of the same image.
    let base = sections.iter().take_while(|(name, _)| name != ".profile");
    let base: Vec<&(String, Piece)> = base.collect();
    let named = |wanted: &str| base.iter().find(|(name, _)| name == wanted).map(|(_, piece)| piece);
    let Some(kernel) = named(".linux") else {
        return Ok(None);
    };
    let text = |wanted: &str| match named(wanted) {
        Some(piece) => text(root, piece).map(|text| Some((text, piece.offset))),
        None => Ok(None),
    };
    Ok(Some(Unified {
        kernel: kernel.clone(),
        initrd: named(".initrd").cloned(),
        arguments: text(".cmdline")?,
        release: text(".uname")?.map(|(release, _)| release).filter(|release| !release.contains('/')),
    }))
}

/// The arguments that an add-on beside a unified kernel image brings.
pub fn addon_arguments(root: &Root, path: &str) -> Result<Option<String>, Undecided> {
    let sections = sections(root, path)?.unwrap_or_default();
    match sections.iter().find(|(name, _)| name == ".cmdline") {
        Some((_, piece)) => text(root, piece).map(Some),
        None => Ok(None),
    }
}

fn text(root: &Root, piece: &Piece) -> Result<String, Undecided> {
    let Some(node) = root.file(&piece.path)? else {
        return Ok(String::new());
    };
    let bytes = root.bytes(&piece.path, &node, piece.offset, piece.length.min(TEXT_BYTES_MAX))?;
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    Ok(String::from_utf8_lossy(&bytes[..end]).split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The sections of a program of the firmware's kind (PE); `None` when the file is something else.
fn sections(root: &Root, path: &str) -> Result<Option<Vec<(String, Piece)>>, Undecided> {
    let Some(node) = root.file(path)? else {
        return Ok(None);
    };
    let head = root.bytes(path, &node, 0, HEAD_BYTES.min(node.size_bytes))?;
    Ok(section_headers(&head).map(|headers| {
        let inside = headers.into_iter().filter(|(_, offset, length)| {
            offset.checked_add(*length).is_some_and(|end| end <= node.size_bytes)
        });
        let piece = |offset, length| Piece { path: path.to_owned(), offset, length };
        inside.map(|(name, offset, length)| (name, piece(offset, length))).collect()
    }))
}

/// Name, place and length of each section.
fn section_headers(head: &[u8]) -> Option<Vec<(String, u64, u64)>> {
    let u16_at = |at: usize| Some(u16::from_le_bytes(head.get(at..at.checked_add(2)?)?.try_into().ok()?));
    let u32_at = |at: usize| Some(u32::from_le_bytes(head.get(at..at.checked_add(4)?)?.try_into().ok()?));
    if !head.starts_with(b"MZ") {
        return None;
    }
    let start = usize::try_from(u32_at(0x3c)?).ok()?;
    if head.get(start..start.checked_add(4)?)? != b"PE\0\0" {
        return None;
    }
    let count = usize::from(u16_at(start.checked_add(6)?)?);
    let table = start.checked_add(24)?.checked_add(usize::from(u16_at(start.checked_add(20)?)?))?;
    let mut found = Vec::new();
    for number in 0..count.min(SECTIONS_MAX) {
        let at = table.checked_add(number * SECTION_HEADER_BYTES)?;
        let name = head.get(at..at.checked_add(8)?)?;
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        let (in_memory, in_file) = (u32_at(at + 8)?, u32_at(at + 16)?);
        // A section may be padded in the file; in memory it ends where its content does.
        let length = if in_memory == 0 { in_file } else { in_memory.min(in_file) };
        let name = String::from_utf8_lossy(name).into_owned();
        found.push((name, u64::from(u32_at(at + 20)?), u64::from(length)));
    }
    Some(found)
}

#[cfg(test)]
pub mod tests {
    use disk::tree::memory::Folder;

    use super::*;

    /// A program with these sections.
    pub fn program(sections: &[(&str, &[u8])]) -> Vec<u8> {
        let mut file = b"MZ".to_vec();
        file.resize(0x3c, 0);
        file.extend(64_u32.to_le_bytes());
        file.extend(b"PE\0\0\x64\x86");
        file.extend((sections.len() as u16).to_le_bytes());
        file.resize(64 + 24, 0);
        let mut content = Vec::new();
        for (name, bytes) in sections {
            let mut header = name.as_bytes().to_vec();
            header.resize(8, 0);
            let padded = bytes.len().next_multiple_of(512);
            for field in [bytes.len(), 0, padded, 1024 + content.len()] {
                header.extend((field as u32).to_le_bytes());
            }
            header.resize(SECTION_HEADER_BYTES, 0);
            file.extend(header);
            content.extend_from_slice(bytes);
            content.resize(content.len().next_multiple_of(512), 0);
        }
        file.resize(1024, 0);
        [file, content].concat()
    }

    fn read_from(bytes: &[u8]) -> Option<Unified> {
        let root = Root::of(Folder::of(&[]).with("/a.efi", bytes));
        read(&root, "/a.efi").expect("memory can be read")
    }

    #[test]
    fn kernel_initramfs_and_arguments_are_found_in_their_sections() {
        let bytes = program(&[
            (".osrel", b"ID=x"),
            (".cmdline", b"root=a  console=ttyS0\n\0"),
            (".uname", b"6.1.0-9"),
            (".linux", b"kernel"),
            (".initrd", b"initrd!"),
            (".profile", b"ID=other"),
            (".cmdline", b"single"),
        ]);
        let found = read_from(&bytes).expect("a unified kernel image");
        assert_eq!(found.arguments, Some(("root=a console=ttyS0".to_owned(), 1536)));
        assert_eq!(found.release.as_deref(), Some("6.1.0-9"));
        let initrd = found.initrd.expect("it has one");
        assert_eq!(&bytes[initrd.offset as usize..][..initrd.length as usize], b"initrd!");
        assert_eq!(found.kernel.length, 6);
    }

    #[test]
    fn other_programs_and_damage_hold_no_kernel() {
        assert_eq!(read_from(&program(&[(".text", b"loader"), (".cmdline", b"x")])), None);
        assert_eq!(read_from(b"MZ"), None);
        assert_eq!(read_from(b"\x7fELF"), None);
        let whole = program(&[(".linux", b"kernel")]);
        for length in [63, 70, 100, 1024] {
            assert_eq!(read_from(&whole[..length]), None, "{length}");
        }
        let mut far = whole.clone();
        far[0x3c..0x40].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(read_from(&far), None);
        let mut beyond = whole;
        beyond[88 + 20..88 + 24].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(read_from(&beyond), None);
    }
}
