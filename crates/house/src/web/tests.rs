use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use tower::ServiceExt;

use super::*;
use crate::Error;
use crate::error::{Mistakes, NotFound};
use crate::words::{Dictionary, SOURCES, Text};

async fn refused() -> Result<(), Error> {
    Err(NotFound.into())
}

async fn broken() -> Result<(), Error> {
    Err(Error::fault("the disk is on fire"))
}

async fn panics() {
    panic!("nobody expected this")
}

async fn mistaken(form: Form) -> Result<String, Error> {
    let mut mistakes = Mistakes::none();
    if form.value("price").is_empty() {
        mistakes.note("price", Text::new("refused-not-found"));
    }
    mistakes.end()?;
    Ok(form.value("price").to_owned())
}

/// A house with a few doors behind all its layers.
fn house() -> Router {
    let dictionary = Arc::new(Dictionary::new(SOURCES));
    let brand = Arc::new(Brand::default());
    let doors = Router::new()
        .route("/refused", get(refused))
        .route("/api/v1/refused", get(refused))
        .route("/broken", get(broken))
        .route("/panics", get(panics))
        .route("/form", post(mistaken))
        .route("/api/v1/form", post(mistaken))
        .route("/events", get(async || changes(futures_util::stream::iter([1, 2]))))
        .merge(assets(&brand));
    let frame_for: FrameFor = Arc::new(move |head| {
        let reader = Reader::of(&head.headers, &head.uri);
        Frame::for_reader(&reader, &dictionary, &brand, crate::clock::from_micros(0))
    });
    around(for_pages(doors), frame_for, || "id-7".to_owned())
}

async fn ask(request: Request<Body>) -> (Response, String) {
    let response = house().oneshot(request).await.expect("a router always answers");
    let (head, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.expect("a whole body");
    (Response::from_parts(head, Body::empty()), String::from_utf8_lossy(&bytes).into_owned())
}

fn at(address: &str) -> axum::http::request::Builder {
    Request::builder().uri(address).header(header::HOST, "market.test")
}

/// What someone who asks at `address` is told: the status, and these words somewhere in the answer.
#[track_caller]
fn check(request: Request<Body>, status: StatusCode, told: &[&str]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (response, body) = runtime.block_on(ask(request));
    assert_eq!(response.status(), status, "{body}");
    for words in told {
        assert!(body.contains(words), "`{words}` is not told in: {body}");
    }
}

fn nothing() -> Body {
    Body::empty()
}

#[test]
fn a_refusal_is_a_page_in_the_visitors_language() {
    let english = at("/refused").body(nothing()).expect("a request");
    check(
        english,
        StatusCode::NOT_FOUND,
        &["<html lang=\"en\"", "Nothing here", "There is nothing at this address"],
    );
    let french = at("/refused").header(header::ACCEPT_LANGUAGE, "fr").body(nothing()).expect("a request");
    check(french, StatusCode::NOT_FOUND, &["<html lang=\"fr\"", "Rien ici"]);
    let nowhere = at("/nowhere").body(nothing()).expect("a request");
    check(nowhere, StatusCode::NOT_FOUND, &["Nothing here"]);
}

#[test]
fn a_refusal_of_the_api_is_a_problem_that_programs_can_read() {
    let request = at("/api/v1/refused").body(nothing()).expect("a request");
    check(
        request,
        StatusCode::NOT_FOUND,
        &["\"code\":\"house.not_found\"", "\"status\":404", "\"detail\":\"There is"],
    );
    let form =
        at("/api/v1/form").method("POST").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = form.body(Body::from("price=")).expect("a request");
    check(request, StatusCode::UNPROCESSABLE_ENTITY, &["\"code\":\"form.mistakes\"", "\"field\":\"price\""]);
}

#[test]
fn a_fault_gives_its_number_and_keeps_its_cause_to_itself() {
    for address in ["/broken", "/panics"] {
        let request = at(address).body(nothing()).expect("a request");
        check(request, StatusCode::INTERNAL_SERVER_ERROR, &["id-7", "Something broke on our side"]);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (_, body) = runtime.block_on(ask(at("/broken").body(nothing()).expect("a request")));
    assert!(!body.contains("on fire"), "{body}");
}

#[test]
fn a_form_from_another_site_is_not_taken() {
    let form = |site: &str| {
        at("/form")
            .method("POST")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site)
            .body(Body::from("price=+5+"))
            .expect("a request")
    };
    check(form("cross-site"), StatusCode::FORBIDDEN, &["sent from another site"]);
    check(form("same-origin"), StatusCode::OK, &["5"]);
}

#[test]
fn a_form_that_is_too_large_is_not_taken() {
    let request = at("/form")
        .method("POST")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(vec![b'a'; FORM_BYTES_MAX + 1]))
        .expect("a request");
    check(request, StatusCode::PAYLOAD_TOO_LARGE, &["larger than this form takes"]);
}

#[test]
fn a_wrong_method_is_told_with_the_right_ones() {
    let request = at("/refused").method("DELETE").body(nothing()).expect("a request");
    check(request, StatusCode::METHOD_NOT_ALLOWED, &["DELETE"]);
}

#[tokio::test]
async fn a_choice_of_language_is_kept_and_leaves_the_address_clean() {
    let (response, _) =
        ask(at("/refused?q=a+b&lang=fr&theme=dark").body(nothing()).expect("a request")).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()[header::LOCATION], "/refused?q=a+b");
    assert_eq!(response.headers().get_all(header::SET_COOKIE).iter().count(), 2);

    let (response, _) = ask(at("//elsewhere.test/?lang=fr").body(nothing()).expect("a request")).await;
    let back = response.headers()[header::LOCATION].to_str().expect("an address");
    assert!(!back.starts_with("//"), "{back} names another host");

    let french =
        at("/refused").header(header::COOKIE, "a=b; lang=fr; theme=dark").body(nothing()).expect("a request");
    let (_, body) = ask(french).await;
    assert!(body.contains("<html lang=\"fr\" data-theme=\"dark\">"), "{body}");
}

#[tokio::test]
async fn every_answer_carries_its_number_and_the_security_headers() {
    for address in ["/refused", "/nowhere", "/broken"] {
        let (response, _) = ask(at(address).body(nothing()).expect("a request")).await;
        assert_eq!(response.headers()["x-request-id"], "id-7");
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    }
}

#[tokio::test]
async fn an_asset_is_kept_for_ever_under_the_address_of_its_content() {
    let (response, body) = ask(at(&asset("market.css")).body(nothing()).expect("a request")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers()[header::CACHE_CONTROL].to_str().is_ok_and(|keep| keep.contains("immutable")));
    assert!(body.contains("@layer"));

    let tag = response.headers()[header::ETAG].clone();
    let again =
        at(&asset("market.css")).header(header::IF_NONE_MATCH, tag).body(nothing()).expect("a request");
    assert_eq!(ask(again).await.0.status(), StatusCode::NOT_MODIFIED);

    let (response, _) = ask(at("/assets/0123/market.css").body(nothing()).expect("a request")).await;
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
}

#[tokio::test]
async fn an_event_has_data_since_browsers_drop_those_without() {
    let request = at("/events").header(header::ACCEPT_ENCODING, "gzip").body(nothing()).expect("a request");
    let (response, body) = ask(request).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    assert_eq!(body.matches("event: changed\ndata: changed\n\n").count(), 2, "{body}");
}
