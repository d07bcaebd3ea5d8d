//! May this company sell?
//!
//! An organisation nominates a product, the operator decides, an approval's letter carries a waiver code, and with it the
//! organisation registers: company, country, contacts, and each agreement in the edition that it accepts.
//!
//! - One nomination is open at a time; after an approval no other is needed.
//! - A registration needs an approval, and every agreement in its newest edition.
//! - A seller's country is locked; its display name is its own, and never the market's.
//! - Nothing is drafted, uploaded or published without the proof that [`selling`] gives.
//!
//! What is absent: payment. A fee that was not waived is noted with the registration, to be invoiced.

mod accept;
mod agreements;
pub mod countries;
mod decide;
mod letters;
mod nominate;
pub mod pages;
mod record;
mod register;

#[cfg(test)]
mod tests;

use house::error::{Kind, Refusal};
use house::words::{Language, Text};
use house::{Id, Result, Timestamp, Tx};

pub use accept::{accept, outstanding};
pub use agreements::{AGREEMENTS, Agreement, Paragraph};
pub use countries::Country;
pub use decide::{answer, approve, ask, reject};
pub use nominate::{Nominee, nominate, nomination, nomination_of};
pub use register::{
    Company, Contact, Registration, Slug, amend, fee, is_taken, register, registration, website,
};

use crate::people::{ActingFor, Organisation, Person};

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

/// A registered publisher. There is one an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seller {
    pub organisation: Id<Organisation>,
    /// The publisher's part of every address.
    pub slug: String,
    pub display_name: String,
    pub legal_name: String,
    pub country: String,
    pub website: String,
    pub contact_name: String,
    pub contact_email: String,
    pub contact_phone: String,
    pub suspended: bool,
    pub version: i64,
}

/// A product that an organisation would like to sell here, and where the decision about it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nomination {
    pub id: Id<Nomination>,
    pub organisation: Organisation,
    pub person: Id<Person>,
    pub nominee: Nominee,
    pub stage: Stage,
    /// What the operator asked last, and what was answered.
    pub question: Option<String>,
    pub answer: Option<String>,
    pub made_at: Timestamp,
    pub version: i64,
}

/// Where a nomination stands. Each stage carries exactly what is true in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// It is the operator's turn.
    Submitted,
    /// It is the publisher's turn: the operator's question waits for an answer.
    Asked,
    Approved {
        waiver_code: String,
        at: Timestamp,
    },
    Rejected {
        reason: String,
        at: Timestamp,
    },
}

/// What can happen to a nomination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Asked,
    Answered,
    Approved { waiver_code: String },
    Rejected { reason: String },
}

impl Stage {
    /// The whole workflow, in one place. What is not listed cannot happen.
    fn after(self, event: Event, at: Timestamp) -> Result<Stage, Refused> {
        match (self, event) {
            (Stage::Submitted, Event::Asked) => Ok(Stage::Asked),
            (Stage::Asked, Event::Answered) => Ok(Stage::Submitted),
            (Stage::Submitted | Stage::Asked, Event::Approved { waiver_code }) => {
                Ok(Stage::Approved { waiver_code, at })
            }
            (Stage::Submitted | Stage::Asked, Event::Rejected { reason }) => {
                Ok(Stage::Rejected { reason, at })
            }
            _ => Err(Refused::Decided),
        }
    }

    /// Its name in the database, and the end of the keys of its words.
    pub fn code(&self) -> &'static str {
        match self {
            Stage::Submitted => "submitted",
            Stage::Asked => "asked",
            Stage::Approved { .. } => "approved",
            Stage::Rejected { .. } => "rejected",
        }
    }
}

/// How a product belongs here. One of these must be true of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    RunsOn,
    DeploysTo,
    Integrates,
}

impl Relation {
    pub const ALL: &'static [Relation] = &[Relation::RunsOn, Relation::DeploysTo, Relation::Integrates];

