//! Who is in the demo market: the operator, the customers, the publishers.

use std::path::PathBuf;

use house::words::Language;
use house::{Result, Tx};
use marketplace::people::{self, ActingFor, Email, Hashed, Operator, Password, Person, Role, SignUp};
use marketplace::{Market, sellers};

use super::goods::{self, Publisher};
use super::{CUSTOMER, CUSTOMER_FR, OPERATOR, PASSWORD, stock};

pub async fn fill(market: &Market, images: &[PathBuf]) -> anyhow::Result<()> {
    let goods = goods::goods()?;
    let password = Password::parse(PASSWORD, &[]).expect("the demo's password is long enough");
    let hashed = password.hash().await.map_err(crate::serve::told)?;
    println!("Filling the market: {} publishers, {} offers.", goods.publishers.len(), goods.offers.len());
    let operator = with_operator(market, &hashed).await.map_err(crate::serve::told)?;
    for (email, name, language) in
        [(CUSTOMER, "Customer One", Language::En), (CUSTOMER_FR, "Cliente Deux", Language::Fr)]
    {
        let mut tx = market.write().await.map_err(crate::serve::told)?;
        person(&mut tx, email, name, language, &hashed).await.map_err(crate::serve::told)?;
        tx.commit().await.map_err(crate::serve::told)?;
    }
    let mut sellers = Vec::new();
    for publisher in &goods.publishers {
        let mut tx = market.write().await.map_err(crate::serve::told)?;
        let by = seller(&mut tx, market, &operator, publisher, &hashed).await.map_err(crate::serve::told)?;
        tx.commit().await.map_err(crate::serve::told)?;
        sellers.push((publisher.slug.clone(), by));
    }
    if images.is_empty() {
        println!("Without a demo image there is nothing to sell yet: the market is open, and empty.");
        return Ok(());
    }
    stock::stock(market, &goods, &sellers, images).await
}

async fn with_operator(market: &Market, password: &Hashed) -> Result<Operator> {
    let mut tx = market.write().await?;
    let email = Email::parse(OPERATOR).expect("an address");
    let known = people::operators(&mut tx).await?.into_iter().find(|known| known.email == OPERATOR);
    if known.is_none() {
        let link = people::make_operator(&mut tx, &email, "Operator", Language::En).await?;
        people::choose(&mut tx, &link, password).await?;
    }
    let operators = people::operators(&mut tx).await?;
    let operator = operators.iter().find(|known| known.email == OPERATOR).expect("the one just made");
    let operator = people::operator(operator)?;
    tx.commit().await?;
    Ok(operator)
}

async fn person(
    tx: &mut Tx,
    email: &str,
    name: &str,
    language: Language,
    password: &Hashed,
) -> Result<Person> {
    let email = Email::parse(email).expect("an address");
    match people::person_at(tx, &email).await? {
        Some(known) => Ok(known),
        None => {
            let new = SignUp { email, name: name.to_owned(), language, password: password.clone() };
            people::sign_up(tx, new).await
        }
    }
}

/// The owner of a registered publisher, made on the road that everyone walks.
async fn seller(
    tx: &mut Tx,
    market: &Market,
    operator: &Operator,
    publisher: &Publisher,
    password: &Hashed,
) -> Result<ActingFor> {
    let language = Language::parse(&publisher.language).expect("a language of the house");
    let owner = person(tx, &publisher.email, &publisher.owner, language, password).await?;
    let known = people::organisations_of(tx, &owner).await?.into_iter().next();
    let organisation = match known {
        Some((organisation, _)) => organisation,
        None => people::found(tx, &owner, &publisher.name).await?,
    };
    let by = people::acting_for(tx, &owner, organisation.id, Role::Owner).await?;
    if sellers::seller(tx, organisation.id).await?.is_some() {
        return Ok(by);
    }
    let nomination = sellers::nominate(tx, market, &by, nominee(publisher)).await?;
    sellers::approve(tx, market, operator, nomination.id).await?;
    let decided = sellers::nomination_of(tx, organisation.id).await?;
    let Some(sellers::Stage::Approved { waiver_code, .. }) = decided.map(|nomination| nomination.stage)
    else {
        return Err(house::Error::fault("an approval did not approve"));
    };
    let slug = sellers::Slug::parse(&publisher.slug).expect("a slug");
    let country = sellers::Country::parse(&publisher.country).expect("a country");
    sellers::register(tx, market, &by, slug, country, company(publisher), &waiver_code).await?;
    Ok(by)
}

fn contact(publisher: &Publisher) -> sellers::Contact {
    sellers::Contact {
        name: publisher.owner.clone(),
        email: Email::parse(&publisher.email).expect("an address"),
        phone: "+00 000 000 000".to_owned(),
    }
}

fn company(publisher: &Publisher) -> sellers::Company {
    sellers::Company {
        display_name: publisher.name.clone(),
        legal_name: publisher.legal.clone(),
        address: publisher.address.clone(),
        website: format!("https://{}.example", publisher.slug),
        contact: contact(publisher),
        approver: contact(publisher),
    }
}

fn nominee(publisher: &Publisher) -> sellers::Nominee {
    let contact = contact(publisher);
    sellers::Nominee {
        product: format!("{} appliances", publisher.name),
        summary: "Small appliances for small teams.".to_owned(),
        relation: sellers::Relation::RunsOn,
        relation_shown: "Each appliance is a machine of this market.".to_owned(),
        audience: "Teams of two to two hundred.".to_owned(),
        support: sellers::Support::Free,
        country: sellers::Country::parse(&publisher.country).expect("a country"),
        contact_name: contact.name,
        contact_email: contact.email,
        contact_phone: contact.phone,
    }
}
