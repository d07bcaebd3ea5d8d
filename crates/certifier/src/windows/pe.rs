//! Programs of Windows, as far as they say for which machine they are and what version they bear. Only headers and the version resource
//! are read.

use disk::read_at::ReadAt;
use disk::tree::Unreadable;

use super::little_endian::{u16_at, u32_at};
use super::versions::Version;

/// Headers further into the file than this are no program of Windows.
const HEADER_OFFSET_MAX: u32 = 1 << 20;
const SECTIONS_MAX: usize = 96;
/// Entries of one resource folder.
const RESOURCES_MAX: usize = 4096;
/// The version resource: some text in some languages.
const VERSION_BYTES_MAX: u32 = 64 << 10;

const FILE_HEAD_BYTES: usize = 24;
const OPTIONAL_HEAD_BYTES_MAX: usize = 240;
const SECTION_BYTES: usize = 40;
const RESOURCE_HEAD_BYTES: u32 = 16;
const RESOURCE_BYTES: usize = 8;
/// In a resource entry: it leads to a folder.
const IS_FOLDER: u32 = 1 << 31;
const VERSION_KIND: u32 = 16;
/// What a fixed version begins with.
const FIXED_VERSION: [u8; 4] = 0xfeef_04bd_u32.to_le_bytes();
const FIXED_VERSION_BYTES: usize = 52;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    X86,
    X86_64,
    Arm64,
    Other(u16),
}

impl Machine {
    pub fn is_64_bit(self) -> bool {
        matches!(self, Machine::X86_64 | Machine::Arm64)
    }

    pub fn name(self) -> String {
        match self {
            Machine::X86 => "x86 (32-bit)".to_owned(),
            Machine::X86_64 => "x86-64".to_owned(),
            Machine::Arm64 => "arm64".to_owned(),
            Machine::Other(code) => format!("0x{code:04x}"),
        }
    }
}

/// A program whose headers were read.
pub struct Program<'a> {
    source: &'a dyn ReadAt,
    pub machine: Machine,
    sections: Vec<Section>,
    resources: u32,
}

/// A part of the file, and where it is loaded.
struct Section {
    address: u32,
    length: u32,
    offset: u32,
}

impl<'a> Program<'a> {
    /// Reads the headers; `None` when the file is no program of Windows.
    pub fn read(source: &'a dyn ReadAt) -> Result<Option<Program<'a>>, Unreadable> {
        let dos = bytes(source, 0, 64)?;
        let at = u32_at(&dos, 0x3c);
        if dos.len() < 64 || !dos.starts_with(b"MZ") || at > HEADER_OFFSET_MAX {
            return Ok(None);
        }
        let head = bytes(source, at.into(), FILE_HEAD_BYTES + OPTIONAL_HEAD_BYTES_MAX)?;
        if head.len() < FILE_HEAD_BYTES || !head.starts_with(b"PE\0\0") {
            return Ok(None);
        }
        let machine = match u16_at(&head, 4) {
            0x014c => Machine::X86,
            0x8664 => Machine::X86_64,
            0xaa64 => Machine::Arm64,
            other => Machine::Other(other),
        };
        let optional = usize::from(u16_at(&head, 20));
        let count = usize::from(u16_at(&head, 6)).min(SECTIONS_MAX);
        let table =
            bytes(source, u64::from(at) + (FILE_HEAD_BYTES + optional) as u64, count * SECTION_BYTES)?;
        let sections = table.chunks_exact(SECTION_BYTES).map(|section| Section {
            address: u32_at(section, 12),
            // What is loaded from the file; the rest of a section is zeros.
            length: u32_at(section, 16),
            offset: u32_at(section, 20),
        });
        // The folders of data stand at the end of the optional header, which is longer in 64-bit programs.
        let folders = FILE_HEAD_BYTES + if u16_at(&head, FILE_HEAD_BYTES) == 0x20b { 112 } else { 96 };
        let resources = folders + 2 * 8;
        let has_resources = resources + 8 <= FILE_HEAD_BYTES + optional;
        Ok(Some(Program {
            source,
            machine,
            sections: sections.collect(),
            resources: if has_resources { u32_at(&head, resources) } else { 0 },
        }))
    }

    /// The file's version; `None` when it bears none.
    pub fn version(&self) -> Result<Option<Version>, Unreadable> {
        if self.resources == 0 {
            return Ok(None);
        }
        // Three folders deep: kind, name, language.
        let Some(kind) = self.resource(self.resources, Some(VERSION_KIND))? else {
            return Ok(None);
        };
        let Some(name) = self.folder(kind).map(|at| self.resource(at, None)).transpose()?.flatten() else {
            return Ok(None);
        };
        let Some(language) = self.folder(name).map(|at| self.resource(at, None)).transpose()?.flatten()
        else {
            return Ok(None);
        };
        if language & IS_FOLDER != 0 {
            return Ok(None);
        }
        let entry = self.loaded(self.resources.saturating_add(language), 8)?;
        let (address, length) = (u32_at(&entry, 0), u32_at(&entry, 4));
        if length > VERSION_BYTES_MAX {
            let (found, limit) = (length.into(), VERSION_BYTES_MAX.into());
            return Err(Unreadable::OverLimit { what: "bytes in a version", found, limit });
        }
        let bytes = self.loaded(address, length as usize)?;
        let places = bytes.len().saturating_sub(FIXED_VERSION_BYTES - 1);
        let fixed = (0..places).step_by(4).find(|at| bytes[*at..].starts_with(&FIXED_VERSION));
        Ok(fixed.map(|at| {
            let (high, low) = (u32_at(&bytes, at + 8), u32_at(&bytes, at + 12));
            Version([high >> 16, high & 0xffff, low >> 16, low & 0xffff])
        }))
    }

    fn folder(&self, entry: u32) -> Option<u32> {
        (entry & IS_FOLDER != 0).then(|| self.resources.saturating_add(entry & !IS_FOLDER))
    }

    /// Where the entry with this number leads, or the first one, in the resource folder loaded at `address`.
    fn resource(&self, address: u32, number: Option<u32>) -> Result<Option<u32>, Unreadable> {
        let head = self.loaded(address, RESOURCE_HEAD_BYTES as usize)?;
        let count = usize::from(u16_at(&head, 12)) + usize::from(u16_at(&head, 14));
        let entries = self
            .loaded(address.saturating_add(RESOURCE_HEAD_BYTES), count.min(RESOURCES_MAX) * RESOURCE_BYTES)?;
        let mut entries = entries.chunks_exact(RESOURCE_BYTES);
        let found = entries.find(|entry| number.is_none_or(|number| u32_at(entry, 0) == number));
        Ok(found.map(|entry| u32_at(entry, 4)))
    }

    /// Bytes from where they would be loaded; fewer at the end of their section.
    fn loaded(&self, address: u32, wanted: usize) -> Result<Vec<u8>, Unreadable> {
        let within =
            |section: &&Section| address.checked_sub(section.address).is_some_and(|at| at < section.length);
        let Some(section) = self.sections.iter().find(within) else {
            return Ok(Vec::new());
        };
        let into = address - section.address;
        let wanted = wanted.min((section.length - into) as usize);
        bytes(self.source, u64::from(section.offset) + u64::from(into), wanted)
    }
}

/// Up to `wanted` bytes from `offset`: fewer only at the end of the file. The caller bounds `wanted`.
fn bytes(source: &dyn ReadAt, offset: u64, wanted: usize) -> Result<Vec<u8>, Unreadable> {
    super::hive::bytes_of(source, offset, wanted)
}
