//! Machines on this host: one QEMU process each, which outlives us and is found again.
//!
//! A machine is a folder (`machines/<id>`) and, while it runs, a process. The record of what it was made from is written first;
//! everything else can be made again from it, so that being cut short between any two steps is repaired by asking again. Each
//! machine has a lock; whoever changes it holds that. Nothing is kept in memory but what the host can do.

mod command_line;
mod config;
mod folder;
mod host;
mod image;
mod lock;
mod overlay;
mod process;
mod qmp;

pub use config::{AccelChoice, Config};

use crate::engine::{Answer, Capabilities, Engine, Forward, Listed, Observed, Progress};
use crate::{Accel, ContentId, Error, Firmware, InstanceSpec, MachineId, seed};
use folder::{Folder, Record, make_folder, write_whole};
use host::Host;
use lock::Lock;
use process::Process;
use qmp::Qmp;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout};

/// How long QEMU may take until it can be asked.
const START: Duration = Duration::from_secs(60);

/// How long an answer of a running QEMU may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long others may hold a machine's lock: a graceful stop is the longest of what they do.
const LOCK_PATIENCE: Duration = Duration::from_secs(180);

/// How long a look at a machine waits for those who work on it.
const GLANCE: Duration = Duration::from_millis(200);

/// How long a killed process may take to be gone.
const DEATH: Duration = Duration::from_secs(20);

/// A guest that is still booting misses a request to shut down; it is asked again.
const ASKED_AGAIN: Duration = Duration::from_secs(3);

/// Files that one QEMU may have open.
const OPEN_FILES_MAX: u64 = 4096;

/// The engine. Two values over the same folder, in one process or two, see the same machines.
pub struct Qemu {
    config: Config,
    budget_mib: u64,
    host: OnceCell<Host>,
}

impl Qemu {
    /// Opens the folder. Whether anything can run here is found out when it is needed.
    pub fn open(mut config: Config) -> Result<Qemu, Error> {
        make_folder(&config.folder)?;
        config.folder = config.folder.canonicalize().map_err(Error::io("find the folder of machines"))?;
        for name in ["images", "machines", "locks"] {
            make_folder(&config.folder.join(name))?;
        }
        if config.run_as.is_some() && !others_may_enter(&config.folder) {
            tracing::warn!(folder = %config.folder.display(), "only we may enter this folder, so machines run as ourselves");
            config.run_as = None;
        }
        let budget_mib = config.memory_budget_mib.unwrap_or_else(|| memory_mib() / 4 * 3);
        Ok(Qemu { config, budget_mib, host: OnceCell::new() })
    }

    async fn host(&self) -> Result<&Host, Error> {
        self.host.get_or_try_init(|| Host::find(&self.config)).await
    }

    /// What kind of help the processor gives here.
    pub async fn accel(&self) -> Result<Accel, Error> {
        Ok(self.host().await?.accel)
    }

    fn folder(&self, id: &MachineId) -> Folder {
        Folder::new(&self.config.folder, id)
    }

    async fn lock(&self, id: &MachineId) -> Result<Lock, Error> {
        let lock = Lock::take(&self.config.folder.join("locks"), id.as_str(), LOCK_PATIENCE).await?;
        lock.ok_or_else(|| Error::Busy(id.clone()))
    }

    fn used_mib(&self) -> Result<u64, Error> {
        Ok(Process::all(&self.config.folder)?.iter().map(|process| process.memory_mib).sum())
    }

