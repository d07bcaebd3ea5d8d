//! Builds the demo market's disk images: small Debian appliances that boot under BIOS and UEFI, take their identity from a
//! NoCloud seed and serve a web page. The recipe mounts nothing, needs no loop device and no root, and gives the same bytes
//! each time it is given the same packages.
//!
//! - [`packages`]: fetches Debian packages once, keeps them, and reads them.
//! - [`tree`]: the files of the image, with their owners and modes, as a value.
//! - [`system`]: what the tree is made of: packages, drivers, our own files, the package database.
//! - [`initramfs`]: the first filesystem the kernel sees.
//! - [`disk`]: filesystem, boot loaders, partition table and VHD footer.
//! - [`kept`]: makes an image only when its recipe has changed.

mod disk;
mod initramfs;
mod kept;
mod packages;
mod system;
mod tree;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;

pub use kept::fresh;

use crate::workspace::target;

/// Every time stamp in the image: the day on which its Debian release came out, 10 June 2023.
const EPOCH: u64 = 1_686_355_200;

/// What the image is for. The system below is the same. Tests use the notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// A board of notes that keeps what visitors write.
    Notes,
    /// A page with the state of the host.
    Status,
}

impl Flavour {
    pub const ALL: [Flavour; 2] = [Flavour::Notes, Flavour::Status];

    fn parse(text: &str) -> Result<Flavour> {
        match text {
            "notes" => Ok(Flavour::Notes),
            "status" => Ok(Flavour::Status),
            other => bail!("there is no flavour `{other}`; there are `notes` and `status`"),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Flavour::Notes => "notes",
            Flavour::Status => "status",
        }
    }

    /// A UUID of its own for each part of the image, the same in every build.
    fn uuid(self, part: &str) -> String {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&Sha256::digest(format!("halle demo image {} {part}", self.name()))[..16]);
        as_uuid(bytes)
    }
}

/// Writes sixteen bytes as a UUID of version 8, the one whose content is the maker's affair.
fn as_uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// `demo-image OUT.vhd [--flavour notes|status]`
pub fn command(arguments: &[&str]) -> Result<()> {
    let (out, flavour) = match arguments {
        [out] => (out, Flavour::Notes),
        [out, "--flavour", flavour] | ["--flavour", flavour, out] => (out, Flavour::parse(flavour)?),
        _ => bail!("{}", crate::arguments::USAGE),
    };
    build(Path::new(out), flavour)?;
    let size = std::fs::metadata(out)?.len();
    println!("{out}: {} MiB, flavour {}", size >> 20, flavour.name());
    Ok(())
}

/// Builds the image at `out`, replacing what was there only when the new one is whole.
pub fn build(out: &Path, flavour: Flavour) -> Result<()> {
    let home = home();
    // Each build has a folder to itself, so that two at a time do not disturb one another.
    let work = home.join(format!("work-{}", std::process::id()));
    fresh_folder(&work)?;
    let lock = std::fs::File::create(home.join("packages.lock"))?;
    lock.lock().context("cannot lock the folder of packages")?;
    let packages = packages::fetched(&home.join("packages"))?;
    drop(lock);
    let tools = packages.unpack_tools(&work.join("tools"))?;
    let tree = system::assemble(&packages, flavour, &work)?;
    let image = disk::assemble(&tree, flavour, &tools, &work)?;
    // A rename keeps the holes; it fails only where `out` is on another filesystem.
    if std::fs::rename(&image, out).is_err() {
        let beside = out.with_extension("vhd.part");
        std::fs::copy(&image, &beside).with_context(|| format!("cannot write {}", beside.display()))?;
        std::fs::rename(&beside, out).with_context(|| format!("cannot write {}", out.display()))?;
    }
    std::fs::remove_dir_all(&work)?;
    Ok(())
}

/// Where packages and images are kept between builds.
fn home() -> PathBuf {
    target().join("demo-image")
}

fn fresh_folder(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

/// Runs a program to its end and answers with what it printed; its complaints are part of the error.
fn run(command: &mut Command) -> Result<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .env("PATH", search_path())
        .output()
        .with_context(|| format!("cannot run {name}; {}", hint(&name)))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} failed ({}): {}", output.status, complaint.trim());
    Ok(output.stdout)
}

/// Where programs are: Debian keeps the makers of filesystems where only root looks.
fn search_path() -> String {
    format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned()))
}

/// Which Debian package brings a program.
fn hint(program: &str) -> &'static str {
    match program {
        "mke2fs" | "debugfs" | "e2fsck" => "install e2fsprogs",
        "mkfs.vfat" => "install dosfstools",
        "mmd" | "mcopy" => "install mtools",
        "sfdisk" => "install fdisk",
        "apt-get" | "dpkg-deb" => "the demo image is made of Debian packages and is built on Debian 12",
        _ => "is it installed?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_packages_give_the_same_bytes() {
        let folder = home();
        let build_once = |name: &str| {
            let out = folder.join(format!("{name}-{}.vhd", std::process::id()));
            build(&out, Flavour::Status).expect("an image");
            let bytes = std::fs::read(&out).expect("the image just built");
            std::fs::remove_file(&out).expect("our own file");
            bytes
        };
        let (one, other) = (build_once("one"), build_once("other"));
        assert!(one == other, "two builds differ");
        assert_eq!(one.len() as u64 % (1 << 20), 512, "a whole number of MiB and a footer");
    }

    #[test]
    fn flavours_share_no_identity() {
        assert_ne!(Flavour::Notes.uuid("disk"), Flavour::Status.uuid("disk"));
        assert_ne!(Flavour::Notes.uuid("disk"), Flavour::Notes.uuid("root partition"));
        assert_eq!(Flavour::Notes.uuid("disk").len(), 36);
    }
}
