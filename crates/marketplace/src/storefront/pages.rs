//! The pages on which customers look around: home, search, an offer, its certificate; and what machines read of them.

mod certificate;

use std::fmt::Write as _;

use askama::Template;
use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use house::error::NotFound;
use house::web::{Choice, Facet, Frame, Link, Page, SearchBox, Tile, Turner, show};
use house::words::{Language, Words};
use house::{Result, Tx};

use super::offer::{OfferPage, ReportPage, certificates};
use super::search::{LICENCES, Order, Query, search};
use super::shelves::{Good, Shelf};
use super::tiles::{self, result, tile};
use crate::certification;
use crate::hall::pages::Visit;
use crate::market::Market;
use crate::offers::Category;
use crate::publishing::{self, OnSale};

/// Tiles in a row of the home page.
const ROW: usize = 4;
/// Tiles among what is new.
const NEW: usize = 8;
/// Categories that have a row of their own, and how many goods make one worth it.
const ROWS_MAX: usize = 3;
const ROW_MIN: usize = 2;
/// Addresses in the site map; more than this need several maps.
const MAP_MAX: usize = 50_000;

pub fn pages() -> Router<Market> {
    Router::new()
        .route("/", get(home))
        .route("/search", get(find))
        .route("/market/{publisher}/{offer}", get(offer))
        .route("/market/{publisher}/{offer}/report/{sku}", get(report))
        .route("/market/{publisher}", get(publisher))
        .route("/sitemap.xml", get(site_map))
        .route("/robots.txt", get(robots))
        .merge(certificate::pages())
}

/// What is on sale now.
pub(super) async fn shelf(visit: &Visit, tx: &mut Tx) -> Result<std::sync::Arc<Shelf>> {
    let names = |language: Language, category: Category| {
        visit.market.words(language).say(&category.key()).to_string()
    };
    visit.market.shelves().now(tx, &names).await
}

/// A titled row of the home page.
pub struct Row {
    title: String,
    more: String,
    address: String,
    tiles: Vec<Tile>,
}

#[derive(Template)]
#[template(path = "storefront/pages/home.html")]
struct HomePage {
    w: Words,
    frame: Frame,
    count: usize,
    address: String,
    rows: Vec<Row>,
    aisles: Vec<Link>,
}

impl Page for HomePage {
    fn samples(frame: &Frame) -> Vec<Self> {
        let page = |count, rows| HomePage {
            w: frame.w.clone(),
            frame: frame.clone(),
            count,
            address: "http://market.test/".to_owned(),
            rows,
            aisles: vec![Link::new("Web", "/search?category=web").icon("globe").count(2)],
        };
        let row = Row {
            title: "New".to_owned(),
            more: "All".to_owned(),
            address: "/search".to_owned(),
            tiles: vec![sample_tile()],
        };
        vec![page(0, Vec::new()), page(1, vec![row])]
    }
}

pub(super) fn sample_tile() -> Tile {
    Tile {
        address: "/market/acme/hardened-nginx".to_owned(),
        title: "Hardened nginx".to_owned(),
        line: "A web server".to_owned(),
        by: "Acme".to_owned(),
        price: "Free".to_owned(),
        badges: Vec::new(),
        artwork: None,
        stars: None,
    }
}

/// The icon that stands for a category.
fn icon_of(category: Category) -> &'static str {
    match category {
        Category::AiMachineLearning => "cpu",
        Category::Analytics => "chart-line",
        Category::Compute => "server",
        Category::Containers => "boxes",
        Category::Database => "database",
        Category::DeveloperTools => "code",
        Category::DevOps => "rocket",
        Category::Identity => "key",
        Category::InternetOfThings => "memory-stick",
        Category::ItManagement => "list-checks",
        Category::Media => "image",
        Category::Migration => "send",
        Category::Monitoring => "heart-pulse",
        Category::Networking => "network",
        Category::Security => "lock",
        Category::Storage => "hard-drive",
        Category::Web => "globe",
    }
}

