//! The disk: an ext4 root, GRUB for BIOS and for UEFI, a GPT, and the footer that makes it a fixed VHD.

use super::packages::Tools;
use super::tree::{Node, Tree, What};
use super::{EPOCH, Flavour, run};
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const MIB: u64 = 1 << 20;
const SECTOR: u64 = 512;

/// The disk and its three partitions, in MiB. Nothing stands in the first MiB but the partition table.
const DISK_MIB: u64 = 128;
const BIOS_AT_MIB: u64 = 1;
const BIOS_MIB: u64 = 1;
const ESP_AT_MIB: u64 = 2;
const ESP_MIB: u64 = 6;
const ROOT_AT_MIB: u64 = 8;
/// The last MiB is left to the second copy of the partition table.
const ROOT_MIB: u64 = DISK_MIB - ROOT_AT_MIB - 1;

const BIOS_MODULES: &[&str] = &["biosdisk"];
const UEFI_MODULES: &[&str] = &["fat", "efi_gop"];
const MODULES: &[&str] = &[
    "part_gpt",
    "ext2",
    "search",
    "search_fs_uuid",
    "configfile",
    "normal",
    "linux",
    "serial",
    "terminal",
    "echo",
    "boot",
    "test",
];

/// The ext4 features, spelt out so that the machine's configuration of mke2fs does not matter. GRUB reads all of them.
const EXT4_FEATURES: &str = "none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,\
    sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum";

/// The finished image, in `work`.
pub fn assemble(tree: &Tree, flavour: Flavour, tools: &Tools, work: &Path) -> Result<PathBuf> {
    let root = root_filesystem(tree, flavour, work)?;
    let early = work.join("early.cfg");
    fs::write(
        &early,
        format!(
            "search.fs_uuid {} root hd0,gpt3\nset prefix=($root)/boot/grub\nconfigfile ($root)/boot/grub/grub.cfg\n",
            flavour.uuid("root filesystem")
        ),
    )?;
    let esp = uefi_partition(tools, flavour, &early, work)?;
    let image = work.join("disk.vhd");
    let disk = File::create_new(&image)?;
    disk.set_len(DISK_MIB * MIB)?;
    partition_table(&image, flavour)?;
    let disk = File::options().read(true).write(true).open(&image)?;
    copy_in(&disk, &root, ROOT_AT_MIB * MIB)?;
    copy_in(&disk, &esp, ESP_AT_MIB * MIB)?;
    bios_boot(&disk, tools, &early, work)?;
    append_footer(&disk, &image)?;
    Ok(image)
}

/// An ext4 filesystem with the tree in it, made without mounting it: `debugfs` writes each file, in the order of paths.
fn root_filesystem(tree: &Tree, flavour: Flavour, work: &Path) -> Result<PathBuf> {
    let image = work.join("root.ext4");
    let uuid = flavour.uuid("root filesystem");
    run(Command::new("mke2fs")
        .env("E2FSPROGS_FAKE_TIME", EPOCH.to_string())
        .env("MKE2FS_CONFIG", "/dev/null")
        .args(["-q", "-F", "-t", "ext4", "-b", "4096", "-I", "256", "-N", "8192", "-m", "0", "-L", "root"])
        .args(["-J", "size=4", "-O", EXT4_FEATURES, "-U", &uuid])
        .args(["-E", &format!("hash_seed={uuid},root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0")])
        .arg(&image)
        .arg(format!("{}k", ROOT_MIB * 1024)))?;
    let contents = work.join("contents");
    fs::create_dir(&contents)?;
    let mut script = String::new();
    for (number, (path, node)) in tree.nodes().enumerate() {
        let file = contents.join(number.to_string());
        if let What::File(bytes) = &node.what {
            fs::write(&file, bytes)?;
        }
        describe(path, node, &file, &mut script)?;
    }
    clamp_times("/", &mut script)?;
    clamp_times("/lost+found", &mut script)?;
    let commands = work.join("debugfs.commands");
    fs::write(&commands, script)?;
    let mut debugfs = Command::new("debugfs");
    debugfs.env("PATH", super::search_path());
    debugfs.env("E2FSPROGS_FAKE_TIME", EPOCH.to_string()).args(["-w", "-f"]).arg(&commands).arg(&image);
    let output = debugfs.output().context("cannot run debugfs; install e2fsprogs")?;
    // It answers 0 whatever happens, and writes one line, its version, when all went well.
    let complaints = String::from_utf8_lossy(&output.stderr);
    ensure!(complaints.lines().count() <= 1, "debugfs: {complaints}");
    run(Command::new("e2fsck").env("E2FSPROGS_FAKE_TIME", EPOCH.to_string()).args(["-f", "-n"]).arg(&image))?;
    Ok(image)
}

