//! Where are the bytes, and are they whole?
//!
//! A publisher sends a disk image in parts that can be resumed. The parts gather outside the blobs; when the last has come the
//! image is sealed: measured, named by its content and put among the blobs, before any row speaks of it. What is no fixed VHD is
//! refused as soon as its beginning shows it, by its name and with the command that converts it, and nothing of it stays.
//!
//! What is absent: any way to change an image. The same bytes twice are one image. And any state of an upload that is not in the
//! file and its row: a file may hold more than its row says, never less, so what the row says is where a sender goes on.

pub mod api;
mod arriving;
mod discard;
mod file_name;
mod foreign;
mod jobs;
pub mod pages;
mod receive;
mod record;
mod seal;
#[cfg(test)]
pub(crate) mod tests;

use std::time::Duration;

use disk::container::Format;
use house::error::Kind;
use house::words::{Language, Text};
use house::{Id, Refusal, Result, Timestamp, Tx};

use crate::people::{ActingFor, Organisation, Person};

pub use discard::discard;
pub use jobs::{forget, handle};
pub use receive::{Promise, Receiving, begin, room};

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

/// An upload that nobody has touched for this long is discarded.
pub const UPLOAD_LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The fewest bytes that a fixed VHD has: its footer alone. Less is no image at all.
pub const UPLOAD_BYTES_MIN: u64 = 512;

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

impl Image {
    /// One to draw a page with.
    pub fn sample() -> Image {
        Image {
            id: Id::sample(7),
            organisation: Id::sample(1),
            content_id: "ab".repeat(32),
            sha256: "cd".repeat(32),
            file_name: "disk.vhd".to_owned(),
            size_bytes: 2 << 30,
            sealed_at: house::clock::from_micros(1_799_999_000_000_000),
        }
    }
}

/// Bytes on their way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub id: Id<Upload>,
    pub organisation: Id<Organisation>,
    pub person: Id<Person>,
    pub file_name: String,
    pub size_bytes: u64,
    /// What is safely on disk, and where a sender goes on.
    pub received_bytes: u64,
    /// What the sender promised, 64 hex digits.
    pub sha256: Option<String>,
    /// By what its sender knows the file again.
    pub fingerprint: Option<String>,
    pub stage: Stage,
    pub made_at: Timestamp,
    pub touched_at: Timestamp,
}

/// Where an upload stands. From `Receiving` it goes to `Sealing` when the last byte is there, and from both it can be refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    Receiving,
    /// All bytes are there; they are being measured.
    Sealing,
    Sealed {
        image: Id<Image>,
    },
    Refused {
        reason: Text,
    },
    /// By its sender, or by time.
    Discarded {
        reason: Text,
    },
}

impl Stage {
    /// The name in the database and in the API.
    pub fn name(&self) -> &'static str {
        match self {
            Stage::Receiving => "receiving",
            Stage::Sealing => "sealing",
            Stage::Sealed { .. } => "sealed",
            Stage::Refused { .. } => "refused",
            Stage::Discarded { .. } => "discarded",
        }
    }

    /// Whether nothing more will happen to the upload.
    pub fn is_final(&self) -> bool {
        !matches!(self, Stage::Receiving | Stage::Sealing)
    }
}

impl Upload {
    /// How much has come, in whole per cent; all of it is 100 and nothing less is.
    pub fn percent(&self) -> u8 {
        let share = u128::from(self.received_bytes) * 100 / u128::from(self.size_bytes.max(1));
        // At most 100, since no more is received than was announced.
        share as u8
    }

    /// When it is discarded unless someone goes on.
    pub fn expires_at(&self) -> Timestamp {
        self.touched_at + UPLOAD_LIFE
    }
}

