//! The pages on which a draft is edited, and the address at which artwork is served.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use house::error::{Mistakes, NotFound};
use house::web::{Badge, Choice, Fact, Form, Frame, Link, show, show_as};
use house::words::{Text, Words};
use house::{Error, Id, Result, Tx, attempts};

use super::artwork::{self, PNG_BYTES_MAX};
use super::form::{self, House};
use super::view::{Head, Mended, SkuView, licence_choices, shown};
use super::{
    Artwork, ArtworkKind, Category, Draft, LeadDestination, Offer, Png, Prose, Section, Slug, draft, record,
};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::images;
use crate::market::Market;
use crate::people::{ActingFor, Organisation, Role};
use crate::sellers;

/// What comes around a picture in a form.
const MULTIPART_BYTES: usize = 16 * 1024;

pub fn pages() -> Router<Market> {
    Router::new()
        .route("/sell/{organisation}/offers/new", get(new).post(create))
        .route("/sell/{organisation}/offers/{offer}", get(overview))
        .route("/sell/{organisation}/offers/{offer}/preview", get(preview))
        .route("/sell/{organisation}/offers/{offer}/discard", post(discard))
        .route("/sell/{organisation}/offers/{offer}/artwork", get(artwork_page))
        .route("/sell/{organisation}/offers/{offer}/artwork/{artwork}/remove", post(take_down))
        .route("/sell/{organisation}/offers/{offer}/skus", get(skus))
        .route("/sell/{organisation}/offers/{offer}/skus/{sku}", get(sku).post(save_sku))
        .route("/sell/{organisation}/offers/{offer}/skus/{sku}/remove", post(remove_sku))
        .route("/sell/{organisation}/offers/{offer}/{section}", get(section).post(save_section))
        .route("/artwork/{artwork}", get(picture))
}

/// Pictures are larger than other forms are.
pub fn streams() -> Router<Market> {
    let hang = post(hang).layer(DefaultBodyLimit::max(PNG_BYTES_MAX + MULTIPART_BYTES));
    Router::new().route("/sell/{organisation}/offers/{offer}/artwork/{kind}", hang)
}

/// Where an offer is edited.
pub fn address(organisation: Id<Organisation>, offer: Id<Offer>) -> String {
    portal_address(organisation, &format!("/offers/{offer}"))
}

fn id<T>(text: &str) -> Result<Id<T>> {
    Id::parse(text).map_err(|_| NotFound.into())
}

/// The offer that an address names, for someone who may edit it.
async fn open(visit: &Visit, tx: &mut Tx, organisation: &str, offer: &str) -> Result<(ActingFor, Offer)> {
    let by = visit.acting_for(tx, id(organisation)?, Role::Contributor).await?;
    let offer = draft::offer(tx, &by, id(offer)?).await?;
    Ok((by, offer))
}

// -- A new offer --

#[derive(Template)]
#[template(path = "offers/pages/create.html")]
struct CreatePage {
    w: Words,
    frame: Frame,
    crumbs: Vec<Link>,
    form: Form,
    attempt: String,
}

impl CreatePage {
    fn new(visit: &Visit, organisation: &Organisation, form: Form) -> Result<CreatePage> {
        let attempt = match form.value("attempt") {
            "" => house::chance::token(16)?,
            known => known.to_owned(),
        };
        let (w, frame) = (visit.w.clone(), visit.portal(organisation));
        let crumbs = vec![
            Link::new(w.say("offers-all"), portal_address(organisation.id, "/offers")),
            Link::new(w.say("offers-create"), "").current(true),
        ];
        Ok(CreatePage { w, frame, crumbs, form, attempt })
    }
}

async fn new(visit: Visit, Path(organisation): Path<String>) -> Result<Response> {
    let mut tx = visit.read().await?;
    let by = visit.acting_for(&mut tx, id(&organisation)?, Role::Contributor).await?;
    sellers::selling(&mut tx, &by).await?;
    show(&CreatePage::new(&visit, by.organisation(), Form::empty())?)
}

