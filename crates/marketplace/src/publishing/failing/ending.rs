//! Exceptions on which something on sale rests, and which end soon: publisher and operator are told while there is time to mend the
//! image or to accept it for longer.

use std::time::Duration;

use certifier::finding::Verdict as Each;
use certifier::report::Report;
use house::mail::Letter;
use house::words::{Language, Words};
use house::{Id, Result, Timestamp, Tx, audit, outbox};
use serde_json::json;

use super::letters::{titles, ways};
use super::view::market_rule;
use super::{Listed, record};
use crate::certification::exceptions::{self, Exception};
use crate::certification::report_view::language_of;
use crate::certification::{self, Run, day_of, midnight};
use crate::images::Image;
use crate::market::Market;
use crate::people::{self, Person, Waiting};

/// So long before its end it is told.
const BEFORE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Tells of each exception that this judgement of an image on sale rests on and that ends soon, once. Answers when the next of them is
/// to be told of.
pub async fn tell(
    tx: &mut Tx,
    market: &Market,
    listed: &[Listed],
    image: &Image,
    run: &Run,
) -> Result<Option<Timestamp>> {
    let (now, today) = (tx.now(), day_of(tx.now()));
    let told = record::ending::told(tx, image.id).await?;
    let standing = exceptions::in_force(tx, image.id, today).await?;
    let fresh: Vec<Exception> = standing.into_iter().filter(|one| !told.contains(&one.id)).collect();
    if fresh.is_empty() {
        return Ok(None);
    }
    let report = certification::report(tx, run.id).await?;
    let offers: Vec<&Listed> = listed.iter().filter(|listed| listed.on_sale).collect();
    let mut next: Option<Timestamp> = None;
    for exception in fresh.iter().filter(|one| report.as_ref().is_some_and(|report| rests_on(report, one))) {
        let at = ends_at(exception) - BEFORE;
        if at > now {
            next = Some(next.map_or(at, |next| next.min(at)));
            continue;
        }
        let ending = Ending { exception, image, offers: &offers };
        record::ending::add(tx, exception).await?;
        put_on_desk(tx, &ending).await?;
        send_all(tx, market, &ending).await?;
        let details = json!({ "file": image.file_name, "rule": exception.rule, "until": exception.until });
        audit::note(tx, audit::HOUSE, "publishing.exception_ends", image.id, &details).await?;
    }
    Ok(next)
}

/// Takes off the desk what has ended, or was taken back or replaced; all of them where the image is listed no more.
pub async fn clear(tx: &mut Tx, image: Id<Image>, is_listed: bool) -> Result<()> {
    let today = day_of(tx.now());
    let standing = exceptions::in_force(tx, image, today).await?;
    for told in record::ending::told(tx, image).await? {
        if !is_listed || standing.iter().all(|one| one.id != told) {
            people::take_off_desk(tx, subject(told)).await?;
            record::ending::remove(tx, told).await?;
        }
    }
    Ok(())
}

fn rests_on(report: &Report, exception: &Exception) -> bool {
    report.rule(&exception.rule).is_some_and(|judged| judged.verdict == Each::Excepted)
}

/// The end of its last day.
fn ends_at(exception: &Exception) -> Timestamp {
    midnight(exception.until.next())
}

fn subject(exception: Id<Exception>) -> String {
    format!("ending-{exception}")
}

/// What is told of.
struct Ending<'e> {
    exception: &'e Exception,
    image: &'e Image,
    offers: &'e [&'e Listed],
}

async fn put_on_desk(tx: &mut Tx, ending: &Ending<'_>) -> Result<()> {
    let waiting = Waiting {
        kind: "publishing-desk-ending".to_owned(),
        title: titles(ending.offers.iter().copied(), Language::En),
        line: format!("{} · {}", ending.image.file_name, ending.exception.rule),
        address: ending.exception.address(),
        since: tx.now(),
        // The desk shows days: this is the last one on which something can be done.
        due: Some(midnight(ending.exception.until)),
    };
    people::put_on_desk(tx, subject(ending.exception.id), &waiting).await
}

async fn send_all(tx: &mut Tx, market: &Market, ending: &Ending<'_>) -> Result<()> {
    let house = &market.settings().address;
    for (member, _) in people::members_of(tx, ending.image.organisation).await? {
        let w = market.words(member.language);
        let ways = ways(market, ending.offers.iter().copied());
        let to_do = format!("{}\n{ways}", w.say("publishing-letter-ending-to-do"));
        send(tx, market, &w, &member, ending, &to_do).await?;
    }
    for operator in people::operators(tx).await? {
        let w = market.words(operator.language);
        let at = format!("{house}{}", ending.exception.address());
        let to_do = format!("{}\n{at}\n", w.say("publishing-letter-ending-longer"));
        send(tx, market, &w, &operator, ending, &to_do).await?;
    }
    Ok(())
}

async fn send(
    tx: &mut Tx,
    market: &Market,
    w: &Words,
    to: &Person,
    ending: &Ending<'_>,
    to_do: &str,
) -> Result<()> {
    let (exception, file) = (ending.exception, &ending.image.file_name);
    let offer = titles(ending.offers.iter().copied(), w.language());
    let date = w.date(midnight(exception.until));
    let say = |key: &str| w.say(key).with("offer", &offer).with("file", file).with("date", &date).to_string();
    let rule = language_of(w).word(&format!("{}.title", exception.rule)).to_owned();
    let accepted = format!("{}  {rule}\n    {}", exception.rule, exception.in_words(w));
    let after = format!("{} {}", w.say("publishing-letter-ending-after"), market_rule(w, market));
    let body = format!("{}\n\n{accepted}\n\n{after}\n\n{to_do}", say("publishing-letter-ending-text"));
    let letter = Letter { to: to.email.clone(), title: say("publishing-letter-ending"), body };
    outbox::letter(tx, ending.image.id, &letter).await?;
    Ok(())
}
