//! Letters to a publisher about a submission: each member reads it in their own language.

use house::mail::Letter;
use house::words::Words;
use house::{Result, Tx, outbox};

use super::{Stage, Submission, record};
use crate::hall::portal_address;
use crate::market::Market;
use crate::{offers, people, sellers};

/// What every letter tells of.
struct About {
    title: String,
    status: String,
    shop: String,
}

pub(super) async fn preview_ready(tx: &mut Tx, market: &Market, submission: &Submission) -> Result<()> {
    to_members(tx, market, submission, |w, about| {
        let preview = format!("{}?preview", about.shop);
        let body = w
            .say("publishing-letter-preview-text")
            .with("offer", &about.title)
            .with("preview", preview)
            .with("status", &about.status);
        (w.say("publishing-letter-preview").with("offer", &about.title).to_string(), body.to_string())
    })
    .await
}

pub(super) async fn live(tx: &mut Tx, market: &Market, submission: &Submission) -> Result<()> {
    to_members(tx, market, submission, |w, about| {
        let body =
            w.say("publishing-letter-live-text").with("offer", &about.title).with("address", &about.shop);
        (w.say("publishing-letter-live").with("offer", &about.title).to_string(), body.to_string())
    })
    .await
}

pub(super) async fn failed(tx: &mut Tx, market: &Market, submission: &Submission) -> Result<()> {
    let Stage::Failed { step, reasons } = &submission.stage else { return Ok(()) };
    let house = market.settings().address.clone();
    to_members(tx, market, submission, |w, about| {
        let mut list = String::new();
        for reason in reasons {
            list.push_str(&format!("- {}\n", w.tell(&reason.text)));
            if let Some(address) = &reason.address {
                list.push_str(&format!("  {house}{address}\n"));
            }
        }
        let step = w.say(&step.key()).to_string();
        let body = w
            .say("publishing-letter-failed-text")
            .with("offer", &about.title)
            .with("step", step)
            .with("reasons", list.trim_end())
            .with("status", &about.status);
        (w.say("publishing-letter-failed").with("offer", &about.title).to_string(), body.to_string())
    })
    .await
}

async fn to_members(
    tx: &mut Tx,
    market: &Market,
    submission: &Submission,
    tell: impl Fn(&Words, &About) -> (String, String),
) -> Result<()> {
    let version = offers::version(tx, submission.offer_version).await?;
    let seller = sellers::seller(tx, submission.organisation).await?;
    let offer = record::slug(tx, submission.offer).await?;
    let house = &market.settings().address;
    let status = portal_address(submission.organisation, &format!("/offers/{}/status", submission.offer));
    for (member, _) in people::members_of(tx, submission.organisation).await? {
        let about = About {
            title: version.document.listing_in(member.language).title,
            status: format!("{house}{status}"),
            shop: format!(
                "{house}/market/{}/{offer}",
                seller.as_ref().map(|seller| seller.slug.as_str()).unwrap_or_default()
            ),
        };
        let (title, body) = tell(&market.words(member.language), &about);
        outbox::letter(tx, submission.id, &Letter { to: member.email, title, body }).await?;
    }
    Ok(())
}
