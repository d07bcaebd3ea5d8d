//! What stands on the shelves of the demo market: images, drafts, and the road of each to the storefront.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use house::{Id, Result, Tx};
use marketplace::Market;
use marketplace::images::{self, Image, Promise, Receiving};
use marketplace::offers::{
    self, ArtworkKind, Category, Contact, Draft, LeadDestination, Licence, Listing, Png, Section, Sku,
    UsefulLink,
};
use marketplace::people::ActingFor;
use marketplace::publishing::{self, Status};

use super::artwork;
use super::goods::{Goods, Offer};
use crate::serve::told;

/// Filling takes seconds on an idle machine; who waits longer than this is told.
const WAIT_MAX: Duration = Duration::from_secs(600);
const READ_BYTES: usize = 4 << 20;

pub async fn stock(
    market: &Market,
    goods: &Goods,
    sellers: &[(String, ActingFor)],
    files: &[PathBuf],
) -> anyhow::Result<()> {
    let mut submitted = Vec::new();
    for (slug, by) in sellers {
        let theirs: Vec<&Offer> = goods.offers.iter().filter(|offer| offer.publisher == *slug).collect();
        let mut known = BTreeMap::new();
        for offer in &theirs {
            if let Some(file) = files.iter().find(|file| flavour(file) == offer.image) {
                if !known.contains_key(&offer.image) {
                    known.insert(offer.image.clone(), image(market, by, file).await?);
                }
                let image = known[&offer.image];
                submitted.push((by, submit(market, by, goods, offer, image).await.map_err(told)?));
            }
        }
    }
    println!("Certifying and publishing {} offers …", submitted.len());
    for (by, offer) in submitted {
        publish(market, by, offer).await?;
    }
    Ok(())
}

fn flavour(file: &Path) -> &str {
    file.file_stem().and_then(|name| name.to_str()).unwrap_or_default()
}

/// The publisher's image of this name, uploaded now if it is not there.
async fn image(market: &Market, by: &ActingFor, file: &Path) -> anyhow::Result<Id<Image>> {
    let name = format!("{}.vhd", flavour(file));
    if let Some(known) = find_image(market, by, &name).await? {
        return Ok(known);
    }
    let size_bytes =
        std::fs::metadata(file).with_context(|| format!("{} cannot be read", file.display()))?.len();
    let promise =
        Promise::parse(&name, size_bytes, None).map_err(|refused| anyhow::anyhow!("{refused:?}"))?;
    let room = images::room(market).map_err(told)?;
    let mut tx = market.write().await.map_err(told)?;
    let upload = images::begin(&mut tx, by, market, &promise, room).await.map_err(told)?;
    tx.commit().await.map_err(told)?;
    let mut receiving = Receiving::open(market, by, upload, 0, None).await.map_err(told)?;
    let mut source = tokio::fs::File::open(file).await?;
    loop {
        let mut part = vec![0; READ_BYTES];
        let read = tokio::io::AsyncReadExt::read(&mut source, &mut part).await?;
        if read == 0 {
            break;
        }
        part.truncate(read);
        receiving.take(part.into()).await.map_err(told)?;
    }
    receiving.end().await.map_err(told)?;
    let mut changes = market.database().changes();
    let sealed = async {
        loop {
            if let Some(image) = find_image(market, by, &name).await? {
                return anyhow::Ok(image);
            }
            changes.changed().await?;
        }
    };
    tokio::time::timeout(WAIT_MAX, sealed).await.with_context(|| format!("{name} was not sealed in time"))?
}

async fn find_image(market: &Market, by: &ActingFor, name: &str) -> anyhow::Result<Option<Id<Image>>> {
    let mut tx = market.read().await.map_err(told)?;
    let images = images::images_of(&mut tx, by).await.map_err(told)?;
    Ok(images.iter().find(|image| image.file_name == name).map(|image| image.id))
}

/// Drafts an offer and submits it, each unless that is done.
async fn submit(
    market: &Market,
    by: &ActingFor,
    goods: &Goods,
    offer: &Offer,
    image: Id<Image>,
) -> Result<Id<offers::Offer>> {
    let mut tx = market.write().await?;
    let known = offers::offers_of(&mut tx, by, None, 100).await?;
    let id = match known.iter().find(|known| known.slug == offer.slug) {
        Some(known) => known.id,
        None => draft(&mut tx, by, goods, offer, image).await?,
    };
    if publishing::newest(&mut tx, by, id).await?.is_none() {
        publishing::submit(&mut tx, by, id, None).await?;
    }
    tx.commit().await?;
    Ok(id)
}