    async fn ensure(&self, spec: &InstanceSpec) -> Result<Observed, Error> {
        spec.check()?;
        let host = self.host().await?;
        if spec.firmware == Firmware::Uefi && !self.config.uefi.exists() {
            let missing = format!("UEFI's code ({})", self.config.uefi.display());
            return Err(Error::NotHere { missing, install: "apt-get install ovmf".to_owned() });
        }
        let _lock = self.lock(&spec.id).await?;
        let folder = self.folder(&spec.id);
        let record = match folder.record()? {
            Some(record) if record.spec == *spec => record,
            Some(_) => return Err(Error::Different(spec.id.clone())),
            None => {
                // Looked at before the record is written: a machine that cannot be started leaves nothing.
                self.check_room(spec.memory_mib)?;
                self.stage(&spec.image.content, &spec.image.path, &|_, _| ()).await?;
                let disk_bytes = image::disk_bytes(&image::place(&self.config.folder, &spec.image.content))?;
                let machine_type = host.machine_types[0].clone();
                let record = Record { spec: spec.clone(), machine_type, disk_bytes };
                folder.write_record(&record)?;
                record
            }
        };
        if folder.has_started() {
            return self.look(&folder).await;
        }
        self.launch(&record, &folder).await
    }

    async fn stage(&self, content: &ContentId, source: &Path, progress: Progress<'_>) -> Result<(), Error> {
        let place = image::place(&self.config.folder, content);
        // Two that bring the same image would write the same part of a file.
        let name = format!("image-{}", content.as_str());
        let lock = Lock::take(&self.config.folder.join("locks"), &name, LOCK_PATIENCE).await?;
        let lock = lock
            .ok_or(Error::TooSlow { what: "another copy of the image", seconds: LOCK_PATIENCE.as_secs() })?;
        if !place.exists() {
            let for_others = self.config.run_as.is_some();
            image::stage(&place, source, for_others, progress).await?;
        }
        lock.remove()
    }

    fn check_room(&self, asked_mib: u64) -> Result<(), Error> {
        let free_mib = self.budget_mib.saturating_sub(self.used_mib()?);
        if asked_mib > free_mib {
            return Err(Error::NoRoom { asked_mib, free_mib, budget_mib: self.budget_mib });
        }
        Ok(())
    }

    /// Makes what is missing of a machine and starts its process, unless that runs. The machine's lock is held.
    async fn launch(&self, record: &Record, folder: &Folder) -> Result<Observed, Error> {
        if folder.process().is_none() {
            let admission = Lock::take(&self.config.folder.join("locks"), "admission", LOCK_PATIENCE).await?;
            let _admission = admission.ok_or_else(|| Error::Busy(record.spec.id.clone()))?;
            self.check_room(record.spec.memory_mib)?;
            self.prepare(record, folder)?;
            self.spawn(record, folder).await?;
        }
        let mut qmp = Qmp::connect(&folder.run(), PATIENCE).await?;
        let uuid = qmp.execute("query-uuid", json!({})).await?;
        if uuid["UUID"] != record.spec.id.as_str() {
            return Err(Error::Failed {
                what: "QEMU",
                why: format!("it runs {uuid} instead of {}", record.spec.id),
            });
        }
        let forwards = forwards(&mut qmp).await?;
        let opened: Vec<u16> = forwards.iter().map(|forward| forward.guest_port).collect();
        if let Some(port) = record.spec.open_ports.iter().find(|port| !opened.contains(port)) {
            return Err(Error::Failed { what: "QEMU", why: format!("port {port} was not forwarded") });
        }
        folder.mark_started()?;
        Ok(Observed::Running { forwards })
    }

    /// Disk layer, seed and run folder. What is there is kept, but for what the last process left behind.
    fn prepare(&self, record: &Record, folder: &Folder) -> Result<(), Error> {
        make_folder(&folder.run())?;
        folder.forget_process()?;
        if !folder.disk().exists() {
            write_whole(&folder.disk(), &overlay::empty(record.disk_bytes))?;
        }
        write_whole(&folder.seed(), &seed::image(&record.spec)?)?;
        // The seed has names and keys in it; only the machine's user shall read it.
        let seed_mode = if self.config.run_as.is_some() { 0o440 } else { 0o400 };
        fs::set_permissions(folder.seed(), Permissions::from_mode(seed_mode))
            .map_err(Error::io("protect the seed"))?;
        if let Some((uid, gid)) = self.config.run_as {
            let given = chown(folder.run(), Some(uid), Some(gid))
                .and_then(|()| chown(folder.disk(), Some(uid), Some(gid)))
                .and_then(|()| chown(folder.seed(), None, Some(gid)));
            given.map_err(Error::io("give the machine's folder to its user"))?;
        }
        Ok(())
    }

