//! The stages of a deployment, and the one function that moves between them.

use std::net::SocketAddr;

use house::words::Text;
use serde::{Deserialize, Serialize};

use super::Refused;

/// What the customer wants to be the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Running,
    Stopped,
    Destroyed,
}

impl Wish {
    pub fn code(self) -> &'static str {
        match self {
            Wish::Running => "running",
            Wish::Stopped => "stopped",
            Wish::Destroyed => "destroyed",
        }
    }

    pub fn parse(code: &str) -> Option<Wish> {
        [Wish::Running, Wish::Stopped, Wish::Destroyed].into_iter().find(|wish| wish.code() == code)
    }
}

/// Where a deployment stands. Each stage carries what is true in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    Requested,
    /// The image is on its way to where machines are made; the job tells how far.
    Staging,
    Creating,
    /// It runs, and its own web server has not answered yet.
    Booting,
    Ready {
        opened: Vec<Opened>,
    },
    Failed {
        reason: Text,
        retryable: bool,
    },
    Stopping,
    Stopped,
    Destroying,
    Destroyed,
}

/// A port of the machine, and where the world finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub guest_port: u16,
    pub address: SocketAddr,
}

/// What can happen to a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Begun,
    ImageStaged,
    Created,
    Answered {
        opened: Vec<Opened>,
    },
    /// The ports of a machine that is ready are found elsewhere now.
    Moved {
        opened: Vec<Opened>,
    },
    Failed {
        reason: Text,
        retryable: bool,
    },
    StopBegun,
    Halted,
    Started,
    Retried,
    DestroyBegun,
    Gone,
}

impl Stage {
    /// The whole life of a deployment, in one place. What is not listed cannot happen.
    pub fn after(&self, event: Event) -> Result<Stage, Refused> {
        match (self, event) {
            (Stage::Requested, Event::Begun) => Ok(Stage::Staging),
            (Stage::Staging, Event::ImageStaged) => Ok(Stage::Creating),
            (Stage::Creating, Event::Created) | (Stage::Stopped, Event::Started) => Ok(Stage::Booting),
            (Stage::Booting, Event::Answered { opened }) | (Stage::Ready { .. }, Event::Moved { opened }) => {
                Ok(Stage::Ready { opened })
            }
            (Stage::Booting | Stage::Ready { .. }, Event::StopBegun) => Ok(Stage::Stopping),
            // A guest may also shut itself down.
            (Stage::Booting | Stage::Ready { .. } | Stage::Stopping, Event::Halted) => Ok(Stage::Stopped),
            (
                Stage::Requested
                | Stage::Staging
                | Stage::Creating
                | Stage::Booting
                | Stage::Ready { .. }
                | Stage::Stopping
                | Stage::Stopped,
                Event::Failed { reason, retryable },
            ) => Ok(Stage::Failed { reason, retryable }),
            (Stage::Failed { retryable: true, .. }, Event::Retried) => Ok(Stage::Requested),
            // Whatever it is, it can be ended.
            (Stage::Destroyed, Event::DestroyBegun) => Err(Refused::NotNow),
            (_, Event::DestroyBegun) => Ok(Stage::Destroying),
            (Stage::Destroying, Event::Gone) => Ok(Stage::Destroyed),
            _ => Err(Refused::NotNow),
        }
    }

    /// Its name: in the database, and at the end of its key.
    pub fn name(&self) -> &'static str {
        match self {
            Stage::Requested => "requested",
            Stage::Staging => "staging",
            Stage::Creating => "creating",
            Stage::Booting => "booting",
            Stage::Ready { .. } => "ready",
            Stage::Failed { .. } => "failed",
            Stage::Stopping => "stopping",
            Stage::Stopped => "stopped",
            Stage::Destroying => "destroying",
            Stage::Destroyed => "destroyed",
        }
    }

    /// Whether a machine of this stage takes up the host's processor and memory.
    pub fn is_over(&self) -> bool {
        matches!(self, Stage::Destroyed)
    }
}