    pub fn code(self) -> &'static str {
        match self {
            Relation::RunsOn => "runs_on",
            Relation::DeploysTo => "deploys_to",
            Relation::Integrates => "integrates",
        }
    }

    pub fn parse(code: &str) -> Option<Relation> {
        Relation::ALL.iter().copied().find(|relation| relation.code() == code)
    }
}

/// How the publisher helps those who bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    Free,
    Paid,
    Community,
}

impl Support {
    pub const ALL: &'static [Support] = &[Support::Free, Support::Paid, Support::Community];

    pub fn code(self) -> &'static str {
        match self {
            Support::Free => "free",
            Support::Paid => "paid",
            Support::Community => "community",
        }
    }

    pub fn parse(code: &str) -> Option<Support> {
        Support::ALL.iter().copied().find(|support| support.code() == code)
    }
}

/// All the ways in which this chapter says no.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Refused {
    /// A nomination of this organisation is open, or was approved.
    NominatedAlready,
    /// Not at the stage in which this can happen.
    Decided,
    NotApproved,
    RegisteredAlready,
    RegisterFirst,
    Suspended,
    /// A newer edition of an agreement waits to be accepted.
    NewEdition,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Refused::NominatedAlready => "sellers.nominated_already",
            Refused::Decided => "sellers.decided",
            Refused::NotApproved => "sellers.not_approved",
            Refused::RegisteredAlready => "sellers.registered_already",
            Refused::RegisterFirst => "sellers.register_first",
            Refused::Suspended => "sellers.suspended",
            Refused::NewEdition => "sellers.new_edition",
        }
    }

    fn text(&self) -> Text {
        Text::new(match self {
            Refused::NominatedAlready => "refused-sellers-nominated-already",
            Refused::Decided => "refused-sellers-decided",
            Refused::NotApproved => "refused-sellers-not-approved",
            Refused::RegisteredAlready => "refused-sellers-registered-already",
            Refused::RegisterFirst => "refused-sellers-register-first",
            Refused::Suspended => "refused-sellers-suspended",
            Refused::NewEdition => "refused-sellers-new-edition",
        })
    }

    fn kind(&self) -> Kind {
        match self {
            Refused::Suspended => Kind::NotAllowed,
            _ => Kind::NotNow,
        }
    }
}

/// The registration of this organisation; `None` while it has not registered.
pub async fn seller(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Option<Seller>> {
    record::seller(tx, organisation).await
}

/// The registered publisher of this address part.
pub async fn seller_by_slug(tx: &mut Tx, slug: &str) -> Result<Option<Seller>> {
    record::seller_by_slug(tx, slug).await
}

/// The gate before drafting, uploading and publishing: registered, not suspended, newest agreements accepted.
pub async fn selling(tx: &mut Tx, by: &ActingFor) -> Result<Seller> {
    let seller = record::seller(tx, by.organisation().id).await?.ok_or(Refused::RegisterFirst)?;
    if seller.suspended {
        return Err(Refused::Suspended.into());
    }
    if !accept::outstanding(tx, by.organisation().id).await?.is_empty() {
        return Err(Refused::NewEdition.into());
    }
    Ok(seller)
}

/// How far a publisher has come on the road after registering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Milestone {
    /// An image of the publisher is certified.
    Certified,
    /// An offer is begun.
    Drafted,
    /// An offer is on sale.
    Live,
}

impl Milestone {
    pub const ALL: &'static [Milestone] = &[Milestone::Certified, Milestone::Drafted, Milestone::Live];

    fn code(self) -> &'static str {
        match self {
            Milestone::Certified => "certified",
            Milestone::Drafted => "drafted",
            Milestone::Live => "live",
        }
    }
}

/// Tells the road that a publisher has come this far. Said by the chapter in which it happens; the first time counts.
pub async fn reach(tx: &mut Tx, organisation: Id<Organisation>, milestone: Milestone) -> Result<()> {
    record::reach(tx, organisation, milestone).await
}

/// What a publisher has reached, and when.
pub async fn milestones(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Vec<(Milestone, Timestamp)>> {
    record::milestones(tx, organisation).await
}