/// The ways in which this chapter says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    NoLength,
    TooLarge {
        size_bytes: u64,
        most_bytes: u64,
    },
    TooSmall,
    NoRoom {
        size_bytes: u64,
    },
    NoName,
    NotADigest,
    NoOrganisation,
    /// Another request is sending to this upload now.
    TwoWriters,
    WrongOffset {
        sent: u64,
        stored: u64,
    },
    /// It came to its end: sealed, refused or discarded.
    Ended,
    MoreThanPromised,
    WrongChecksum,
    UnknownChecksum,
    /// What is no fixed VHD, under its own name.
    Foreign {
        format: Format,
        command: Option<String>,
    },
    WrongLength {
        found: u64,
        expected: u64,
    },
    WrongDigest {
        promised: String,
        found: String,
    },
    /// The sender went silent or away; what came is kept.
    BrokenOff,
    NoFile,
    Headers,
    Version,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Refused::NoLength => "images.no_length",
            Refused::TooLarge { .. } => "images.too_large",
            Refused::TooSmall => "images.too_small",
            Refused::NoRoom { .. } => "images.no_room",
            Refused::NoName => "images.no_name",
            Refused::NotADigest => "images.not_a_digest",
            Refused::NoOrganisation => "images.no_organisation",
            Refused::TwoWriters => "images.two_writers",
            Refused::WrongOffset { .. } => "images.wrong_offset",
            Refused::Ended => "images.ended",
            Refused::MoreThanPromised => "images.more_than_promised",
            Refused::WrongChecksum => "images.wrong_checksum",
            Refused::UnknownChecksum => "images.unknown_checksum",
            Refused::Foreign { .. } => "images.foreign",
            Refused::WrongLength { .. } => "images.wrong_length",
            Refused::WrongDigest { .. } => "images.wrong_digest",
            Refused::BrokenOff => "images.broken_off",
            Refused::NoFile => "images.no_file",
            Refused::Version => "images.version",
            Refused::Headers => "images.headers",
        }
    }

    fn text(&self) -> Text {
        let key = self.code().replace(['.', '_'], "-");
        let text = Text::new(format!("refused-{key}"));
        match self {
            Refused::TooLarge { size_bytes, most_bytes } => {
                text.with("size", mebibytes(*size_bytes)).with("most", mebibytes(*most_bytes))
            }
            Refused::NoRoom { size_bytes } => text.with("size", mebibytes(*size_bytes)),
            Refused::WrongOffset { sent, stored } => text.with("sent", sent).with("stored", stored),
            Refused::Foreign { format, command } => foreign_text(*format, command.as_deref()),
            Refused::WrongLength { found, expected } => text.with("found", found).with("expected", expected),
            Refused::WrongDigest { promised, found } => text.with("promised", promised).with("found", found),
            _ => text,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Refused::TooLarge { .. } | Refused::MoreThanPromised => Kind::TooLarge,
            Refused::NoRoom { .. } => Kind::NotHere,
            Refused::TwoWriters | Refused::WrongOffset { .. } | Refused::Ended => Kind::NotNow,
            _ => Kind::BadInput,
        }
    }
}

/// Sizes in words are whole MiB, rounded up: a text that is kept in no language has numbers, not units.
fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

fn foreign_text(format: Format, command: Option<&str>) -> Text {
    let text = match (format, command) {
        (Format::Empty, _) => return Text::new("refused-images-too-small"),
        (Format::RawDisk, Some(_)) => Text::new("refused-images-foreign-raw"),
        (_, Some(_)) => Text::new("refused-images-foreign"),
        (_, None) => Text::new("refused-images-foreign-unknown"),
    };
    let text = text.with("format", format.to_string());
    match command {
        Some(command) => text.with("command", command),
        None => text,
    }
}

pub async fn image(tx: &mut Tx, id: Id<Image>) -> Result<Option<Image>> {
    record::image(tx, id).await
}

/// The images of a publisher, newest first.
pub async fn images_of(tx: &mut Tx, by: &ActingFor) -> Result<Vec<Image>> {
    record::images_of(tx, by.organisation().id).await
}

/// All images of an organisation, newest first: for pages that have seen to who asks.
pub async fn images_of_organisation(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Vec<Image>> {
    record::images_of(tx, organisation).await
}

/// Who sent this image first: who gets the letters about it.
pub async fn sender_of(tx: &mut Tx, id: Id<Image>) -> Result<Option<Id<Person>>> {
    record::sender_of(tx, id).await
}

/// An upload, if it belongs to the organisation that is acted for.
pub async fn upload(tx: &mut Tx, by: &ActingFor, id: Id<Upload>) -> Result<Upload> {
    let upload = record::upload(tx, id).await?;
    upload.filter(|upload| upload.organisation == by.organisation().id).ok_or(house::error::NotFound.into())
}

/// The uploads of a publisher that have not become images, newest first: what is on its way, and what was refused lately.
pub async fn uploads_of(tx: &mut Tx, by: &ActingFor) -> Result<Vec<Upload>> {
    record::uploads_of(tx, by.organisation().id).await
}

/// The upload that this person began for a file and has not finished, found by the file's fingerprint.
pub async fn open_upload(tx: &mut Tx, by: &ActingFor, fingerprint: &str) -> Result<Option<Upload>> {
    record::open_upload(tx, by.organisation().id, by.person().id, fingerprint).await
}