/// The commands that put one node into the filesystem.
fn describe(path: &str, node: &Node, file: &Path, script: &mut String) -> Result<()> {
    let unsafe_byte = |byte: u8| byte.is_ascii_whitespace() || byte == b'"' || byte == b'<';
    ensure!(!path.bytes().any(unsafe_byte), "`{path}` cannot be written by debugfs");
    let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
    writeln!(script, "cd /{above}")?;
    let kind = match &node.what {
        What::Folder => {
            writeln!(script, "mkdir {name}")?;
            0o040_000
        }
        What::File(_) => {
            writeln!(script, "write {} {name}", file.display())?;
            0o100_000
        }
        What::Symlink(target) => {
            ensure!(!target.bytes().any(unsafe_byte), "the link `{path}` cannot be written by debugfs");
            writeln!(script, "symlink {name} {target}")?;
            0o120_000
        }
    };
    writeln!(script, "sif /{path} mode 0{:o}", kind | node.mode)?;
    writeln!(script, "sif /{path} uid {}\nsif /{path} gid {}", node.uid, node.gid)?;
    clamp_times(&format!("/{path}"), script)
}

fn clamp_times(path: &str, script: &mut String) -> Result<()> {
    for time in ["atime", "ctime", "mtime", "crtime"] {
        writeln!(script, "sif {path} {time} @{EPOCH}\nsif {path} {time}_extra 0")?;
    }
    Ok(())
}

/// The EFI system partition: one program, at the place where firmware looks when it knows nothing of the machine.
fn uefi_partition(tools: &Tools, flavour: Flavour, early: &Path, work: &Path) -> Result<PathBuf> {
    let loader = work.join("BOOTX64.EFI");
    let modules = tools.grub("x86_64-efi");
    grub_image(tools, "x86_64-efi", &modules, early, &loader, UEFI_MODULES)?;
    run(Command::new("touch").arg("-d").arg(format!("@{EPOCH}")).arg(&loader))?;
    let image = work.join("esp.fat");
    File::create_new(&image)?.set_len(ESP_MIB * MIB)?;
    let serial = &flavour.uuid("esp")[..8];
    run(Command::new("mkfs.vfat").args(["-n", "ESP", "-i", serial, "--invariant"]).arg(&image))?;
    let mtools = |program: &str| {
        let mut command = Command::new(program);
        command.env("TZ", "UTC").env("SOURCE_DATE_EPOCH", EPOCH.to_string()).arg("-i").arg(&image);
        command
    };
    run(mtools("mmd").args(["::EFI", "::EFI/BOOT"]))?;
    run(mtools("mcopy").arg("-m").arg(&loader).arg("::EFI/BOOT/"))?;
    Ok(image)
}

fn grub_image(
    tools: &Tools,
    platform: &str,
    folder: &Path,
    early: &Path,
    out: &Path,
    own_modules: &[&str],
) -> Result<()> {
    let mut command = tools.grub_mkimage();
    command
        .arg("-d")
        .arg(folder)
        .args(["-O", platform, "-p", "/boot/grub", "-c"])
        .arg(early)
        .arg("-o")
        .arg(out);
    run(command.args(own_modules).args(MODULES))?;
    Ok(())
}

fn partition_table(image: &Path, flavour: Flavour) -> Result<()> {
    let sectors = |mib: u64| mib * MIB / SECTOR;
    let partition = |at: u64, size: u64, kind: &str, name: &str| {
        let uuid = flavour.uuid(&format!("{name} partition"));
        format!("start={},size={},type={kind},uuid={uuid},name={name}\n", sectors(at), sectors(size))
    };
    let script = format!("label: gpt\nlabel-id: {}\n", flavour.uuid("disk"))
        + &partition(BIOS_AT_MIB, BIOS_MIB, "21686148-6449-6E6F-744E-656564454649", "bios")
        + &partition(ESP_AT_MIB, ESP_MIB, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "esp")
        + &partition(ROOT_AT_MIB, ROOT_MIB, "0FC63DAF-8483-4772-8E79-3D69D8477DE4", "root");
    let commands = image.with_extension("sfdisk");
    fs::write(&commands, script)?;
    run(Command::new("sfdisk").arg("-q").arg(image).stdin(File::open(&commands)?))?;
    Ok(())
}

/// Copies a partition's image in; its zeros stay holes.
fn copy_in(disk: &File, from: &Path, offset: u64) -> Result<()> {
    let bytes = fs::read(from)?;
    for (number, block) in bytes.chunks(4096).enumerate() {
        if block.iter().any(|byte| *byte != 0) {
            disk.write_all_at(block, offset + number as u64 * 4096)?;
        }
    }
    Ok(())
}

