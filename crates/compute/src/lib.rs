//! Where virtual machines run.
//!
//! An [`Engine`] turns a certified image and an [`InstanceSpec`] into a machine that answers on the network. [`qemu::Qemu`]
//! does it on this host. Everything is idempotent by the machine's id: find or create, never two; whoever is cut short asks
//! again and the rest is done. Nothing here knows who pays, or why a machine is wanted.
//!
//! Images and guests are hostile. An image is opened as raw, its size said beforehand, never probed; a guest talks to the ports
//! that were forwarded to it and to nothing else.

mod engine;
mod error;
pub mod health;
mod iso9660;
pub mod qemu;
mod seed;
mod spec;

pub use engine::{Accel, Answer, Capabilities, Engine, Forward, Listed, Observed, Progress};
pub use error::Error;
pub use spec::{ContentId, Firmware, ImageRef, InstanceSpec, MachineId};
