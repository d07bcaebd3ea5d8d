//! The Windows system on a disk: where its hives are, and which of its control sets counts.

use disk::read_at::ReadAt;

use super::little_endian::utf16;
use super::pe::{Machine, Program};
use super::registry::{Branch, FileBytes, Registry};
use super::versions::{Kind, Version};
use crate::finding::{Undecided, unreadable};
use crate::linux::root::{Root, TEXT_BYTES_MAX};
use crate::phrase::say;

pub const SYSTEM: &str = "/Windows/System32/config/SYSTEM";
const SOFTWARE: &str = "/Windows/System32/config/SOFTWARE";
const SAM: &str = "/Windows/System32/config/SAM";

/// Where boot configuration is kept: on the system's volume for BIOS, on the EFI system partition for UEFI.
const BOOT_STORES: [&str; 2] = ["/EFI/Microsoft/Boot/BCD", "/Boot/BCD"];

/// The Windows system on the disk. Hives that could not be read say why.
pub struct Windows {
    pub partition: u32,
    pub root: Root,
    system: Result<(Registry, String), Undecided>,
    software: Result<Registry, Undecided>,
    sam: Result<Registry, Undecided>,
    /// The boot configuration, and the partition on which it lies.
    boot: Result<Option<(u32, Registry)>, Undecided>,
}

/// Machine and version of a program on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProgramFacts {
    pub machine: Machine,
    pub version: Option<Version>,
}

impl Windows {
    /// Whether a volume holds a Windows system.
    pub fn is_on(root: &Root) -> bool {
        matches!(root.file(SYSTEM), Ok(Some(_)))
    }

    /// Opens the system on `root`. `volumes` are all that can be read, by number, for its boot configuration.
    pub fn read(partition: u32, root: Root, volumes: &[(u32, Root)]) -> Windows {
        let there = |file: &str, name| {
            let found = Registry::open(&root, file, name)?;
            found.ok_or_else(|| Undecided(say("undecided.no_hive").text("path", file)))
        };
        let system = there(SYSTEM, r"HKLM\SYSTEM").and_then(|system| {
            let current = current_control_set(&system)?;
            Ok((system, current))
        });
        Windows {
            partition,
            system,
            software: there(SOFTWARE, r"HKLM\SOFTWARE"),
            sam: there(SAM, r"HKLM\SAM"),
            boot: boot_store(volumes),
            root,
        }
    }

    /// `HKLM\SYSTEM`.
    pub fn system(&self) -> Result<Branch<'_>, Undecided> {
        self.system.as_ref().map(|(system, _)| system.at("")).map_err(Clone::clone)
    }

    /// The control set that the system starts with; what a running system calls `CurrentControlSet`.
    pub fn control_set(&self) -> Result<Branch<'_>, Undecided> {
        self.system.as_ref().map(|(system, current)| system.at(current)).map_err(Clone::clone)
    }

    /// The key of a service or driver.
    pub fn service(&self, name: &str) -> Result<Branch<'_>, Undecided> {
        Ok(self.control_set()?.at(r"Services").at(name))
    }

    /// `HKLM\SOFTWARE`.
    pub fn software(&self) -> Result<Branch<'_>, Undecided> {
        self.software.as_ref().map(|software| software.at("")).map_err(Clone::clone)
    }

    pub fn sam(&self) -> Result<&Registry, Undecided> {
        self.sam.as_ref().map_err(Clone::clone)
    }

    pub fn boot(&self) -> Result<Option<&(u32, Registry)>, Undecided> {
        self.boot.as_ref().map(Option::as_ref).map_err(Clone::clone)
    }

    /// What the registry says of the system's version.
    pub fn current_version(&self) -> Result<Branch<'_>, Undecided> {
        Ok(self.software()?.at(r"Microsoft\Windows NT\CurrentVersion"))
    }

    /// Whether this is a server or a desktop.
    pub fn kind(&self) -> Result<Kind, Undecided> {
        let kind = self.current_version()?.text("InstallationType")?.unwrap_or_default();
        Ok(if kind.eq_ignore_ascii_case("Client") { Kind::Client } else { Kind::Server })
    }

    /// The number of the build.
    pub fn build(&self) -> Result<u64, Undecided> {
        let version = self.current_version()?;
        let build = version.number("CurrentBuildNumber")?;
        let build = if build.is_some() { build } else { version.number("CurrentBuild")? };
        build.ok_or_else(|| {
            Undecided(say("registry.missing").text("place", &version.place("CurrentBuildNumber")))
        })
    }

    /// The text at `path`, in whichever of the encodings that Windows' own tools write; `None` when there is no such file.
    pub fn text(&self, path: &str) -> Result<Option<String>, Undecided> {
        let Some(node) = self.root.file(path)? else {
            return Ok(None);
        };
        if node.size_bytes > TEXT_BYTES_MAX {
            // The limit, in the words of whoever else meets it.
            return self.root.text(path);
        }
        let bytes = self.root.bytes(path, &node, 0, node.size_bytes)?;
        Ok(Some(match bytes.strip_prefix(&[0xff, 0xfe]) {
            Some(wide) => utf16(wide),
            None => String::from_utf8_lossy(bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes))
                .into_owned(),
        }))
    }

    /// Machine and version of the program at `path`; `None` when there is no such file.
    pub fn program(&self, path: &str) -> Result<Option<ProgramFacts>, Undecided> {
        let Some(node) = self.root.file(path)? else {
            return Ok(None);
        };
        let bytes = FileBytes { root: self.root.clone(), node };
        program(&bytes, path).map(Some)
    }
}

fn program(bytes: &dyn ReadAt, path: &str) -> Result<ProgramFacts, Undecided> {
    let failed = |why| Undecided(say("undecided.path").text("path", path).phrase("why", why));
    let program = Program::read(bytes).map_err(|cause| failed(unreadable(&cause)))?;
    let program = program.ok_or_else(|| failed(say("pe.not_a_program")))?;
    let version = program.version().map_err(|cause| failed(unreadable(&cause)))?;
    Ok(ProgramFacts { machine: program.machine, version })
}

/// The name of the control set that `Select` names as current.
fn current_control_set(system: &Registry) -> Result<String, Undecided> {
    let select = system.at("Select");
    let place = select.place("Current");
    let current = select.number("Current")?.filter(|number| (1..=999).contains(number));
    let Some(current) = current else {
        return Err(Undecided(say("registry.missing").text("place", &place)));
    };
    let name = format!("ControlSet{current:03}");
    if !system.at(&name).exists()? {
        return Err(Undecided(say("registry.missing").text("place", &system.at(&name).key_place())));
    }
    Ok(name)
}

fn boot_store(volumes: &[(u32, Root)]) -> Result<Option<(u32, Registry)>, Undecided> {
    for file in BOOT_STORES {
        for (number, root) in volumes {
            if let Some(store) = Registry::open(root, file, "BCD")? {
                return Ok(Some((*number, store)));
            }
        }
    }
    Ok(None)
}
