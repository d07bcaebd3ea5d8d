//! Letters about what is on sale and no longer passes, and about what passes again.

use certifier::report::Report;
use house::mail::Letter;
use house::words::{Language, Words};
use house::{Result, Tx, outbox};

use super::{Failing, Listed, settle};
use crate::certification::again::Why;
use crate::certification::report_view::{RuleView, report_view};
use crate::certification::{Run, comparison};
use crate::hall::portal_address;
use crate::images::Image;
use crate::images::pages::image_address;
use crate::market::Market;
use crate::people::Person;

/// Rules that a letter names; the report has them all.
const NAMED_MAX: usize = 5;
/// Places that it names of each.
const PLACES_MAX: usize = 3;

/// What there is to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    Fails,
    /// More is broken than was told.
    FailsMore,
    /// The days of grace are over.
    Stopped,
    StoppedByOperator,
    SoldByOperator,
    PassesAgain {
        was_stopped: bool,
    },
}

impl News {
    /// Whether the operators have done it themselves.
    pub fn is_the_operators_own(self) -> bool {
        matches!(self, News::StoppedByOperator | News::SoldByOperator)
    }

    /// The end of the keys of its words.
    fn key(self) -> &'static str {
        match self {
            News::Fails => "fails",
            News::FailsMore => "fails-more",
            News::Stopped => "stopped",
            News::StoppedByOperator => "stopped-by-operator",
            News::SoldByOperator => "sold-by-operator",
            News::PassesAgain { was_stopped: true } => "sold-again",
            News::PassesAgain { was_stopped: false } => "passes-again",
        }
    }

    fn is_good(self) -> bool {
        matches!(self, News::PassesAgain { .. })
    }
}

/// What a letter is about.
pub struct About {
    pub image: Image,
    pub run: Run,
    pub why: Option<Why>,
    pub report: Option<Report>,
    pub failing: Option<Failing>,
    pub offers: Vec<Listed>,
}

impl About {
    fn titles(&self, w: &Words) -> String {
        titles(&self.offers, w.language())
    }
}

/// What these offers are called.
pub fn titles<'l>(offers: impl IntoIterator<Item = &'l Listed>, language: Language) -> String {
    let titles = offers.into_iter().map(|one| one.version.document.listing_in(language).title);
    titles.collect::<Vec<String>>().join(", ")
}

/// Where their publisher looks after them, a line each.
pub fn ways<'l>(market: &Market, offers: impl IntoIterator<Item = &'l Listed>) -> String {
    let house = &market.settings().address;
    let way = |offer: &Listed| {
        portal_address(offer.organisation, &format!("/offers/{}/status", offer.version.offer))
    };
    offers.into_iter().map(|offer| format!("{house}{}\n", way(offer))).collect()
}

pub async fn to_publisher(
    tx: &mut Tx,
    market: &Market,
    to: &Person,
    about: &About,
    news: News,
) -> Result<()> {
    let w = market.words(to.language);
    let house = &market.settings().address;
    let ways = ways(market, &about.offers);
    let report = image_address(about.image.organisation, about.image.id);
    let report = format!("{house}{report}?profile={}", about.run.profile);
    let mut body = opening(&w, about, news);
    if !news.is_good() {
        body += &broken(&w, about);
        body += &format!("\n{}\n", sales(&w, about));
        body += &format!("\n{}\n{ways}", w.say("publishing-letter-failing-to-do"));
    }
    body += &format!("\n{}\n{report}\n", w.say("publishing-letter-failing-report"));
    send(tx, &w, to, about, news, body).await
}

pub async fn to_operator(tx: &mut Tx, market: &Market, to: &Person, about: &About, news: News) -> Result<()> {
    let w = market.words(to.language);
    let house = &market.settings().address;
    let mut body = opening(&w, about, news);
    if !news.is_good() {
        body += &broken(&w, about);
        body += &format!("\n{}\n", sales(&w, about));
        let desk = format!("{house}{}", settle::address(about.image.id));
        body += &format!("\n{}\n{desk}\n", w.say("publishing-letter-failing-decide"));
    }
    send(tx, &w, to, about, news, body).await
}

async fn send(tx: &mut Tx, w: &Words, to: &Person, about: &About, news: News, body: String) -> Result<()> {
    let title = w
        .say(&format!("publishing-letter-{}", news.key()))
        .with("file", &about.image.file_name)
        .with("offer", about.titles(w))
        .to_string();
    outbox::letter(tx, about.image.id, &Letter { to: to.email.clone(), title, body }).await?;
    Ok(())
}

/// What happened, and why just now.
fn opening(w: &Words, about: &About, news: News) -> String {
    let why = format!("publishing-failing-why-{}", about.why.map_or("asked", Why::name));
    let why = w.say(&why).to_string();
    let key = format!("publishing-letter-{}-text", news.key());
    let text =
        w.say(&key).with("file", &about.image.file_name).with("offer", about.titles(w)).with("why", why);
    format!("{text}\n")
}

/// The rules that stand in the way, each with its places and the remedy.
fn broken(w: &Words, about: &About) -> String {
    let Some(report) = &about.report else { return String::new() };
    let names = comparison::broken(report);
    let view = report_view(report, w);
    let rules: Vec<&RuleView> =
        view.must_fix.iter().chain(&view.not_decided).filter(|rule| names.contains(&rule.id)).collect();
    let mut told = String::new();
    for rule in rules.iter().take(NAMED_MAX) {
        told += &format!("\n{}  {}\n    {}\n", rule.id, rule.title, rule.reason);
        for place in rule.places.iter().take(PLACES_MAX) {
            let found = place.found.as_deref().unwrap_or_default();
            told += &format!("    {}\n", [place.place.as_str(), found].join("  ").trim());
        }
        if let Some(remedy) = &rule.remedy {
            told += &format!("    {} {remedy}\n", w.say("publishing-letter-failing-remedy"));
        }
    }
    let left = rules.len().saturating_sub(NAMED_MAX);
    if left > 0 {
        told += &format!("\n{}\n", w.say("publishing-letter-failing-more").with("count", left));
    }
    told
}

/// What becomes of new sales.
pub fn sales(w: &Words, about: &About) -> String {
    about.failing.as_ref().map(|failing| sales_line(w, failing)).unwrap_or_default()
}

pub fn sales_line(w: &Words, failing: &Failing) -> String {
    match (failing.is_stopped(), failing.will_stop_at()) {
        (true, _) => w.say("publishing-failing-stopped").to_string(),
        (false, Some(at)) => w.say("publishing-failing-stops").with("date", w.date(at)).to_string(),
        (false, None) => w.say("publishing-failing-sold").to_string(),
    }
}