async fn draft(
    tx: &mut Tx,
    by: &ActingFor,
    goods: &Goods,
    offer: &Offer,
    image: Id<Image>,
) -> Result<Id<offers::Offer>> {
    let slug = offers::Slug::parse(&offer.slug).expect("a slug");
    let id = offers::create(tx, by, &slug, &offer.en.title).await?;
    let drawn = artwork::draw(&offer.art).expect("the shapes make a logo");
    let png = Png::parse(drawn, ArtworkKind::Logo).expect("the logo is a PNG of the right size");
    offers::hang(tx, by, id, ArtworkKind::Logo, &png).await?;
    let begun = offers::offer(tx, by, id).await?;
    let filled = described(goods, offer, image, begun.draft.clone());
    offers::save(tx, by, &begun, &filled, Section::Listing).await?;
    Ok(id)
}

fn described(goods: &Goods, offer: &Offer, image: Id<Image>, begun: Draft) -> Draft {
    let listing = |told: &super::goods::Listing, note: &str| Listing {
        title: told.title.clone(),
        summary: told.summary.clone(),
        description: format!("{}{note}", told.description),
    };
    let home = format!("https://{}.example", offer.publisher);
    let contact = |who: &str| Contact {
        name: who.to_owned(),
        email: format!("help@{}.example", offer.publisher),
        phone: "+00 000 000 000".to_owned(),
    };
    Draft {
        listing: BTreeMap::from([
            ("en".to_owned(), listing(&offer.en, &goods.note.en)),
            ("fr".to_owned(), listing(&offer.fr, &goods.note.fr)),
        ]),
        categories: offer.categories.iter().map(|code| Category::parse(code).expect("a category")).collect(),
        skus: offer.skus.iter().map(|told| sku(offer, told, image)).collect(),
        support_url: format!("{home}/support"),
        privacy_url: format!("{home}/privacy"),
        terms: goods.terms.clone(),
        support_contact: contact("Support"),
        engineering_contact: contact("Engineering"),
        leads: LeadDestination::Email { address: format!("leads@{}.example", offer.publisher) },
        useful_links: vec![UsefulLink { title: "Documentation".to_owned(), url: format!("{home}/docs") }],
        ..begun
    }
}

fn sku(offer: &Offer, told: &super::goods::Sku, image: Id<Image>) -> Sku {
    let both = |en: &str, fr: &str| {
        BTreeMap::from([("en".to_owned(), en.to_owned()), ("fr".to_owned(), fr.to_owned())])
    };
    let euro = ledger::Currency::parse("EUR").expect("a currency");
    let licence = match told.licence.as_str() {
        "free" => Licence::Free,
        "byol" => Licence::Byol,
        price => Licence::Hourly {
            price_nanos: ledger::UnitPrice::parse(price, euro).expect("a price").nanos,
            currency: "EUR".to_owned(),
        },
    };
    Sku {
        slug: told.slug.clone(),
        title: both(&told.en, &told.fr),
        summary: both(&offer.en.summary, &offer.fr.summary),
        licence,
        image: Some(image),
        image_version: "1.0.0".to_owned(),
        cores: 1,
        memory_mib: 256,
        open_ports: vec![80, 22],
        health_path: "/halle/health".to_owned(),
    }
}

/// Waits until the offer is live, signing it off when its preview is there.
async fn publish(market: &Market, by: &ActingFor, offer: Id<offers::Offer>) -> anyhow::Result<()> {
    let mut changes = market.database().changes();
    let live = async {
        loop {
            let mut tx = market.read().await.map_err(told)?;
            let standing = publishing::standing_of(&mut tx, by, offer).await.map_err(told)?;
            drop(tx);
            match (standing.status, standing.newest) {
                (Status::Live | Status::LiveWithChanges | Status::Withdrawn, _) => return Ok(()),
                (Status::WaitsForSignOff, Some(submission)) => {
                    let mut tx = market.write().await.map_err(told)?;
                    publishing::sign_off(&mut tx, by, submission.id).await.map_err(told)?;
                    tx.commit().await.map_err(told)?;
                }
                (Status::Failed, submission) => {
                    bail!(
                        "{} was not published: {:?}",
                        standing.offer.slug,
                        submission.map(|failed| failed.stage)
                    )
                }
                _ => {}
            }
            let _ = tokio::time::timeout(Duration::from_secs(1), changes.changed()).await;
        }
    };
    tokio::time::timeout(WAIT_MAX, live).await.context("an offer did not get live in time")?
}
