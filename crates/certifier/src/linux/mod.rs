//! What a Linux image says of itself, read from its files and never by running it.

pub mod accounts;
pub mod belonging;
pub mod boot;
pub mod cloud_init;
pub mod distributions;
pub mod entries;
pub mod grub;
#[cfg(test)]
mod hostile;
pub mod initramfs;
pub mod kernel;
pub mod modprobe;
pub mod mounts;
pub mod network;
pub mod passwords;
pub mod release;
pub mod root;
pub mod scheduled;
pub mod sources;
pub mod sshd;
pub mod uki;
pub mod unpack;
pub mod waagent;