    /// Starts QEMU, in a process group of its own so that what ends us does not end it, and waits until it can be asked.
    async fn spawn(&self, record: &Record, folder: &Folder) -> Result<(), Error> {
        let host = self.host().await?;
        let pinned = host.machine_types.iter().find(|name| **name == record.machine_type);
        let machine_type = pinned.unwrap_or(&host.machine_types[0]);
        let base = image::place(&self.config.folder, &record.spec.image.content);
        let complaints = File::create(folder.complaints()).map_err(Error::io("open QEMU's log"))?;
        let mut command = host::command(&self.config);
        command.args(command_line::arguments(record, machine_type, host.accel, &base, folder, &self.config));
        command.current_dir(folder.run()).process_group(0).kill_on_drop(false);
        command.stdout(std::process::Stdio::null()).stderr(complaints);
        let mut child = command.spawn().map_err(host::not_started(&self.config))?;
        limit(child.id());
        let deadline = Instant::now() + START;
        loop {
            if let Some(status) = child.try_wait().map_err(Error::io("wait for QEMU"))? {
                let said = fs::read_to_string(folder.complaints()).unwrap_or_default();
                let why = format!("{status}: {}", said.trim());
                return Err(Error::Failed { what: "starting QEMU", why });
            }
            if folder.process().is_some() && Qmp::connect(&folder.run(), PATIENCE).await.is_ok() {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(Error::TooSlow { what: "QEMU", seconds: START.as_secs() });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How a machine is, by its folder and its process.
    async fn look(&self, folder: &Folder) -> Result<Observed, Error> {
        if folder.record()?.is_none() {
            return Ok(Observed::Absent);
        }
        if folder.process().is_none() {
            return Ok(match (folder.has_started(), folder.ended_abruptly()) {
                (false, _) => Observed::Absent,
                (true, true) => {
                    Observed::Failed { reason: "its process ended without having been asked to".to_owned() }
                }
                (true, false) => Observed::Stopped,
            });
        }
        folder.trim_console()?;
        let mut qmp = match Qmp::connect(&folder.run(), PATIENCE).await {
            Ok(qmp) => qmp,
            Err(Error::TooSlow { .. }) => {
                return Ok(Observed::Failed { reason: "QEMU does not answer".to_owned() });
            }
            // It ended while it was looked at, or opens its socket only now.
            Err(_) => return Ok(Observed::Starting),
        };
        let status = qmp.execute("query-status", json!({})).await?;
        match status["status"].as_str().unwrap_or("unknown") {
            "running" => Ok(Observed::Running { forwards: forwards(&mut qmp).await? }),
            "prelaunch" | "inmigrate" | "restore-vm" => Ok(Observed::Starting),
            "shutdown" => Ok(Observed::Stopped),
            other => Ok(Observed::Failed { reason: format!("QEMU says: {other}") }),
        }
    }

    /// How a machine is, also while others work on it: a graceful stop takes its time, and people look meanwhile.
    async fn see(&self, id: &MachineId) -> Result<Observed, Error> {
        let lock = Lock::take(&self.config.folder.join("locks"), id.as_str(), GLANCE).await?;
        let folder = self.folder(id);
        let observed = self.look(&folder).await?;
        match lock {
            Some(lock) if observed == Observed::Absent => lock.remove().map(|()| observed),
            Some(_) => Ok(observed),
            // Between two of their steps there is a record and no process, which alone would mean something else.
            None if folder.process().is_none() && folder.record()?.is_some() => Ok(Observed::Starting),
            None => Ok(observed),
        }
    }

    async fn begin(&self, id: &MachineId) -> Result<Observed, Error> {
        self.host().await?;
        let _lock = self.lock(id).await?;
        let folder = self.folder(id);
        let record = folder.record()?.ok_or_else(|| Error::NoSuchMachine(id.clone()))?;
        self.launch(&record, &folder).await
    }

    async fn end(&self, id: &MachineId, graceful: Duration) -> Result<(), Error> {
        let _lock = self.lock(id).await?;
        let folder = self.folder(id);
        folder.record()?.ok_or_else(|| Error::NoSuchMachine(id.clone()))?;
        if let Some(process) = folder.process() {
            let deadline = Instant::now() + graceful;
            let mut gone = false;
            while !gone && Instant::now() < deadline {
                ask_to_shut_down(&folder).await;
                let pause = ASKED_AGAIN.min(deadline - Instant::now());
                gone = timeout(pause, process.ended()).await.is_ok();
            }
            if !gone {
                end_process(&process).await?;
            }
        }
        folder.forget_process()
    }

    async fn remove(&self, id: &MachineId) -> Result<(), Error> {
        let lock = self.lock(id).await?;
        // Also those whose folder is gone, or whose number was never written down.
        for process in Process::all(&self.config.folder)?.iter().filter(|process| process.machine == *id) {
            end_process(process).await?;
        }
        self.folder(id).remove()?;
        lock.remove()
    }

    fn traces(&self) -> Result<Vec<Listed>, Error> {
        let mut found: BTreeMap<MachineId, Listed> = BTreeMap::new();
        let machines = self.config.folder.join("machines");
        for entry in fs::read_dir(&machines).map_err(Error::io("list machines"))? {
            let name = entry.map_err(Error::io("list machines"))?.file_name();
            if let Some(id) = name.to_str().and_then(|name| MachineId::parse(name).ok()) {
                found.insert(id.clone(), Listed { id, has_state: true, process: None });
            }
        }
        for process in Process::all(&self.config.folder)? {
            let id = process.machine.clone();
            let orphan = Listed { id: id.clone(), has_state: false, process: None };
            found.entry(id).or_insert(orphan).process = Some(process.pid);
        }
        Ok(found.into_values().collect())
    }
}

impl Engine for Qemu {
    fn capabilities(&self) -> Answer<'_, Capabilities> {
        Box::pin(async {
            let (available, accel) = match self.host().await {
                Ok(host) => (Ok(format!("QEMU {}", host.version)), Some(host.accel)),
                Err(reason) => (Err(reason.to_string()), None),
            };
            Ok(Capabilities {
                engine: "qemu",
                available,
                accel,
                uefi: self.config.uefi.exists(),
                memory_budget_mib: self.budget_mib,
                memory_free_mib: self.budget_mib.saturating_sub(self.used_mib()?),
            })
        })
    }

    fn ensure_image<'a>(
        &'a self,
        content: &'a ContentId,
        source: &'a Path,
        progress: Progress<'a>,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            self.host().await?;
            self.stage(content, source, progress).await
        })
    }

    fn ensure_instance<'a>(&'a self, spec: &'a InstanceSpec) -> Answer<'a, Observed> {
        Box::pin(self.ensure(spec))
    }

    fn observe<'a>(&'a self, id: &'a MachineId) -> Answer<'a, Observed> {
        Box::pin(async move {
            self.host().await?;
            self.see(id).await
        })
    }

    fn start<'a>(&'a self, id: &'a MachineId) -> Answer<'a, Observed> {
        Box::pin(self.begin(id))
    }

    fn stop<'a>(&'a self, id: &'a MachineId, graceful: Duration) -> Answer<'a, ()> {
        Box::pin(self.end(id, graceful))
    }

    fn restart<'a>(&'a self, id: &'a MachineId, graceful: Duration) -> Answer<'a, Observed> {
        Box::pin(async move {
            self.end(id, graceful).await?;
            self.begin(id).await
        })
    }

    fn destroy<'a>(&'a self, id: &'a MachineId) -> Answer<'a, ()> {
        Box::pin(self.remove(id))
    }

    fn console<'a>(&'a self, id: &'a MachineId) -> Answer<'a, String> {
        Box::pin(async move {
            let folder = self.folder(id);
            folder.record()?.ok_or_else(|| Error::NoSuchMachine(id.clone()))?;
            folder.console()
        })
    }

    fn inventory(&self) -> Answer<'_, Vec<Listed>> {
        Box::pin(async { self.traces() })
    }
}

