//! Packaging: the listing is built, and the way of the leads is tried with a lead that everybody can see is a test.

use house::jobs::Claim;
use house::words::{Language, Text};
use house::{Error, Result, Tx, audit, mail};
use serde::{Deserialize, Serialize};

use super::{Event, Reason, Stage, Submission, advance, record};
use crate::leads::{self, About, Action, Contact, Delivery};
use crate::market::Market;
use crate::offers::{self, Offer, Prose};
use crate::sellers;

/// After so many attempts the receiver of leads is taken for not there.
pub(super) const TEST_LEAD_ATTEMPTS: i64 = 3;

/// What was built of the version: told on the status page.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Package {
    pub languages: usize,
    pub skus: usize,
}

/// Builds the listing in every language in which it is told.
pub(super) async fn build(claim: &Claim, submission: &Submission) -> Result<Package> {
    let mut tx = claim.read().await?;
    let version = offers::version(&mut tx, submission.offer_version).await?;
    let told: Vec<_> =
        version.document.listing.values().filter(|listing| !listing.title.is_empty()).collect();
    if told.iter().any(|listing| Prose::of(&listing.description).to_string().is_empty()) {
        return Err(Error::fault("a description that was not missing comes out empty"));
    }
    Ok(Package { languages: told.len(), skus: version.document.skus.len() })
}

/// Sends the test lead and moves on, in one transaction; once, however often it is asked.
pub(super) async fn send_test_lead(claim: &Claim, market: &Market, submission: &Submission) -> Result<()> {
    let mut tx = claim.write().await?;
    let Some(submission) = record::find(&mut tx, submission.id).await? else { return Ok(()) };
    if !matches!(submission.stage, Stage::Packaging { .. }) {
        return Ok(());
    }
    let version = offers::version(&mut tx, submission.offer_version).await?;
    let address = address_of(&mut tx, &submission, version.offer).await?;
    let listing = version.document.listing_in(Language::En);
    let about = About {
        offer: version.offer,
        organisation: submission.organisation,
        offer_address: &address,
        offer_title: &listing.title,
        destination: &version.document.leads,
    };
    let contact = Contact {
        first_name: "HALLE_TEST".to_owned(),
        last_name: format!("{}", version.number),
        email: "test@example.com".to_owned(),
        phone: "+00 00 00 00 00".to_owned(),
        country: "FR".to_owned(),
        company: market.settings().name.clone(),
        title: "Test".to_owned(),
    };
    let lead = leads::note(&mut tx, &about, Action::Test, &contact).await?;
    advance::move_on(&mut tx, audit::HOUSE, submission, Event::TestLeadSent { lead }, &[]).await?;
    tx.commit().await
}

/// `publisher.offer`
async fn address_of(tx: &mut Tx, submission: &Submission, offer: house::Id<Offer>) -> Result<String> {
    let seller = sellers::seller(tx, submission.organisation).await?;
    let slug = record::slug(tx, offer).await?;
    Ok(format!("{}.{slug}", seller.map(|seller| seller.slug).unwrap_or_default()))
}

/// What became of the test lead: `None` while it is on its way.
pub(super) fn outcome(delivery: Delivery) -> Option<Result<Reason, Reason>> {
    match delivery {
        Delivery::Kept => Some(Ok(Reason::new(Text::new("publishing-message-no-leads")))),
        Delivery::Delivered { answer } => {
            let said = match answer.as_str() {
                mail::BOXED => Text::new("publishing-message-lead-boxed"),
                _ => Text::new("publishing-message-lead").with("answer", answer),
            };
            Some(Ok(Reason::new(said)))
        }
        Delivery::Waiting { attempts, answer } if attempts >= TEST_LEAD_ATTEMPTS => {
            let text = Text::new("publishing-reason-lead")
                .with("attempts", attempts)
                .with("answer", answer.unwrap_or_default());
            Some(Err(Reason::new(text)))
        }
        Delivery::Waiting { .. } => None,
    }
}
