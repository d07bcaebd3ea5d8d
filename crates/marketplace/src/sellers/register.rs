//! An approved organisation becomes a publisher, and may change later what is not locked.

use house::error::Mistakes;
use house::words::Text;
use house::{Id, Result, Tx, audit};

use super::{AGREEMENTS, Country, Refused, Seller, Stage, accept, letters, record};
use crate::market::Market;
use crate::people::{ActingFor, Email, Organisation};

/// The publisher's part of every address: `acme-software`. Holds 3 to 50 characters: lower-case letters, digits, and single
/// hyphens between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slug(String);

impl Slug {
    pub fn parse(text: &str) -> Result<Slug, Text> {
        let fits = (3..=50).contains(&text.len());
        let words = text.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        if fits && words { Ok(Slug(text.to_owned())) } else { Err(Text::new("refused-sellers-slug")) }
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

/// The address of a website, as a browser takes it.
pub fn website(text: &str) -> Result<String, Text> {
    let not = || Text::new("refused-sellers-website");
    let url = url::Url::parse(text.trim()).map_err(|_| not())?;
    let fits = matches!(url.scheme(), "https" | "http")
        && url.host_str().is_some_and(|host| host.contains('.'))
        && url.username().is_empty()
        && url.as_str().len() <= WEBSITE_LENGTH_MAX;
    if fits { Ok(url.into()) } else { Err(not()) }
}

const WEBSITE_LENGTH_MAX: usize = 500;

/// Someone who can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub name: String,
    pub email: Email,
    pub phone: String,
}

/// What a publisher tells of itself, and may change later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    pub display_name: String,
    pub legal_name: String,
    pub address: String,
    pub website: String,
    pub contact: Contact,
    /// Who may accept agreements for the company.
    pub approver: Contact,
}

/// A registration as a whole, as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    pub organisation: Id<Organisation>,
    pub slug: Slug,
    pub country: Country,
    pub company: Company,
    pub fee_minor: i64,
    pub version: i64,
}

/// What registration costs with this code: nothing with the one from the letter of approval; refused when it is another.
pub async fn fee(tx: &mut Tx, market: &Market, by: &ActingFor, waiver_code: &str) -> Result<i64> {
    let newest = record::newest_nomination(tx, by.organisation().id).await?;
    let Some(Stage::Approved { waiver_code: right, .. }) = newest.map(|nomination| nomination.stage) else {
        return Err(Refused::NotApproved.into());
    };
    let typed: String = waiver_code.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    if typed.is_empty() {
        return Ok(market.settings().registration_fee_minor);
    }
    if typed.to_uppercase() == right {
        return Ok(0);
    }
    let mut mistakes = Mistakes::none();
    mistakes.note("waiver_code", Text::new("refused-sellers-waiver-code"));
    Err(mistakes.into())
}

/// Whether another publisher has this address part already.
pub async fn is_taken(tx: &mut Tx, slug: &Slug) -> Result<bool> {
    Ok(record::seller_by_slug(tx, slug.text()).await?.is_some())
}

/// Registers the organisation as a publisher; by registering it accepts every agreement in its newest edition. Owners may.
pub async fn register(
    tx: &mut Tx,
    market: &Market,
    by: &ActingFor,
    slug: Slug,
    country: Country,
    company: Company,
    waiver_code: &str,
) -> Result<Seller> {
    by.must_own()?;
    let organisation = by.organisation().id;
    record::hold_nominations(tx, organisation).await?;
    if record::seller(tx, organisation).await?.is_some() {
        return Err(Refused::RegisteredAlready.into());
    }
    let fee_minor = fee(tx, market, by, waiver_code).await?;
    must_be_its_own(tx, market, organisation, &company).await?;
    let registration = Registration { organisation, slug, country, company, fee_minor, version: 1 };
    let waived = (fee_minor == 0).then_some(waiver_code);
    if !record::add_seller(tx, &registration, waived).await? {
        let mut mistakes = Mistakes::none();
        mistakes.note("slug", Text::new("refused-sellers-slug-taken"));
        return Err(mistakes.into());
    }
    let details = serde_json::json!({ "slug": registration.slug.text(), "fee_minor": fee_minor });
    audit::note(tx, &by.person().email, "sellers.register", organisation, &details).await?;
    let all: Vec<_> = AGREEMENTS.iter().collect();
    accept::accept(tx, by, &all).await?;
    letters::registered(tx, market, &registration, by.person()).await?;
    record::seller(tx, organisation).await?.ok_or_else(|| Refused::RegisterFirst.into())
}

/// Changes what may change. Refused when someone else changed it after `version` was read. Owners may.
pub async fn amend(
    tx: &mut Tx,
    market: &Market,
    by: &ActingFor,
    version: i64,
    company: Company,
) -> Result<()> {
    by.must_own()?;
    let organisation = by.organisation().id;
    must_be_its_own(tx, market, organisation, &company).await?;
    record::save_company(tx, organisation, version, &company).await?;
    audit::note(tx, &by.person().email, "sellers.amend", organisation, &company.display_name).await
}

/// The registration as a whole.
pub async fn registration(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Option<Registration>> {
    record::registration(tx, organisation).await
}

/// A display name is no other publisher's and not the market's.
async fn must_be_its_own(
    tx: &mut Tx,
    market: &Market,
    organisation: Id<Organisation>,
    company: &Company,
) -> Result<()> {
    let mut mistakes = Mistakes::none();
    let name = company.display_name.to_lowercase();
    if name.contains(&market.settings().name.to_lowercase()) {
        let text = Text::new("refused-sellers-market-name").with("market", market.settings().name.clone());
        mistakes.note("display_name", text);
    } else if record::display_name_taken(tx, organisation, &company.display_name).await? {
        mistakes.note("display_name", Text::new("refused-sellers-display-name-taken"));
    }
    mistakes.end()
}
