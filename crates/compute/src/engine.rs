//! What every engine can do.

use crate::{ContentId, Error, InstanceSpec, MachineId};
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

/// An answer that takes its time. Boxed, so that a market can hold any engine behind one pointer.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Hears how many bytes of how many are done.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

/// A place where machines run. Each call may be repeated, and may be made after any other was cut short.
pub trait Engine: Send + Sync {
    /// What this engine offers here and now. Answers even where nothing can run, and says what is missing.
    fn capabilities(&self) -> Answer<'_, Capabilities>;

    /// Brings an image to where machines are made from it. Does nothing when it is there.
    fn ensure_image<'a>(
        &'a self,
        content: &'a ContentId,
        source: &'a Path,
        progress: Progress<'a>,
    ) -> Answer<'a, ()>;

    /// Finds the machine of this id, or makes and starts it. One that was stopped stays stopped.
    fn ensure_instance<'a>(&'a self, spec: &'a InstanceSpec) -> Answer<'a, Observed>;

    /// How the machine is.
    fn observe<'a>(&'a self, id: &'a MachineId) -> Answer<'a, Observed>;

    /// Starts a machine that is stopped or failed. Its disk is as it was.
    fn start<'a>(&'a self, id: &'a MachineId) -> Answer<'a, Observed>;

    /// Asks the guest to shut down; after `graceful` it is ended whatever it does. With zero, at once.
    fn stop<'a>(&'a self, id: &'a MachineId, graceful: Duration) -> Answer<'a, ()>;

    /// Stops and starts. Forwarded ports may change.
    fn restart<'a>(&'a self, id: &'a MachineId, graceful: Duration) -> Answer<'a, Observed>;

    /// Ends the machine and removes all that belongs to it. Absent is fine.
    fn destroy<'a>(&'a self, id: &'a MachineId) -> Answer<'a, ()>;

    /// The end of what the guest wrote to its serial console, free of control characters.
    fn console<'a>(&'a self, id: &'a MachineId) -> Answer<'a, String>;

    /// Every machine there is a trace of. Those that nobody wants any more are to be destroyed.
    fn inventory(&self) -> Answer<'_, Vec<Listed>>;
}

/// How a machine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed {
    /// There is none; or its making was cut short, and [`Engine::ensure_instance`] goes on with it.
    Absent,
    /// It exists and does not run yet or does not answer yet, because someone works on it.
    Starting,
    /// It runs. Whether its software answers is for a health check to say.
    Running { forwards: Vec<Forward> },
    /// It was stopped, or shut itself down.
    Stopped,
    /// It ended or hangs without having been asked to. It can be started again.
    Failed { reason: String },
}

impl Observed {
    /// Where a port of a running guest is reached.
    pub fn address(&self, guest_port: u16) -> Option<SocketAddr> {
        match self {
            Observed::Running { forwards } => forwards
                .iter()
                .find(|forward| forward.guest_port == guest_port)
                .map(|forward| forward.address),
            _ => None,
        }
    }
}

/// A port of the guest, and where it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forward {
    pub guest_port: u16,
    pub address: SocketAddr,
}

/// How instructions of the guest are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Accel {
    /// By the processor.
    Kvm,
    /// By translation: works everywhere, many times slower.
    Tcg,
}

/// What an engine offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    pub engine: &'static str,
    /// The version, or what is missing and how it is installed.
    pub available: Result<String, String>,
    pub accel: Option<Accel>,
    /// Whether images that boot only under UEFI can run.
    pub uefi: bool,
    pub memory_budget_mib: u64,
    pub memory_free_mib: u64,
}

/// A trace of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: MachineId,
    /// Whether it has a folder; a process without one is an orphan.
    pub has_state: bool,
    pub process: Option<u32>,
}
