//! How does a draft become live, and cease to be?
//!
//! A submission takes a frozen version through seven steps: validate, certification, provisioning, packaging, preview, sign-off,
//! live. Six of them the market does by itself, one after the other; one waits for the publisher. What the publisher must do is
//! always one thing, and named. A submission that failed is over: what is mended is submitted anew, and begins at the first step.
//!
//! - One submission of an offer is on its road at a time.
//! - Nothing goes live without a certificate for exactly its bytes and a sign-off.
//! - Whatever happens to a submission, what was live before stays live until another version takes its place.
//! - Withdrawing ends new sales. Those who have bought keep what they have.
//!
//! What is absent: a way to change what was submitted. Later edits wait for the next submission.

mod advance;
mod cancel;
mod letters;
mod listing;
mod package;
pub mod pages;
mod provision;
mod record;
mod sign_off;
mod stage;
mod standing;
mod submit;
#[cfg(test)]
mod tests;
mod validate;
mod view;
mod withdraw;

use house::error::{Kind, Refusal};
use house::jobs::Handlers;
use house::words::{Language, Text};
use house::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::certification;
use crate::market::Market;
use crate::offers::{Offer, Version};
use crate::people::Organisation;
use crate::sellers::Seller;

pub use cancel::cancel;
pub use listing::{in_preview_at, live_version, on_sale, on_sale_at, was_on_sale};
pub use sign_off::sign_off;
pub use stage::{Certified, Event, SignOff, Stage, Step};
pub use standing::{OfferStanding, Status, history, newest, standing_of, standings, steps_of, usual};
pub use submit::submit;
pub use withdraw::{resume, withdraw};

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

/// The job that takes a submission on; its subject is the submission.
pub const ADVANCE: &str = "publishing.advance";

/// A version of an offer on its way to the storefront.
#[derive(Debug, Clone)]
pub struct Submission {
    pub id: Id<Submission>,
    pub offer: Id<Offer>,
    pub organisation: Id<Organisation>,
    pub offer_version: Id<Version>,
    pub stage: Stage,
    pub made_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    version: i64,
}

/// One of the seven steps of a submission, with its real times.
#[derive(Debug, Clone)]
pub struct StepTaken {
    pub step: Step,
    pub state: StepState,
    pub begun_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub messages: Vec<Reason>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    Waiting,
    Running,
    Done,
    Failed,
    Cancelled,
}

/// Something to be said about a step, and where it is seen or mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub text: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The run of certification whose report says it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Id<certification::Run>>,
}

impl Reason {
    pub fn new(text: Text) -> Reason {
        Reason { text, address: None, run: None }
    }

    pub fn of_run(self, run: Id<certification::Run>) -> Reason {
        Reason { run: Some(run), ..self }
    }

    pub fn at(self, address: impl Into<String>) -> Reason {
        Reason { address: Some(address.into()), ..self }
    }
}

/// What is on sale: an offer in the version that is live, or that is in preview for those who may see it.
#[derive(Debug, Clone)]
pub struct OnSale {
    pub offer: Id<Offer>,
    /// The offer's part of its address.
    pub slug: String,
    pub organisation: Id<Organisation>,
    pub seller: Seller,
    pub version: Version,
    pub live_since: Timestamp,
    pub preview: bool,
}

/// The ways in which this chapter says no.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// Another submission of the same offer is on its road.
    RunningAlready,
    NotNow {
        stage: &'static str,
        asked: &'static str,
    },
    NeverLive,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Refused::RunningAlready => "publishing.running_already",
            Refused::NotNow { .. } => "publishing.not_now",
            Refused::NeverLive => "publishing.never_live",
        }
    }

    fn text(&self) -> Text {
        match self {
            Refused::RunningAlready => Text::new("refused-publishing-running-already"),
            Refused::NotNow { stage, asked } => {
                Text::new("refused-publishing-not-now").with("stage", *stage).with("asked", *asked)
            }
            Refused::NeverLive => Text::new("refused-publishing-never-live"),
        }
    }

    fn kind(&self) -> Kind {
        Kind::NotNow
    }
}

/// Adds the jobs of this chapter.
pub fn handle(handlers: &mut Handlers, market: &Market) {
    advance::handle(handlers, market);
}
