//! What a Linux image says of itself, read from its files and never by running it.

pub mod accounts;
pub mod boot;
pub mod cloud_init;
pub mod distributions;
pub mod entries;
#[cfg(test)]
pub mod folder;
pub mod grub;
pub mod initramfs;
pub mod kernel;
pub mod modprobe;
pub mod network;
pub mod owned;
pub mod packages;
pub mod passwords;
pub mod release;
pub mod root;
pub mod sources;
pub mod sshd;
pub mod uki;
pub mod unpack;
pub mod waagent;
