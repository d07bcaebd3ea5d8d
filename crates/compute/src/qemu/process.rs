//! QEMU's processes, found again after a restart of ours and never mistaken for others.
//!
//! A process is held by a descriptor of it, opened before its arguments are read: from then on the number cannot come to mean
//! another process, and a signal reaches this one or none. Its arguments name the machine and our folder.

use crate::{Error, MachineId};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::ffi::OsStr;
use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a machine's process is called, before its id.
pub const NAME_BEGINS: &str = "halle-";

/// How often a process is asked whether it has ended.
const PAUSE: Duration = Duration::from_millis(20);

const NOW: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// A live QEMU that belongs to a folder of ours.
pub struct Process {
    pub pid: u32,
    pub machine: MachineId,
    pub memory_mib: u64,
    descriptor: OwnedFd,
}

impl Process {
    /// The process of that number, if it is a machine of `folder`.
    pub fn open(pid: u32, folder: &Path) -> Option<Process> {
        let number = Pid::from_raw(i32::try_from(pid).ok()?)?;
        let descriptor = pidfd_open(number, PidfdFlags::NONBLOCK).ok()?;
        // A process that ended but was not yet waited for has no arguments any more.
        let arguments = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let arguments: Vec<&[u8]> = arguments.split(|byte| *byte == 0).collect();
        let after = |option: &str| {
            let at = arguments.iter().position(|argument| *argument == option.as_bytes())?;
            arguments.get(at + 1).copied()
        };
        let name = std::str::from_utf8(after("-name")?).ok()?;
        let machine = MachineId::parse(name.strip_prefix(NAME_BEGINS)?).ok()?;
        let pid_file = PathBuf::from(OsStr::from_bytes(after("-pidfile")?));
        let memory_mib = std::str::from_utf8(after("-m")?).ok()?.parse().ok()?;
        pid_file.starts_with(folder).then_some(Process { pid, machine, memory_mib, descriptor })
    }

    /// All live machines of `folder`.
    pub fn all(folder: &Path) -> Result<Vec<Process>, Error> {
        let listing = fs::read_dir("/proc").map_err(Error::io("list processes"))?;
        // A process that ends while it is looked at is none.
        let numbers = listing.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        Ok(numbers.filter_map(|pid| Process::open(pid, folder)).collect())
    }

    /// Waits for its end. A runtime can be told of such ends only through code that is not safe, so it is asked.
    pub async fn ended(&self) -> Result<(), Error> {
        loop {
            let mut watched = [PollFd::new(&self.descriptor, PollFlags::IN)];
            let ready =
                poll(&mut watched, Some(&NOW)).map_err(|cause| Error::io("watch a process")(cause.into()))?;
            if ready > 0 {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Ends it without asking.
    pub fn kill(&self) -> Result<(), Error> {
        match pidfd_send_signal(&self.descriptor, Signal::KILL) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(cause) => Err(Error::io(format!("end process {}", self.pid))(cause.into())),
        }
    }
}