async fn home(visit: Visit) -> Result<Response> {
    let mut tx = visit.read().await?;
    let shelf = shelf(&visit, &mut tx).await?;
    drop(tx);
    let w = &visit.w;
    let in_category =
        |category: Category| shelf.goods.iter().filter(move |g| g.categories.contains(&category));
    let mut counted: Vec<(Category, usize)> =
        Category::ALL.iter().map(|one| (*one, in_category(*one).count())).filter(|(_, n)| *n > 0).collect();
    let address = |category: Category| format!("/search?category={}", category.code());
    let name = |category: Category| w.say(&category.key()).to_string();
    let aisles = counted
        .iter()
        .map(|(one, n)| Link::new(name(*one), address(*one)).icon(icon_of(*one)).count(*n as u64))
        .collect();
    let mut rows = Vec::new();
    if !shelf.goods.is_empty() {
        rows.push(Row {
            title: w.say("storefront-new").to_string(),
            more: w.say("storefront-all").with("count", shelf.goods.len()).to_string(),
            address: "/search?sort=newest".to_owned(),
            tiles: shelf.goods.iter().take(NEW).map(|good| tile(w, good)).collect(),
        });
    }
    counted.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    for (category, count) in counted.iter().filter(|(_, n)| *n >= ROW_MIN).take(ROWS_MAX) {
        rows.push(Row {
            title: name(*category),
            more: w.say("storefront-all").with("count", *count).to_string(),
            address: address(*category),
            tiles: in_category(*category).take(ROW).map(|good| tile(w, good)).collect(),
        });
    }
    let mut frame = visit.shop();
    // The page's own search box is the larger one.
    frame.search = None;
    frame.description = w.say("storefront-home-line").with("count", shelf.goods.len()).to_string();
    let address = format!("{}/", visit.market.settings().address);
    show(&HomePage { w: w.clone(), frame, count: shelf.goods.len(), address, rows, aisles })
}

#[derive(Template)]
#[template(path = "storefront/pages/search.html")]
struct SearchPage {
    w: Words,
    frame: Frame,
    query: Query,
    total: usize,
    facets: Vec<Facet>,
    orders: Vec<Choice>,
    meant: Option<(String, String)>,
    results: Vec<tiles::Result>,
    turner: Turner,
    /// The same search without what narrows it, where that would find more.
    wider: Option<String>,
}

impl Page for SearchPage {
    fn samples(frame: &Frame) -> Vec<Self> {
        let page = |total, wider: Option<&str>| SearchPage {
            w: frame.w.clone(),
            frame: frame.clone(),
            query: Query { text: "ngnix <b>".to_owned(), ..Query::default() },
            total,
            facets: Vec::new(),
            orders: orders(&frame.w, Order::Newest),
            meant: Some(("nginx".to_owned(), "/search?q=nginx".to_owned())),
            results: Vec::new(),
            turner: Turner::default(),
            wider: wider.map(str::to_owned),
        };
        vec![page(0, None), page(1, None), page(0, Some("/search?q=ngnix"))]
    }
}

fn orders(w: &Words, chosen: Order) -> Vec<Choice> {
    Order::ALL
        .iter()
        .map(|order| {
            let name = w.say(&format!("storefront-order-{}", order.code())).to_string();
            Choice::new(order.code(), name).chosen(*order == chosen)
        })
        .collect()
}

fn facets(w: &Words, query: &Query, found: &super::search::Results<'_>) -> Vec<Facet> {
    let category = |(one, count): &(Category, u64)| {
        Choice::new(one.code(), w.say(&one.key())).count(*count).chosen(query.categories.contains(one))
    };
    let licence = |(one, count): &(&'static str, u64)| {
        let name = w.say(&format!("storefront-licence-{one}")).to_string();
        Choice::new(one, name).count(*count).chosen(query.licences.contains(one))
    };
    let facet = |key: &str, name: &str, choices: Vec<Choice>| Facet {
        title: w.say(key).to_string(),
        name: name.to_owned(),
        choices,
    };
    debug_assert!(LICENCES.len() >= found.licences.len(), "only known licences are counted");
    vec![
        facet("storefront-facet-category", "category", found.categories.iter().map(category).collect()),
        facet("storefront-facet-licence", "licence", found.licences.iter().map(licence).collect()),
    ]
    .into_iter()
    .filter(|facet| !facet.choices.is_empty())
    .collect()
}