async fn create(visit: Visit, Path(organisation): Path<String>, form: Form) -> Result<Response> {
    let mut tx = visit.write().await?;
    let by = visit.acting_for(&mut tx, id(&organisation)?, Role::Contributor).await?;
    let key = form.value("attempt").to_owned();
    if let Some(answer) = attempts::answered(&mut tx, &key, by.person().id).await? {
        return Ok(Redirect::to(&answer).into_response());
    }
    sellers::selling(&mut tx, &by).await?;
    let created = match typed(&form) {
        Ok((slug, title)) => draft::create(&mut tx, &by, &slug, &title).await,
        Err(mistakes) => Err(mistakes),
    };
    let created = created.map_err(|error| match error.code() {
        Some("offers.slug_taken") => at_field("slug", "refused-offers-slug-taken"),
        _ => error,
    });
    match created {
        Ok(offer) => {
            let address = format!("{}/listing", address(by.organisation().id, offer));
            attempts::answer(&mut tx, &key, by.person().id, &address).await?;
            tx.commit().await?;
            Ok(Redirect::to(&address).into_response())
        }
        Err(error) => {
            let page = CreatePage::new(&visit, by.organisation(), form.refused(error)?)?;
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn typed(form: &Form) -> Result<(Slug, String)> {
    let mut mistakes = Mistakes::none();
    let title = match form.value("title") {
        "" => Err(Text::new("offers-missing-title_en")),
        title => form::line(title, super::TITLE_MAX),
    };
    let (title, slug) =
        (mistakes.take("title", title), mistakes.take("slug", form::slug(form.value("slug"))));
    match (title, slug) {
        (Some(title), Some(slug)) => Ok((slug, title)),
        _ => Err(mistakes.into()),
    }
}

fn at_field(field: &'static str, key: &str) -> Error {
    let mut mistakes = Mistakes::none();
    mistakes.note(field, Text::new(key));
    mistakes.into()
}

// -- The overview --

#[derive(Template)]
#[template(path = "offers/pages/overview.html")]
struct OverviewPage {
    w: Words,
    frame: Frame,
    top: Head,
    standings: Vec<Mended>,
    attempt: String,
    version: i64,
    can_be_discarded: bool,
}

async fn overview(visit: Visit, Path((organisation, offer)): Path<(String, String)>) -> Result<Response> {
    let mut tx = visit.read().await?;
    let (by, offer) = open(&visit, &mut tx, &organisation, &offer).await?;
    let can_be_discarded = record::versions(&mut tx, offer.id).await?.is_empty();
    let w = visit.w.clone();
    let top = Head::new(&w, &offer, None);
    show(&OverviewPage {
        frame: visit.portal(by.organisation()),
        standings: Mended::all(&w, &top, &offer.draft),
        top,
        w,
        attempt: house::chance::token(16)?,
        version: offer.version,
        can_be_discarded,
    })
}

async fn discard(visit: Visit, Path((organisation, offer)): Path<(String, String)>) -> Result<Response> {
    let mut tx = visit.write().await?;
    let (by, offer) = open(&visit, &mut tx, &organisation, &offer).await?;
    draft::discard(&mut tx, &by, offer.id).await?;
    tx.commit().await?;
    Ok(Redirect::to(&portal_address(by.organisation().id, "/offers")).into_response())
}

// -- The sections that are forms --

#[derive(Template)]
#[template(path = "offers/pages/section.html")]
struct SectionPage {
    w: Words,
    frame: Frame,
    top: Head,
    section: Section,
    form: Form,
    stands: String,
    /// What stands now where something else was typed, after another person has saved.
    theirs: Vec<Fact>,
    choices: Vec<Choice>,
    secret: Option<String>,
    prose: Option<Prose>,
}

impl SectionPage {
    fn new(visit: &Visit, by: &ActingFor, offer: &Offer, section: Section, form: Form) -> SectionPage {
        let w = visit.w.clone();
        let fields = form::fields(&offer.draft, section);
        let secret = match &offer.draft.leads {
            LeadDestination::Webhook { secret, .. } => Some(super::view::standard_secret(secret)),
            _ => None,
        };
        let description = form.value("description_en").to_owned();
        SectionPage {
            frame: visit.portal(by.organisation()),
            top: Head::new(&w, offer, Some(section)),
            section,
            stands: form::digest(&fields),
            theirs: Vec::new(),
            choices: super::view::choices(&w, section),
            secret,
            prose: (!description.is_empty() && section == Section::Listing).then(|| Prose::of(&description)),
            w,
            form,
        }
    }
}

type Place = Path<(String, String, String)>;

async fn section(visit: Visit, Path((organisation, offer, name)): Place) -> Result<Response> {
    let section = Section::parse(&name).ok_or(NotFound)?;
    let mut tx = visit.read().await?;
    let (by, offer) = open(&visit, &mut tx, &organisation, &offer).await?;
    let form = form::filled(&form::fields(&offer.draft, section));
    show(&SectionPage::new(&visit, &by, &offer, section, form))
}

async fn save_section(
    visit: Visit,
    Path((organisation, offer, name)): Place,
    form: Form,
) -> Result<Response> {
    let section = Section::parse(&name).ok_or(NotFound)?;
    let mut tx = visit.write().await?;
    let (by, offer) = open(&visit, &mut tx, &organisation, &offer).await?;
    let standing = form::fields(&offer.draft, section);
    if form.value("stands") != form::digest(&standing) {
        let theirs = shown(&visit.w, &form, &standing);
        // Someone else may have saved the very same, and then nobody need be asked.
        if !theirs.is_empty() {
            let page = SectionPage { theirs, ..SectionPage::new(&visit, &by, &offer, section, form) };
            return show_as(StatusCode::CONFLICT, &page);
        }
    }
    let mut changed = offer.draft.clone();
    let settings = visit.market.settings();
    let house = House { currency: &settings.currency, private_hooks: settings.private_hooks, images: &[] };
    match form::take(&form, &mut changed, section, &house) {
        Ok(()) => {
            draft::save(&mut tx, &by, &offer, &changed, section).await?;
            tx.commit().await?;
            let address = format!("{}/{}", address(by.organisation().id, offer.id), section.code());
            Ok(Redirect::to(&address).into_response())
        }
        Err(error) => {
            let page = SectionPage::new(&visit, &by, &offer, section, form.refused(error)?);
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

// -- SKUs --

#[derive(Template)]
#[template(path = "offers/pages/skus.html")]
struct SkusPage {
    w: Words,
    frame: Frame,
    top: Head,
    skus: Vec<SkuView>,
}

async fn skus(visit: Visit, Path((organisation, offer)): Path<(String, String)>) -> Result<Response> {
    let mut tx = visit.read().await?;
    let (by, offer) = open(&visit, &mut tx, &organisation, &offer).await?;
    let (w, frame) = (visit.w.clone(), visit.portal(by.organisation()));
    let top = Head::new(&w, &offer, Some(Section::Skus));
    let images = images::images_of(&mut tx, &by).await?;
    let skus = offer.draft.skus.iter().map(|sku| SkuView::new(&w, &top.base, sku, &images)).collect();
    show(&SkusPage { w, frame, top, skus })
}

#[derive(Template)]
#[template(path = "offers/pages/sku.html")]
struct SkuPage {
    w: Words,
    frame: Frame,
    top: Head,
    form: Form,
    stands: String,
    theirs: Vec<Fact>,
    new: bool,
    licences: Vec<Choice>,
    images: Vec<Choice>,
    images_address: String,
    unit: String,
}

impl SkuPage {
    async fn new(
        visit: &Visit,
        tx: &mut Tx,
        by: &ActingFor,
        offer: &Offer,
        slug: Option<&str>,
        form: Form,
    ) -> Result<SkuPage> {
        let w = visit.w.clone();
        let stands = slug.and_then(|slug| offer.draft.sku(slug)).map(form::sku_fields).unwrap_or_default();
        let mut choices = vec![Choice::new("", w.say("offers-image-none"))];
        for image in images::images_of(tx, by).await? {
            let label = format!("{} · {}", image.file_name, w.date(image.sealed_at));
            choices.push(Choice::new(image.id, label));
        }
        Ok(SkuPage {
            frame: visit.portal(by.organisation()),
            top: Head::new(&w, offer, Some(Section::Skus)),
            stands: form::digest(&stands),
            theirs: Vec::new(),
            new: slug.is_none(),
            licences: licence_choices(&w),
            images: choices,
            images_address: portal_address(by.organisation().id, "/images"),
            unit: w.say("offers-per-hour").with("currency", &visit.market.settings().currency).to_string(),
            w,
            form,
        })
    }
}

async fn sku(visit: Visit, Path((organisation, offer, slug)): Place) -> Result<Response> {
    let mut tx = visit.read().await?;
    let (by, offer) = open(&visit, &mut tx, &organisation, &offer).await?;
    let (slug, form) = match slug.as_str() {
        "new" => (None, form::filled(&form::sku_fields(&form::new_sku()))),
        slug => {
            let sku = offer.draft.sku(slug).ok_or(NotFound)?;
            (Some(slug), form::filled(&form::sku_fields(sku)))
        }
    };
    show(&SkuPage::new(&visit, &mut tx, &by, &offer, slug, form).await?)
}

async fn save_sku(visit: Visit, Path((organisation, offer, slug)): Place, form: Form) -> Result<Response> {
    let mut tx = visit.write().await?;
    let (by, offer) = open(&visit, &mut tx, &organisation, &offer).await?;
    let slug = (slug != "new").then_some(slug.as_str());
    let standing = slug.and_then(|slug| offer.draft.sku(slug)).map(form::sku_fields).unwrap_or_default();
    if slug.is_some() && form.value("stands") != form::digest(&standing) {
        let theirs = shown(&visit.w, &form, &standing);
        if !theirs.is_empty() {
            let page = SkuPage::new(&visit, &mut tx, &by, &offer, slug, form).await?;
            return show_as(StatusCode::CONFLICT, &SkuPage { theirs, ..page });
        }
    }
    let images = images::images_of(&mut tx, &by).await?;
    let settings = visit.market.settings();
    let house =
        House { currency: &settings.currency, private_hooks: settings.private_hooks, images: &images };
    let mut changed = offer.draft.clone();
    match form::take_sku(&form, &mut changed, slug, &house) {
        Ok(()) => {
            draft::save(&mut tx, &by, &offer, &changed, Section::Skus).await?;
            tx.commit().await?;
            let address = format!("{}/skus", address(by.organisation().id, offer.id));
            Ok(Redirect::to(&address).into_response())
        }
        Err(error) => {
            let page = SkuPage::new(&visit, &mut tx, &by, &offer, slug, form.refused(error)?).await?;
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

async fn remove_sku(visit: Visit, Path((organisation, offer, slug)): Place) -> Result<Response> {
    let mut tx = visit.write().await?;
    let (by, offer) = open(&visit, &mut tx, &organisation, &offer).await?;
    let mut changed = offer.draft.clone();
    changed.skus.retain(|sku| sku.slug != slug);
    draft::save(&mut tx, &by, &offer, &changed, Section::Skus).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{}/skus", address(by.organisation().id, offer.id))).into_response())
}

// -- Artwork --

#[derive(Template)]
#[template(path = "offers/pages/artwork.html")]
struct ArtworkPage {
    w: Words,
    frame: Frame,
    top: Head,
    form: Form,
    logo: Option<Id<Artwork>>,
    screenshots: Vec<Id<Artwork>>,
    room: bool,
}

impl ArtworkPage {
    fn new(visit: &Visit, by: &ActingFor, offer: &Offer, form: Form) -> ArtworkPage {
        let (w, frame) = (visit.w.clone(), visit.portal(by.organisation()));
        ArtworkPage {
            top: Head::new(&w, offer, Some(Section::Artwork)),
            w,
            frame,
            form,
            logo: offer.draft.logo,
            screenshots: offer.draft.screenshots.clone(),
            room: offer.draft.screenshots.len() < super::SCREENSHOTS_MAX,
        }
    }
}

async fn artwork_page(visit: Visit, Path((organisation, offer)): Path<(String, String)>) -> Result<Response> {
    let mut tx = visit.read().await?;
    let (by, offer) = open(&visit, &mut tx, &organisation, &offer).await?;
    show(&ArtworkPage::new(&visit, &by, &offer, Form::empty()))
}

async fn hang(
    visit: Visit,
    Path((organisation, offer, kind)): Place,
    mut parts: Multipart,
) -> Result<Response> {
    let kind = match kind.as_str() {
        "logo" => ArtworkKind::Logo,
        "screenshot" => ArtworkKind::Screenshot,
        _ => return Err(NotFound.into()),
    };
    // Before a byte is taken: may this person hang anything here?
    let mut tx = visit.read().await?;
    let (by, offer) = open(&visit, &mut tx, &organisation, &offer).await?;
    drop(tx);
    let mut sent = Vec::new();
    loop {
        match parts.next_field().await {
            Ok(Some(part)) if part.name() == Some(kind.code()) => match part.bytes().await {
                Ok(bytes) => sent = bytes.to_vec(),
                Err(_) => sent = vec![0; PNG_BYTES_MAX + 1],
            },
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(_) => break,
        }
    }
    let png = match Png::parse(sent, kind) {
        Ok(png) => png,
        Err(text) => {
            let mut mistakes = Mistakes::none();
            mistakes.note(kind.code(), text);
            let page = ArtworkPage::new(&visit, &by, &offer, Form::empty().marked(mistakes));
            return show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let mut tx = visit.write().await?;
    artwork::hang(&mut tx, &by, offer.id, kind, &png).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{}/artwork", address(by.organisation().id, offer.id))).into_response())
}

async fn take_down(visit: Visit, Path((organisation, offer, artwork)): Place) -> Result<Response> {
    let mut tx = visit.write().await?;
    let (by, offer) = open(&visit, &mut tx, &organisation, &offer).await?;
    artwork::take_down(&mut tx, &by, offer.id, id(&artwork)?).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{}/artwork", address(by.organisation().id, offer.id))).into_response())
}

/// A picture never changes under its address, so it may be kept for ever.
async fn picture(visit: Visit, Path(artwork): Path<String>) -> Result<Response> {
    let mut tx = visit.read().await?;
    let picture = artwork::picture(&mut tx, id(&artwork)?).await?.ok_or(NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, "image/png".to_owned()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::ETAG, format!("\"{}\"", picture.sha256)),
    ];
    Ok((headers, picture.png).into_response())
}

// -- The draft as customers would read it --

#[derive(Template)]
#[template(path = "offers/pages/preview.html")]
struct PreviewPage {
    w: Words,
    frame: Frame,
    crumbs: Vec<Link>,
    listing: super::Listing,
    draft: Draft,
    prose: Prose,
    categories: Vec<Badge>,
    skus: Vec<SkuView>,
}

async fn preview(visit: Visit, Path((organisation, offer)): Path<(String, String)>) -> Result<Response> {
    let mut tx = visit.read().await?;
    let (by, offer) = open(&visit, &mut tx, &organisation, &offer).await?;
    let images = images::images_of(&mut tx, &by).await?;
    let (w, frame) = (visit.w.clone(), visit.portal(by.organisation()));
    show(&PreviewPage::new(w, frame, &offer, &images))
}

impl PreviewPage {
    fn new(w: Words, frame: Frame, offer: &Offer, images: &[images::Image]) -> PreviewPage {
        let top = Head::new(&w, offer, None);
        let listing = offer.draft.listing_in(w.language());
        let mut crumbs = top.crumbs.clone();
        crumbs.push(Link::new(w.say("offers-preview"), "").current(true));
        let label = |category: &Category| Badge::new("tag", w.say(&category.key()));
        PreviewPage {
            crumbs,
            prose: Prose::of(&listing.description),
            categories: offer.draft.categories.iter().map(label).collect(),
            skus: offer.draft.skus.iter().map(|sku| SkuView::new(&w, &top.base, sku, images)).collect(),
            draft: offer.draft.clone(),
            listing,
            w,
            frame,
        }
    }
}