/// GRUB for BIOS: its first sector in the disk's, the rest in the first partition. GRUB's own installer wants a block device
/// for this; what it changes are these few bytes.
fn bios_boot(disk: &File, tools: &Tools, early: &Path, work: &Path) -> Result<()> {
    /// Where `boot.img` keeps the sector of the rest.
    const REST_AT: usize = 0x5c;
    /// A jump over the check for floppy drives, which is wrong for hard disks.
    const FLOPPY_JUMP_AT: usize = 0x66;
    /// The bytes of the first sector that belong to the partition table and the disk's signature.
    const TABLE_AT: usize = 440;
    /// Where the first sector of the rest lists what follows: sector, count, and the segment it is loaded to.
    const FOLLOWING_AT: usize = 500;
    const SEGMENT: u16 = 0x820;

    let modules = tools.grub("i386-pc");
    let core_file = work.join("core.img");
    grub_image(tools, "i386-pc", &modules, early, &core_file, BIOS_MODULES)?;
    let mut boot = fs::read(modules.join("boot.img"))?;
    ensure!(boot.len() == SECTOR as usize, "GRUB's boot.img is not one sector");
    let mut core = fs::read(core_file)?;
    core.resize(core.len().next_multiple_of(SECTOR as usize), 0);
    ensure!((1024..=BIOS_MIB * MIB).contains(&(core.len() as u64)), "GRUB's core.img does not fit");
    let first = BIOS_AT_MIB * MIB / SECTOR;
    let following = u16::try_from(core.len() as u64 / SECTOR - 1)?;
    boot[REST_AT..REST_AT + 8].copy_from_slice(&first.to_le_bytes());
    boot[FLOPPY_JUMP_AT..FLOPPY_JUMP_AT + 2].copy_from_slice(&[0x90, 0x90]);
    core[FOLLOWING_AT..FOLLOWING_AT + 8].copy_from_slice(&(first + 1).to_le_bytes());
    core[FOLLOWING_AT + 8..FOLLOWING_AT + 10].copy_from_slice(&following.to_le_bytes());
    core[FOLLOWING_AT + 10..FOLLOWING_AT + 12].copy_from_slice(&SEGMENT.to_le_bytes());
    disk.write_all_at(&boot[..TABLE_AT], 0)?;
    disk.write_all_at(&core, BIOS_AT_MIB * MIB)?;
    Ok(())
}

/// Appends the 512 bytes that make a raw disk a fixed VHD.
fn append_footer(disk: &File, image: &Path) -> Result<()> {
    let size = DISK_MIB * MIB;
    // The format counts seconds from the year 2000.
    let made_at = (EPOCH - 946_684_800) as u32;
    let (cylinders, heads, sectors) = geometry(size / SECTOR);
    let digest = Sha256::digest(fs::read(image)?);
    let mut footer = Vec::with_capacity(512);
    footer.extend(b"conectix");
    footer.extend(2_u32.to_be_bytes());
    footer.extend(0x0001_0000_u32.to_be_bytes());
    footer.extend(u64::MAX.to_be_bytes());
    footer.extend(made_at.to_be_bytes());
    // Readers that know this creator take the size from the size field and not from the rounded geometry.
    footer.extend(b"qem2");
    footer.extend(0x0001_0000_u32.to_be_bytes());
    footer.extend(b"Wi2k");
    footer.extend(size.to_be_bytes());
    footer.extend(size.to_be_bytes());
    footer.extend(cylinders.to_be_bytes());
    footer.extend([heads, sectors]);
    footer.extend(2_u32.to_be_bytes());
    footer.extend([0; 4]);
    footer.extend(&digest[..16]);
    footer.resize(512, 0);
    let sum: u32 = footer.iter().map(|byte| u32::from(*byte)).sum();
    footer[64..68].copy_from_slice(&(!sum).to_be_bytes());
    disk.write_all_at(&footer, size)?;
    Ok(())
}

/// Cylinders, heads and sectors a track, by the rule of the format, for disks below 1 GiB.
fn geometry(total: u64) -> (u16, u8, u8) {
    let shapes = [(17_u64, None), (31, Some(16_u64)), (63, Some(16))];
    for (sectors, heads) in shapes {
        let tracks = total / sectors;
        let heads = heads.unwrap_or_else(|| tracks.div_ceil(1024).max(4));
        if heads <= 16 && tracks < heads * 1024 {
            return ((tracks / heads) as u16, heads as u8, sectors as u8);
        }
    }
    let tracks = total / 63;
    ((tracks / 16) as u16, 16, 63)
}
