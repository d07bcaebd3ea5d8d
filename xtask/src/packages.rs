//! What Debian and Ubuntu have to provide, why, and how it is installed when it is missing.
//!
//! A need is met when its program or file is there, wherever that came from: a Chromium from elsewhere is as good as
//! Debian's, and people on other systems learn what to look for. A C compiler is not in the list, since without one
//! this very program could not have been built.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace::{is_root, nobody_to_ask, run};

/// One thing that a command cannot do without.
#[derive(Debug, PartialEq)]
pub struct Need {
    pub package: &'static str,
    pub why: &'static str,
    met_by: MetBy,
}

#[derive(Debug, PartialEq)]
enum MetBy {
    /// Any of these programs, somewhere on the path.
    Program(&'static [&'static str]),
    /// Any of these files.
    File(&'static [&'static str]),
    /// The server's programs, which Debian keeps off the path.
    PostgresServer,
}

const fn program(package: &'static str, why: &'static str, any_of: &'static [&'static str]) -> Need {
    Need { package, why, met_by: MetBy::Program(any_of) }
}

/// What makes the demo image.
pub const DEMO_IMAGE: &[Need] = &[
    program("e2fsprogs", "makes the demo image's file system", &["mke2fs"]),
    program("fdisk", "partitions the demo image", &["sfdisk"]),
    program("dosfstools", "makes the demo image's EFI partition", &["mkfs.vfat"]),
    program("mtools", "fills the demo image's EFI partition", &["mcopy"]),
];

/// What makes the filesystems that the readers are tested on, beside what makes the demo image.
pub const FILESYSTEMS: &[Need] = &[
    program("e2fsprogs", "makes the ext4 that its reader is tested on", &["mke2fs"]),
    program("dosfstools", "makes the FAT that its reader is tested on", &["mkfs.fat"]),
    program("mtools", "fills that FAT without a mount", &["mcopy"]),
    program("xfsprogs", "makes the XFS that its reader is tested on, and says what is in it", &["xfs_db"]),
    program("squashfs-tools", "makes the squashfs that its reader is tested on", &["mksquashfs"]),
    program("btrfs-progs", "makes the Btrfs that its reader is tested on", &["mkfs.btrfs"]),
    program("ntfs-3g", "makes the NTFS that its reader is tested on, and says what is in it", &["mkntfs"]),
    program("openssl", "agrees with the signatures of certificates, and reads their keys", &["openssl"]),
    program(
        "libwin-hivex-perl",
        "writes the registry hives that their reader is tested on",
        &["hivexregedit"],
    ),
    program(
        "binutils-mingw-w64-x86-64",
        "makes the programs that a Windows-like system is made of",
        &["x86_64-w64-mingw32-ld"],
    ),
    program("wimtools", "fills that NTFS without a mount, and packs as Windows does", &["wimlib-imagex"]),
    program("cpio", "makes the initramfs files that their reader is tested on", &["cpio"]),
    program("xz-utils", "packs initramfs files as some distributions do", &["xz"]),
    program("zstd", "packs initramfs files as others do", &["zstd"]),
    program("lz4", "packs initramfs files as others do", &["lz4"]),
    program("binutils", "puts a kernel and its arguments into one program for the firmware", &["objcopy"]),
    Need {
        package: "systemd-boot-efi",
        why: "is the stub of that program",
        met_by: MetBy::File(&["/usr/lib/systemd/boot/efi/linuxx64.efi.stub"]),
    },
];

/// Databases that a reader of Debian's in another language is tested on: of Berkeley DB, from CentOS 5 to 8.
const REAL_RPM_DATABASES: &str =
    "/usr/share/gocode/src/github.com/knqyf263/go-rpmdb/pkg/testdata/centos7-plain/Packages";

/// What makes the package databases that their readers are tested on, and compares versions as they do.
pub const PACKAGERS: &[Need] = &[
    program(
        "rpm",
        "makes the RPM database that its reader is tested on, and compares versions",
        &["rpmbuild"],
    ),
    Need {
        package: "golang-github-knqyf263-go-rpmdb-dev",
        why: "holds databases of RPM as real systems of CentOS left them",
        met_by: MetBy::File(&[REAL_RPM_DATABASES]),
    },
    program("sqlite3", "leaves packages in the log of such a database", &["sqlite3"]),
    program("db-util", "makes such a database as older systems have it", &["db5.3_load"]),
];

/// What runs virtual machines.
pub const MACHINES: &[Need] = &[
    program("qemu-system-x86", "runs the machines that customers deploy", &["qemu-system-x86_64"]),
    program("qemu-utils", "lays a machine's own disk over the offer's image", &["qemu-img"]),
    Need {
        package: "ovmf",
        why: "boots machines the UEFI way",
        met_by: MetBy::File(&["/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_CODE.fd"]),
    },
];

/// The second of the two databases.
pub const POSTGRES: &[Need] = &[Need {
    package: "postgresql",
    why: "the second database that every record is tested on; the tests start a server of their own",
    met_by: MetBy::PostgresServer,
}];

/// What the browser stories look through.
pub const BROWSER: &[Need] = &[
    program("chromium", "the browser that the stories walk through", &["chromium", "chromium-browser"]),
    program("chromium-driver", "drives that browser", &["chromedriver"]),
];

