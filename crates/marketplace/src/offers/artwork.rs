//! Artwork: logos and screenshots, PNG and small.

use std::fmt;

use house::words::Text;
use house::{Id, Result, Tx, audit};
use serde_json::json;

use super::{Artwork, Offer, Refused, SCREENSHOTS_MAX, record};
use crate::people::ActingFor;

/// The largest picture that is taken.
pub const PNG_BYTES_MAX: usize = 1 << 20;
/// The sides of a logo, which is square.
pub const LOGO_PIXELS: std::ops::RangeInclusive<u32> = 216..=350;
/// The width of a screenshot.
pub const SCREENSHOT_WIDTH: std::ops::RangeInclusive<u32> = 533..=2_560;
/// The height of a screenshot.
pub const SCREENSHOT_HEIGHT: std::ops::RangeInclusive<u32> = 324..=1_600;
/// Chunks in a picture; more is no picture but a trick.
const CHUNKS_MAX: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Logo,
    Screenshot,
}

impl Kind {
    pub fn code(self) -> &'static str {
        match self {
            Kind::Logo => "logo",
            Kind::Screenshot => "screenshot",
        }
    }
}

/// A picture whose head and chunks were looked at: a PNG of these dimensions, and nothing behind its end.
#[derive(Clone, PartialEq, Eq)]
pub struct Png {
    pub width: u32,
    pub height: u32,
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Png {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Png({} × {})", self.width, self.height)
    }
}

/// A picture as it is served.
#[derive(Debug, Clone)]
pub struct Picture {
    pub png: Vec<u8>,
    pub sha256: String,
}

impl Png {
    /// Takes a picture that is to hang as a logo or a screenshot.
    pub fn parse(bytes: Vec<u8>, kind: Kind) -> Result<Png, Text> {
        if bytes.is_empty() {
            return Err(Text::new("refused-offers-png-none"));
        }
        if bytes.len() > PNG_BYTES_MAX {
            return Err(Text::new("refused-offers-png-large").with("most", PNG_BYTES_MAX / 1024));
        }
        let (width, height) = dimensions(&bytes).ok_or_else(|| Text::new("refused-offers-png-not"))?;
        let fits = match kind {
            Kind::Logo => width == height && LOGO_PIXELS.contains(&width),
            Kind::Screenshot => SCREENSHOT_WIDTH.contains(&width) && SCREENSHOT_HEIGHT.contains(&height),
        };
        if !fits {
            let key = format!("refused-offers-png-{}-size", kind.code());
            return Err(Text::new(key).with("width", width).with("height", height));
        }
        Ok(Png { width, height, bytes })
    }

    pub(super) fn sha256(&self) -> String {
        use sha2::{Digest, Sha256};
        house::chance::hex(&Sha256::digest(&self.bytes))
    }
}

/// Width and height of a PNG that is whole: signature, header, chunks of the lengths they claim, an end, and nothing behind it.
fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let mut size = None;
    let mut data = false;
    for _ in 0..CHUNKS_MAX {
        let (length, after) = rest.split_at_checked(4)?;
        let length = u32::from_be_bytes(length.try_into().ok()?) as usize;
        let (kind, after) = after.split_at_checked(4)?;
        let (content, after) = after.split_at_checked(length)?;
        let (_checksum, after) = after.split_at_checked(4)?;
        match kind {
            b"IHDR" if size.is_none() && length == 13 => {
                let side = |at: usize| Some(u32::from_be_bytes(content[at..at + 4].try_into().ok()?));
                size = Some((side(0)?, side(4)?));
            }
            b"IDAT" => data = true,
            b"IEND" => return size.filter(|_| length == 0 && data && after.is_empty()),
            _ if size.is_none() => return None,
            _ => {}
        }
        rest = after;
    }
    None
}

/// Hangs a picture: a logo takes the place of the one before, a screenshot comes after those that hang.
pub async fn hang(
    tx: &mut Tx,
    by: &ActingFor,
    offer: Id<Offer>,
    kind: Kind,
    png: &Png,
) -> Result<Id<Artwork>> {
    let offer = super::offer(tx, by, offer).await?;
    if kind == Kind::Screenshot && offer.draft.screenshots.len() >= SCREENSHOTS_MAX {
        return Err(Refused::TooManyScreenshots.into());
    }
    let id = record::add_artwork(tx, by.organisation().id, kind.code(), png).await?;
    let mut draft = offer.draft;
    match kind {
        Kind::Logo => draft.logo = Some(id),
        Kind::Screenshot => draft.screenshots.push(id),
    }
    record::save(tx, offer.id, offer.version, &draft).await?;
    audit::note(
        tx,
        &by.person().email,
        "offers.hang",
        offer.id,
        &json!({ "artwork": id, "kind": kind.code() }),
    )
    .await?;
    Ok(id)
}

/// Takes a picture out of the draft. Versions that show it go on showing it.
pub async fn take_down(tx: &mut Tx, by: &ActingFor, offer: Id<Offer>, artwork: Id<Artwork>) -> Result<()> {
    let offer = super::offer(tx, by, offer).await?;
    let mut draft = offer.draft.clone();
    draft.screenshots.retain(|id| *id != artwork);
    draft.logo = draft.logo.filter(|id| *id != artwork);
    if draft == offer.draft {
        return Ok(());
    }
    record::save(tx, offer.id, offer.version, &draft).await?;
    audit::note(tx, &by.person().email, "offers.take_down", offer.id, &json!({ "artwork": artwork })).await
}

pub async fn picture(tx: &mut Tx, id: Id<Artwork>) -> Result<Option<Picture>> {
    record::artwork(tx, id).await
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A picture that is as small as a picture of these dimensions can claim to be.
    pub(crate) fn drawn(width: u32, height: u32) -> Vec<u8> {
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
        header.extend([8, 6, 0, 0, 0]);
        for (kind, content) in [(b"IHDR", header.as_slice()), (b"IDAT", b"x"), (b"IEND", b"")] {
            png.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
            png.extend(kind);
            png.extend(content);
            png.extend([0; 4]);
        }
        png
    }

    #[track_caller]
    fn check(bytes: Vec<u8>, kind: Kind, refused: Option<&str>) {
        let key = Png::parse(bytes, kind).err().map(|text| text.key);
        assert_eq!(key.as_deref(), refused);
    }

    #[test]
    fn only_whole_pngs_of_the_right_size_are_hung() {
        check(drawn(216, 216), Kind::Logo, None);
        check(drawn(350, 350), Kind::Logo, None);
        check(drawn(1280, 720), Kind::Screenshot, None);
        check(drawn(215, 215), Kind::Logo, Some("refused-offers-png-logo-size"));
        check(drawn(300, 301), Kind::Logo, Some("refused-offers-png-logo-size"));
        check(drawn(100_000, 720), Kind::Screenshot, Some("refused-offers-png-screenshot-size"));
        check(Vec::new(), Kind::Logo, Some("refused-offers-png-none"));
        check(b"GIF89a".to_vec(), Kind::Logo, Some("refused-offers-png-not"));
        check(vec![0; PNG_BYTES_MAX + 1], Kind::Logo, Some("refused-offers-png-large"));
        let mut followed = drawn(300, 300);
        followed.extend(b"<script>");
        check(followed, Kind::Logo, Some("refused-offers-png-not"));
        let whole = drawn(300, 300);
        for end in 0..whole.len() {
            assert!(Png::parse(whole[..end].to_vec(), Kind::Logo).is_err(), "cut at {end}");
        }
    }
}
