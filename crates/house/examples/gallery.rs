//! All parts and sample pages, for looking at: `cargo run -p house --example gallery`, then http://127.0.0.1:8099.

#[path = "gallery/pages.rs"]
mod pages;
#[path = "gallery/parts.rs"]
mod parts;
#[path = "gallery/samples.rs"]
mod samples;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use house::web::{Brand, Frame, Link, Page, Reader, SearchBox};
use house::words::{Dictionary, Language, SOURCES};
use house::{Clock, Error};

/// What every page of the gallery needs, made once.
#[derive(Clone)]
struct Gallery {
    dictionary: Arc<Dictionary>,
    brand: Arc<Brand>,
}

impl Gallery {
    fn frame(&self, reader: Reader) -> Frame {
        let now = Clock::running().now();
        let mut frame = Frame::for_reader(&reader, &self.dictionary, &self.brand, now);
        frame.description = "Certified machine images.".into();
        frame
    }
}

/// The frame as an argument of a handler.
struct Framed(Frame);

impl FromRequestParts<Gallery> for Framed {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, gallery: &Gallery) -> Result<Framed, Self::Rejection> {
        let Ok(reader) = Reader::from_request_parts(parts, gallery).await;
        Ok(Framed(gallery.frame(reader)))
    }
}

/// The text in the reader's language: samples need no dictionary.
fn t(frame: &Frame, english: &str, french: &str) -> String {
    match frame.w.language() {
        Language::En => english.to_owned(),
        Language::Fr => french.to_owned(),
    }
}

/// The frame of the shop side.
fn shop(mut frame: Frame) -> Frame {
    frame.search = Some(SearchBox { action: "/search".into(), value: String::new() });
    frame.nav = vec![
        Link::new(t(&frame, "Categories", "Catégories"), "/search"),
        Link::new(t(&frame, "Sell", "Vendre"), "/editor"),
        Link::new("Guide", "/parts"),
    ];
    frame
}

async fn show<P: Page>(Framed(frame): Framed) -> Result<Response, Error> {
    let page = P::samples(&frame).into_iter().next().expect("a page has a sample");
    house::web::show(&page)
}

/// Something changes every two seconds.
async fn events() -> impl IntoResponse {
    house::web::changes(futures_util::stream::unfold((), async |()| {
        tokio::time::sleep(Duration::from_secs(2)).await;
        Some(((), ()))
    }))
}

/// The part that is fetched anew.
async fn part(Framed(frame): Framed) -> Result<Response, Error> {
    house::web::show(&pages::MachineSteps::new(&frame))
}

async fn broken() -> Result<Response, Error> {
    Err(Error::fault("broken on purpose, for looking at"))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let gallery =
        Gallery { dictionary: Arc::new(Dictionary::new(SOURCES)), brand: Arc::new(Brand::default()) };
    let for_problems = gallery.clone();
    let router = Router::new()
        .route("/", get(show::<pages::Home>))
        .route("/search", get(show::<pages::Search>))
        .route("/offer", get(show::<pages::Offer>))
        .route("/sign-in", get(show::<pages::Door>))
        .route("/machine", get(show::<pages::Machine>))
        .route("/editor", get(show::<pages::Editor>))
        .route("/publishing", get(show::<pages::Publishing>))
        .route("/report", get(show::<pages::Report>))
        .route("/upload", get(show::<pages::Upload>))
        .route("/desk", get(show::<pages::Desk>))
        .route("/parts", get(show::<parts::PartsPage>))
        .route("/events", get(events))
        .route("/part", get(part))
        .route("/broken", get(broken))
        .with_state(gallery.clone())
        .merge(house::web::assets(&gallery.brand));
    let frame_for =
        Arc::new(move |parts: &Parts| shop(for_problems.frame(Reader::of(&parts.headers, &parts.uri))));
    let router = house::web::around(house::web::for_pages(router), frame_for, || "0192-sample".into());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8099").await?;
    axum::serve(listener, router).await
}