/// Those of `needs` that this machine does not meet.
pub fn missing(needs: &[&'static [Need]]) -> Vec<&'static Need> {
    needs.iter().copied().flatten().filter(|need| !is_met(need)).collect()
}

fn is_met(need: &Need) -> bool {
    match need.met_by {
        MetBy::Program(any_of) => {
            let chosen = match need.package {
                "chromium" => std::env::var_os("HALLE_TEST_CHROMIUM"),
                "chromium-driver" => std::env::var_os("HALLE_TEST_CHROMEDRIVER"),
                _ => None,
            };
            chosen.is_some() || any_of.iter().any(|name| find(name).is_some())
        }
        MetBy::File(any_of) => any_of.iter().any(|file| Path::new(file).exists()),
        MetBy::PostgresServer => crate::postgres::programs().is_some(),
    }
}

/// Where a program lies. The folders of root's programs count too, since Debian leaves them out of others' paths.
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// Sees to it that `needs` are met: says what is missing, asks where someone can answer, installs.
/// What is still missing afterwards is returned, so that the caller can decide to go on without it.
pub fn provide(needs: &[&'static [Need]], yes: bool) -> Result<Vec<&'static Need>> {
    let wanted = missing(needs);
    if wanted.is_empty() {
        return Ok(wanted);
    }
    println!("Missing on this machine:");
    for need in &wanted {
        println!("  {:<18} {}", need.package, need.why);
    }
    let (ours, explained) = match System::here() {
        System::Debian => (wanted, Vec::new()),
        System::Ubuntu => wanted.into_iter().partition(|need| !need.package.starts_with("chromium")),
        System::Other => (Vec::new(), wanted),
    };
    explain(&explained);
    if !ours.is_empty() && (yes || nobody_to_ask() || ask("Install them now?")?) {
        install(&ours)?;
    }
    Ok(missing(needs))
}

/// Names what is still missing as the fault that it is.
pub fn insist(still_missing: &[&'static Need]) -> Result<()> {
    if still_missing.is_empty() {
        return Ok(());
    }
    let list: Vec<String> =
        still_missing.iter().map(|need| format!("{} ({})", need.package, need.why)).collect();
    bail!("this cannot go on without {}", list.join(", "))
}

#[derive(Debug, PartialEq)]
enum System {
    Debian,
    Ubuntu,
    Other,
}

impl System {
    fn here() -> System {
        System::told_by(&std::fs::read_to_string("/etc/os-release").unwrap_or_default())
    }

    fn told_by(os_release: &str) -> System {
        let field = |name: &str| {
            let line = os_release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.unwrap_or_default().trim_matches('"').to_owned()
        };
        let names = format!("{} {}", field("ID"), field("ID_LIKE"));
        let mut names = names.split_whitespace();
        if names.clone().any(|name| name == "ubuntu") {
            System::Ubuntu
        } else if names.any(|name| name == "debian") {
            System::Debian
        } else {
            System::Other
        }
    }
}

/// Says what to do about needs that we cannot meet ourselves.
fn explain(needs: &[&Need]) {
    if needs.is_empty() {
        return;
    }
    if needs.iter().all(|need| need.package.starts_with("chromium")) {
        println!(
            "Ubuntu provides Chromium as a snap, which is yours to install: `snap install chromium`.\n\
             Any Chromium or Chrome with its driver will do: name them in HALLE_TEST_CHROMIUM and\n\
             HALLE_TEST_CHROMEDRIVER, or leave the browser stories out with --no-browser."
        );
        return;
    }
    println!(
        "Packages are installed by this command on Debian and Ubuntu alone. Here, install what holds these:"
    );
    for need in needs {
        match need.met_by {
            MetBy::Program(any_of) => println!("  the program {}", any_of.join(" or ")),
            MetBy::File(any_of) => println!("  the file {}", any_of.join(" or ")),
            MetBy::PostgresServer => {
                println!("  PostgreSQL 15 or later, with `initdb` and `postgres` on the path")
            }
        }
    }
}

fn ask(question: &str) -> Result<bool> {
    print!("{question} [Y/n] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("the answer could not be read")?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}

fn install(needs: &[&Need]) -> Result<()> {
    let packages: Vec<&str> = needs.iter().map(|need| need.package).collect();
    println!("Installing {} …", packages.join(", "));
    run(&mut apt(&["update", "-qq"])?).context("the list of packages could not be fetched")?;
    let mut install = apt(&["install", "-y", "-qq", "--no-install-recommends"])?;
    run(install.args(&packages)).context("the packages could not be installed")
}

/// A call of apt-get that asks nothing. `env` stands after `sudo`, which would not let the variable through.
fn apt(arguments: &[&str]) -> Result<Command> {
    let quietly = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    let mut command = if is_root() {
        Command::new(quietly[0])
    } else if find("sudo").is_some() {
        let mut sudo = Command::new("sudo");
        sudo.arg(quietly[0]);
        sudo
    } else {
        bail!(
            "installing packages takes root's rights, and there is no sudo: install them yourself, then come back"
        )
    };
    command.args(&quietly[1..]).args(arguments);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_known_by_what_it_says_it_is_or_is_like() {
        assert_eq!(System::told_by("ID=debian\n"), System::Debian);
        assert_eq!(System::told_by("NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n"), System::Ubuntu);
        assert_eq!(System::told_by("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), System::Ubuntu);
        assert_eq!(System::told_by("ID=fedora\n"), System::Other);
        assert_eq!(System::told_by(""), System::Other);
    }

    #[test]
    fn a_need_is_met_by_the_program_and_not_by_the_package() {
        assert!(is_met(&program("no-such-package", "a shell", &["no-such-program", "sh"])));
        assert!(!is_met(&program("bash", "a shell", &["no-such-program"])));
    }

    #[test]
    fn what_is_missing_is_named_with_its_reason() {
        const NEED: &Need = &program("left-handed-screwdriver", "turns screws", &["no-such-program"]);
        let fault = insist(&[NEED]).expect_err("it is missing").to_string();
        assert_eq!(fault, "this cannot go on without left-handed-screwdriver (turns screws)");
        assert!(insist(&[]).is_ok());
    }
}
