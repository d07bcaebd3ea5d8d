//! Where are the bytes, and are they whole?
//!
//! A publisher sends a disk image in parts that can be resumed. The parts gather outside the blobs; when the last has come the
//! image is sealed: measured, named by its content and put among the blobs, before any row speaks of it.
//!
//! What is absent: any way to change an image. The same bytes twice are one image.

use house::jobs::Handlers;

use house::words::Language;

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

use house::{Id, Result, Timestamp, Tx};

use crate::market::Market;
use crate::people::{ActingFor, Organisation};

/// A disk image, whole and sealed. Its bytes never change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pub id: Id<Image>,
    pub organisation: Id<Organisation>,
    /// The tree hash, 64 hex digits: the name of the blob.
    pub content_id: String,
    pub sha256: String,
    pub file_name: String,
    pub size_bytes: i64,
    pub sealed_at: Timestamp,
}

pub async fn image(_tx: &mut Tx, _id: Id<Image>) -> Result<Option<Image>> {
    todo!("images")
}

/// The images of a publisher, newest first.
pub async fn images_of(_tx: &mut Tx, _by: &ActingFor) -> Result<Vec<Image>> {
    todo!("images")
}

/// Adds the jobs of this chapter.
pub fn handle(_handlers: &mut Handlers, _market: &Market) {}
