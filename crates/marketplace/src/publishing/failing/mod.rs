//! What is on sale and no longer passes.
//!
//! Images on sale are judged again, by [`certification::again`]. One that no longer passes is put on the operator's desk, its
//! publisher gets a letter with the rule, the place and the remedy, and new sales stop as the market's settings or the operator say.
//! When it passes again they go on by themselves. Those who have bought are not touched: they deploy and redeploy as before.
//!
//! [`certification::again`]: crate::certification::again

mod decide;
mod ending;
mod jobs;
mod letters;
pub mod pages;
mod record;
mod settle;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use house::error::Kind;
use house::words::Text;
use house::{Id, Refusal, Result, Timestamp, Tx};

use crate::certification::Run;
use crate::images::Image;
use crate::offers::{Offer, Sku, Version};
use crate::people::Organisation;

pub use decide::decide;
pub use jobs::{handle, watch_soon};
pub use view::{FailingView, views};

/// An image on sale that no longer passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    pub image: Id<Image>,
    pub organisation: Id<Organisation>,
    /// The judgement that was told last.
    pub run: Id<Run>,
    pub since: Timestamp,
    /// When new sales stop by themselves, unless the operator decides otherwise.
    pub stops_at: Option<Timestamp>,
    pub stopped_at: Option<Timestamp>,
    pub decided: Option<Decided>,
}

impl Failing {
    /// When new sales are going to stop.
    pub fn will_stop_at(&self) -> Option<Timestamp> {
        let goes_on = self.stopped_at.is_some() || self.decided == Some(Decided::Sell);
        self.stops_at.filter(|_| !goes_on)
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped_at.is_some()
    }

    pub fn sample(stopped: bool) -> Failing {
        let at = Timestamp::UNIX_EPOCH;
        Failing {
            image: Id::sample(7),
            organisation: Id::sample(1),
            run: Id::sample(9),
            since: at,
            stops_at: Some(at),
            stopped_at: stopped.then_some(at),
            decided: None,
        }
    }
}

/// What the operator decided about one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// No new sales until it passes again.
    Stop,
    /// It may be sold as it is.
    Sell,
    /// What the market does by itself is right.
    Seen,
}

impl Decided {
    const ALL: [Decided; 3] = [Decided::Stop, Decided::Sell, Decided::Seen];

    /// The name in the database and in forms.
    pub fn name(self) -> &'static str {
        match self {
            Decided::Stop => "stop",
            Decided::Sell => "sell",
            Decided::Seen => "seen",
        }
    }

    pub fn parse(name: &str) -> Option<Decided> {
        Decided::ALL.into_iter().find(|decided| decided.name() == name)
    }
}

/// An offer in the version that is live, or was when it was withdrawn.
#[derive(Debug, Clone)]
pub struct Listed {
    pub organisation: Id<Organisation>,
    pub version: Version,
    /// Where customers find it.
    pub address: String,
    pub on_sale: bool,
}

/// Has the images of an offer watched from now on, as the offer lists them now: they are seen to at once.
pub(super) async fn watch(tx: &mut Tx, offer: Id<Offer>, images: &BTreeSet<Id<Image>>) -> Result<()> {
    record::watched::set(tx, offer, images).await
}

/// Has the images of an offer that is put back on sale seen to at once.
pub(super) async fn watch_again(tx: &mut Tx, offer: Id<Offer>) -> Result<()> {
    record::watched::wake_offer(tx, offer).await
}

/// The images of some plans that no longer pass.
pub type ByImage = BTreeMap<Id<Image>, Failing>;

/// Everything on sale that no longer passes.
pub async fn by_image(tx: &mut Tx) -> Result<ByImage> {
    record::by_image(tx).await
}

/// What stands against a plan, if anything.
pub fn of_sku<'a>(failing: &'a ByImage, sku: &Sku) -> Option<&'a Failing> {
    failing.get(&sku.image?)
}

/// An image that passes, or is not on sale: there is nothing to decide.
#[derive(Debug)]
pub struct NotFailing;

impl Refusal for NotFailing {
    fn code(&self) -> &'static str {
        "publishing.not_failing"
    }

    fn text(&self) -> Text {
        Text::new("refused-publishing-not-failing")
    }

    fn kind(&self) -> Kind {
        Kind::NotNow
    }
}