async fn find(visit: Visit, RawQuery(raw): RawQuery) -> Result<Response> {
    let query = Query::parse(raw.as_deref().unwrap_or_default());
    let mut tx = visit.read().await?;
    let shelf = shelf(&visit, &mut tx).await?;
    drop(tx);
    let w = &visit.w;
    let found = search(&shelf, w.language(), &query);
    let narrowed = !query.categories.is_empty() || !query.licences.is_empty();
    let wide = Query { text: query.text.clone(), ..Query::default() };
    let meant = found.meant.clone().map(|text| {
        let address = Query { text: text.clone(), after: None, ..query.clone() }.address();
        (text, address)
    });
    let turner = Turner {
        previous: query.after.map(|_| Query { after: None, ..query.clone() }.address()),
        next: found.next.map(|id| Query { after: Some(id), ..query.clone() }.address()),
    };
    let mut frame = visit.shop();
    frame.search = Some(SearchBox { action: "/search".to_owned(), value: query.text.clone() });
    show(&SearchPage {
        total: found.total,
        facets: facets(w, &query, &found),
        orders: orders(w, query.order),
        meant,
        results: found.goods.iter().map(|good| result(w, good, &found.words)).collect(),
        turner,
        wider: (found.total == 0 && narrowed).then(|| wide.address()),
        frame,
        query,
        w: w.clone(),
    })
}

/// A publisher has no page of its own yet: its goods are found by its name.
async fn publisher(visit: Visit, Path(slug): Path<String>) -> Result<Response> {
    let mut tx = visit.read().await?;
    let shelf = shelf(&visit, &mut tx).await?;
    let good: Option<&Good> = shelf.goods.iter().find(|good| good.seller_slug == slug);
    let text = good.ok_or(NotFound)?.seller.clone();
    Ok(Redirect::to(&Query { text, ..Query::default() }.address()).into_response())
}

/// The offer at this address: live, or as it waits in preview when that is asked for and may be seen.
async fn offer_at(visit: &Visit, tx: &mut Tx, publisher: &str, offer: &str, raw: &str) -> Result<OnSale> {
    let wants_preview = url::form_urlencoded::parse(raw.as_bytes()).any(|(name, _)| name == "preview");
    if wants_preview {
        let preview = publishing::in_preview_at(tx, visit.person()?, publisher, offer).await?;
        return Ok(preview.ok_or(NotFound)?);
    }
    Ok(publishing::on_sale_at(tx, publisher, offer).await?.ok_or(NotFound)?)
}

async fn offer(
    visit: Visit,
    Path((publisher, slug)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Result<Response> {
    let mut tx = visit.read().await?;
    let on_sale = offer_at(&visit, &mut tx, &publisher, &slug, raw.as_deref().unwrap_or_default()).await?;
    let settings = visit.market.settings();
    let found = certificates(&mut tx, &on_sale.version.document, &settings.profile).await?;
    drop(tx);
    show(&OfferPage::of(&visit.w, visit.shop(), &settings.address, &on_sale, found))
}

async fn report(
    visit: Visit,
    Path((publisher, slug, sku)): Path<(String, String, String)>,
    RawQuery(raw): RawQuery,
) -> Result<Response> {
    let mut tx = visit.read().await?;
    let on_sale = offer_at(&visit, &mut tx, &publisher, &slug, raw.as_deref().unwrap_or_default()).await?;
    let sku = on_sale.version.document.sku(&sku).ok_or(NotFound)?;
    let image = sku.image.ok_or(NotFound)?;
    let profile = &visit.market.settings().profile;
    let certificate = certification::certificate(&mut tx, image, profile).await?.ok_or(NotFound)?;
    let report = certification::report(&mut tx, certificate.run).await?.ok_or(NotFound)?;
    drop(tx);
    show(&ReportPage::of(&visit.w, visit.shop(), &on_sale, sku, &certificate, &report))
}

async fn site_map(visit: Visit) -> Result<Response> {
    let mut tx = visit.read().await?;
    let shelf = shelf(&visit, &mut tx).await?;
    drop(tx);
    let market = &visit.market.settings().address;
    let mut map = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    // Slugs are letters, digits and hyphens: nothing in an address needs escaping.
    let _ = writeln!(map, "<url><loc>{market}/</loc></url>");
    for good in shelf.goods.iter().take(MAP_MAX) {
        let _ = writeln!(map, "<url><loc>{market}{}</loc></url>", good.address);
    }
    map.push_str("</urlset>\n");
    Ok(([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], map).into_response())
}

async fn robots(visit: Visit) -> Response {
    let market = &visit.market.settings().address;
    let text = format!(
        "User-agent: *\nDisallow: /sell\nDisallow: /desk\nDisallow: /orders\nDisallow: /machines\nDisallow: /account\n\
         Disallow: /market/*/*/buy\nSitemap: {market}/sitemap.xml\n"
    );
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_drawn_in_every_language() {
        house::web::check_samples::<HomePage>(&crate::market::sources());
        house::web::check_samples::<SearchPage>(&crate::market::sources());
        house::web::check_samples::<OfferPage>(&crate::market::sources());
    }
}