/// Presses the power button. Whether it could be pressed does not matter: who does not react is ended at the deadline.
async fn ask_to_shut_down(folder: &Folder) {
    let asked =
        async { Qmp::connect(&folder.run(), PATIENCE).await?.execute("system_powerdown", json!({})).await };
    if let Err(reason) = asked.await {
        tracing::debug!(%reason, "a machine could not be asked to shut down");
    }
}

async fn end_process(process: &Process) -> Result<(), Error> {
    process.kill()?;
    let gone = timeout(DEATH, process.ended()).await;
    gone.map_err(|_| Error::TooSlow { what: "the end of a killed process", seconds: DEATH.as_secs() })?
}

/// Asks QEMU which ports it really forwards.
async fn forwards(qmp: &mut Qmp) -> Result<Vec<Forward>, Error> {
    let answer = qmp.execute("human-monitor-command", json!({ "command-line": "info usernet" })).await?;
    Ok(answer.as_str().map(forwards_in).unwrap_or_default())
}

/// Reads lines such as `TCP[HOST_FORWARD]  11  127.0.0.1 46143  10.0.2.15    80  0  0`.
fn forwards_in(table: &str) -> Vec<Forward> {
    let read = |line: &str| -> Option<Forward> {
        let fields: Vec<&str> = line.trim().strip_prefix("TCP[HOST_FORWARD]")?.split_whitespace().collect();
        let [_, address, port, _, guest_port, ..] = fields[..] else { return None };
        let address = SocketAddr::new(address.parse().ok()?, port.parse().ok()?);
        Some(Forward { guest_port: guest_port.parse().ok()?, address })
    };
    let mut forwards: Vec<Forward> = table.lines().filter_map(read).collect();
    forwards.sort_by_key(|forward| forward.guest_port);
    forwards
}

