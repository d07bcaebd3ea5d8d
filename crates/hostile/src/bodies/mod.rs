//! The bodies, by name.

mod containers;
mod filesystems;
mod images;
mod judged;
mod packed;
mod registry;
mod texts;

use crate::specimen::Specimen;

/// What is done to one family of parsers.
pub struct Body {
    pub name: &'static str,
    /// Takes any bytes at all.
    pub run: fn(&[u8]),
    /// What the bytes are changes to, if they are not the input themselves.
    pub specimens: Option<fn() -> &'static [Specimen]>,
}

pub const BODIES: &[Body] = &[
    filesystems::NTFS,
    filesystems::XFS,
    filesystems::EXT4,
    registry::HIVE,
    filesystems::BTRFS,
    containers::CONTAINERS,
    containers::PARTITIONS,
    filesystems::FAT,
    filesystems::SQUASHFS,
    packed::UNPACKERS,
    packed::INFLATE,
    packed::INITRAMFS,
    packed::ARCHIVES,
    texts::LINUX,
    texts::LOADERS,
    texts::PROGRAMS,
    texts::LANGUAGE_PACKAGES,
    texts::SYSTEM_PACKAGES,
    images::RPM,
    judged::VERSIONS,
    judged::CONTENT,
    judged::ADVISORIES,
    judged::OPERATOR,
    images::CERTIFY,
];

/// The body of this name.
pub fn named(name: &str) -> Option<&'static Body> {
    BODIES.iter().find(|body| body.name == name)
}
