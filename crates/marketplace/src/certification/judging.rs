//! When and why an image was judged, as the page of its report tells it.

use certifier::report::Report;
use house::words::Words;
use house::{Result, Timestamp, Tx};

use super::comparison::pages::Told;
use super::{Run, again};
use crate::images::Image;

/// When and why an image was judged, and what that changed.
pub struct Judging {
    pub at: Timestamp,
    /// Why it was judged again, where nobody asked for it.
    pub why: Option<String>,
    /// The last look that found nothing new, and the feed of advisories that was looked into.
    pub looked: Option<Timestamp>,
    pub advisories: Option<String>,
    pub trouble: Option<String>,
    pub told: Option<Told>,
}

impl Judging {
    /// Judged then, and nothing more to tell.
    pub fn at(at: Timestamp) -> Judging {
        Judging { at, why: None, looked: None, advisories: None, trouble: None, told: None }
    }

    /// All there is to tell beside the report of a run that was concluded then.
    pub async fn of(
        tx: &mut Tx,
        w: &Words,
        image: &Image,
        (run, report): (&Run, &Report),
        at: Timestamp,
    ) -> Result<Judging> {
        let (why, _) = again::origin(tx, run.id).await?;
        let look = again::look(tx, image.id, &run.profile).await?;
        let told = Told::of(tx, w, image, (run, report), why.is_some()).await?;
        Ok(Judging {
            at,
            why: why.map(|why| w.say(&format!("certification-why-{}", why.name())).to_string()),
            looked: look.as_ref().map(|look| look.at).filter(|looked| *looked > at),
            advisories: look.as_ref().and_then(|look| look.advisories.clone()),
            trouble: look.and_then(|look| look.trouble).map(|trouble| w.tell(&trouble)),
            told: Some(told),
        })
    }
}
