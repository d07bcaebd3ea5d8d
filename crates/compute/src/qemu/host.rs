//! What this host can run: which QEMU, which hardware it imitates, and whether the processor really helps.

use super::Config;
use super::config::AccelChoice;
use crate::{Accel, Error};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::timeout;

/// How long QEMU may take to say what it is.
const WORD: Duration = Duration::from_secs(20);

/// How long a guest of one sector may take under KVM. It takes a tenth of a second where KVM works.
const PROBE: Duration = Duration::from_secs(10);

/// A boot sector that writes to a debug port and halts: QEMU then ends with [`PROBE_ANSWER`].
const PROBE_CODE: [u8; 9] = [
    0xba, 0xf4, 0x00, // mov dx, 0xf4
    0xb0, 0x15, // mov al, 0x15
    0xee, // out dx, al
    0xf4, // hlt
    0xeb, 0xfd, // jmp to the hlt
];

/// What QEMU makes of 0x15: twice that, and one.
const PROBE_ANSWER: i32 = 0x2b;

/// The family of hardware that machines get.
const FAMILY: &str = "pc-q35-";

/// What was found out by asking and by trying.
#[derive(Debug, Clone)]
pub struct Host {
    pub version: String,
    pub accel: Accel,
    /// Versioned hardware, newest first.
    pub machine_types: Vec<String>,
}

impl Host {
    pub async fn find(config: &Config) -> Result<Host, Error> {
        let version = ask(config, &["-version"]).await?;
        let version = version
            .lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches("QEMU emulator version ")
            .to_owned();
        let machine_types = versions_of_family(&ask(config, &["-machine", "help"]).await?);
        let Some(newest) = machine_types.first() else {
            return Err(Error::NotHere {
                missing: format!("a QEMU with {FAMILY} machines"),
                install: "apt-get install qemu-system-x86".to_owned(),
            });
        };
        let accel = match config.accel {
            AccelChoice::Tcg => Accel::Tcg,
            AccelChoice::Kvm if kvm_runs_a_guest(config, newest).await? => Accel::Kvm,
            AccelChoice::Kvm => {
                return Err(Error::NotHere {
                    missing: "a KVM under which a guest really runs".to_owned(),
                    install: "modprobe kvm_intel || modprobe kvm_amd".to_owned(),
                });
            }
            AccelChoice::Auto if processor_has_it() && kvm_runs_a_guest(config, newest).await? => Accel::Kvm,
            AccelChoice::Auto => Accel::Tcg,
        };
        tracing::info!(%version, ?accel, machine = %newest, "QEMU is ready");
        Ok(Host { version, accel, machine_types })
    }
}

/// QEMU's own command, with nothing of ours in its environment's way.
pub fn command(config: &Config) -> Command {
    let mut command = Command::new(&config.program);
    command.stdin(Stdio::null());
    if let Some((uid, gid)) = config.run_as {
        command.uid(uid).gid(gid);
    }
    command
}

/// QEMU that cannot be started, told so that an operator knows what to do.
pub fn not_started(config: &Config) -> impl FnOnce(std::io::Error) -> Error {
    let program = config.program.display().to_string();
    move |cause| match cause.kind() {
        ErrorKind::NotFound => {
            Error::NotHere { missing: program, install: "apt-get install qemu-system-x86".to_owned() }
        }
        _ => Error::io(format!("start {program}"))(cause),
    }
}

async fn ask(config: &Config, arguments: &[&str]) -> Result<String, Error> {
    let output = timeout(WORD, command(config).args(arguments).current_dir("/").kill_on_drop(true).output());
    let output = output.await.map_err(|_| Error::TooSlow { what: "QEMU", seconds: WORD.as_secs() })?;
    let output = output.map_err(not_started(config))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Error::Failed { what: "QEMU", why });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The versioned names of the family in QEMU's list, newest first.
fn versions_of_family(list: &str) -> Vec<String> {
    let version = |name: &str| -> Option<(u32, u32)> {
        let (major, minor) = name.strip_prefix(FAMILY)?.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    let mut names: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| version(name).is_some())
        .collect();
    names.sort_by_key(|name| std::cmp::Reverse(version(name)));
    names.into_iter().map(str::to_owned).collect()
}

/// Whether the processor says that it can run guests. Some hosts have `/dev/kvm` and not this: there, programs of one sector
/// run, and kernels hang.
fn processor_has_it() -> bool {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let flags = text.lines().find(|line| line.starts_with("flags")).unwrap_or_default();
    flags.split_whitespace().any(|flag| flag == "vmx" || flag == "svm") && Path::new("/dev/kvm").exists()
}

/// Boots a guest of one sector with the processor's help, as the user that machines run as.
async fn kvm_runs_a_guest(config: &Config, machine_type: &str) -> Result<bool, Error> {
    let mut sector = PROBE_CODE.to_vec();
    sector.resize(510, 0);
    sector.extend([0x55, 0xaa]);
    sector.resize(1 << 20, 0);
    let disk = config.folder.join(format!("probe-{}.img", std::process::id()));
    fs::write(&disk, sector).map_err(Error::io("write the probe"))?;
    let blockdev = super::command_line::raw_file("probe", &disk, None).to_string();
    let mut qemu = command(config);
    qemu.args(["-accel", "kvm", "-cpu", "host", "-machine", machine_type, "-m", "32", "-display", "none"]);
    qemu.args(["-nodefaults", "-no-user-config", "-blockdev", &blockdev]);
    qemu.args(["-device", "virtio-blk-pci,drive=probe,bootindex=1"]);
    qemu.args(["-device", "isa-debug-exit,iobase=0xf4,iosize=1"]).current_dir("/").kill_on_drop(true);
    let output = timeout(PROBE, qemu.output()).await;
    super::folder::remove_file(&disk)?;
    match output {
        Err(_) => Ok(false),
        Ok(output) => Ok(output.map_err(not_started(config))?.status.code() == Some(PROBE_ANSWER)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_hardware_is_the_one_with_the_greatest_number() {
        let list = "Supported machines are:\nq35   Standard PC (alias of pc-q35-10.0)\npc-q35-9.2  Standard\n\
            pc-q35-10.0  Standard PC\npc-i440fx-7.2 Old\npc-q35-10.0-odd x\nnone empty\n";
        assert_eq!(versions_of_family(list), ["pc-q35-10.0", "pc-q35-9.2"]);
    }
}