/// Limits what a QEMU taken over by its guest could use up. Memory is limited by admission.
fn limit(pid: Option<u32>) {
    let Some(pid) = pid.and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?)) else { return };
    let limits = [(Resource::Nofile, OPEN_FILES_MAX), (Resource::Core, 0)];
    for (resource, at_most) in limits {
        let limit = Rlimit { current: Some(at_most), maximum: Some(at_most) };
        if let Err(cause) = prlimit(Some(pid), resource, limit) {
            tracing::warn!(%cause, "a machine could not be limited");
        }
    }
}

/// Whether every user may pass through this folder.
fn others_may_enter(folder: &Path) -> bool {
    folder
        .ancestors()
        .all(|above| fs::metadata(above).is_ok_and(|about| about.permissions().mode() & 0o001 != 0))
}

/// The host's memory.
fn memory_mib() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib: Option<u64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kib.unwrap_or(0) / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwards_are_read_from_what_qemu_says() {
        let table = "Hub -1 (n0):\r\n  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n\
            \x20 TCP[TIME_WAIT]     19       127.0.0.1 28081       10.0.2.15    22     0     0\r\n\
            \x20 TCP[HOST_FORWARD]  15       127.0.0.1 28080       10.0.2.15    80     0     0\r\n\
            \x20 TCP[HOST_FORWARD]  14       127.0.0.1 28081       10.0.2.15    22     0     0\r\n";
        let read: Vec<String> = forwards_in(table)
            .iter()
            .map(|forward| format!("{} at {}", forward.guest_port, forward.address))
            .collect();
        assert_eq!(read, ["22 at 127.0.0.1:28081", "80 at 127.0.0.1:28080"]);
        assert!(forwards_in("nonsense\nTCP[HOST_FORWARD] 1").is_empty());
    }
}
