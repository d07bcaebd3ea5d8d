use crate::spec::MachineId;
use std::io;

/// Why a machine could not be had, seen or ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// This host lacks something; an operator can install it.
    #[error("{missing} is not here; install it with `{install}`")]
    NotHere { missing: String, install: String },
    /// There is no machine of that id.
    #[error("there is no machine {0}")]
    NoSuchMachine(MachineId),
    /// The machine exists, made from another specification.
    #[error("machine {0} exists already and is a different one")]
    Different(MachineId),
    /// The host's memory is spoken for.
    #[error("{asked_mib} MiB are asked for, {free_mib} of {budget_mib} MiB are free")]
    NoRoom { asked_mib: u64, free_mib: u64, budget_mib: u64 },
    /// What was asked for cannot be a machine.
    #[error("{what} is not acceptable: {why}")]
    Unacceptable { what: &'static str, why: String },
    /// The image is not a fixed VHD, or not the one it was said to be.
    #[error("the image cannot be used: {0}")]
    BadImage(String),
    /// Someone else works on this machine.
    #[error("machine {0} is being worked on")]
    Busy(MachineId),
    /// The engine did not answer in time.
    #[error("no answer from {what} within {seconds} s")]
    TooSlow { what: &'static str, seconds: u64 },
    /// The engine answered that it failed.
    #[error("{what} failed: {why}")]
    Failed { what: &'static str, why: String },
    #[error("{what}: {cause}")]
    Io { what: String, cause: io::Error },
}

impl Error {
    /// Whether the same call may succeed later, with nothing changed by anyone.
    pub fn is_retryable(&self) -> bool {
        match self {
            Error::NoRoom { .. }
            | Error::Busy(_)
            | Error::TooSlow { .. }
            | Error::Failed { .. }
            | Error::Io { .. } => true,
            Error::NotHere { .. }
            | Error::NoSuchMachine(_)
            | Error::Different(_)
            | Error::Unacceptable { .. }
            | Error::BadImage(_) => false,
        }
    }

    /// Says what was being done when the system refused.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
        let what = what.into();
        move |cause| Error::Io { what, cause }
    }
}
