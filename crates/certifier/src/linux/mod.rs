//! What a Linux image says of itself, read from its files and never by running it.

pub mod accounts;
pub mod boot;
pub mod entries;
#[cfg(test)]
pub mod folder;
pub mod initramfs;
pub mod owned;
pub mod packages;
pub mod passwords;
pub mod root;
pub mod sshd;
