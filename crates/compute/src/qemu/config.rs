use std::net::Ipv4Addr;
use std::path::PathBuf;

/// Who is to run the guest's instructions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AccelChoice {
    /// The processor, if a probe guest runs there; otherwise translation.
    #[default]
    Auto,
    Kvm,
    Tcg,
}

/// The user and group `nobody`, as every Debian has them.
const NOBODY: (u32, u32) = (65534, 65534);

/// What an operator decides.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where images and machines are kept.
    pub folder: PathBuf,
    pub program: PathBuf,
    pub accel: AccelChoice,
    /// How much memory all machines together get; `None` for three quarters of what the host has.
    pub memory_budget_mib: Option<u64>,
    /// The address at which forwarded ports are opened.
    pub bind: Ipv4Addr,
    /// The user and group that machines run as, when we may choose.
    pub run_as: Option<(u32, u32)>,
    /// UEFI's code.
    pub uefi: PathBuf,
}

impl Config {
    /// What suits most hosts.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Config {
        Config {
            folder: folder.into(),
            program: PathBuf::from("qemu-system-x86_64"),
            accel: AccelChoice::Auto,
            memory_budget_mib: None,
            bind: Ipv4Addr::LOCALHOST,
            run_as: rustix::process::geteuid().is_root().then_some(NOBODY),
            uefi: PathBuf::from("/usr/share/OVMF/OVMF_CODE_4M.fd"),
        }
    }
}
