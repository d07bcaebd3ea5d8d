//! What every request passes on its way in and out.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::Instrument;

use crate::error::{Error, NotFound};

use super::problems::{FrameFor, problems};
use super::reader::switches;

/// The largest form that is taken; files go another way.
pub const FORM_BYTES_MAX: usize = 256 * 1024;
/// How long a page may take.
pub const PAGE_TIMEOUT: Duration = Duration::from_secs(20);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A request id that a proxy sends is kept if it is no longer than this.
const REQUEST_ID_MAX: usize = 64;

const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self'; \
    script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";
const PERMISSIONS_POLICY: &str =
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()";

/// The number under which the log tells what happened to a request. Found in the request's extensions.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// For routers of pages and small API calls: forms stay small, and answers come soon.
/// Routers for uploads and event streams go without.
pub fn for_pages<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, PAGE_TIMEOUT))
}

/// Wraps the whole house: request ids, the access log, problems in words, protection against foreign forms,
/// switches for language and theme, compression, security headers.
///
/// `new_request_id` makes ids for requests that come without one.
pub fn around(router: Router, frame_for: FrameFor, new_request_id: fn() -> String) -> Router {
    let compressible = DefaultPredicate::new()
        .and(NotForContentType::const_new("font/"))
        .and(NotForContentType::const_new("application/octet-stream"));
    // The last layer is the outermost. The fallback is the house's own: axum's would be lost where routers are merged.
    router
        .fallback(async || Error::from(NotFound))
        .layer(CatchPanicLayer::custom(told_panic))
        .layer(from_fn(switches))
        .layer(CsrfLayer::new())
        .layer(from_fn_with_state(frame_for, problems))
        .layer(CompressionLayer::new().compress_when(compressible))
        .layer(from_fn(security_headers))
        .layer(from_fn(move |request, next| logged(new_request_id, request, next)))
}

/// A panic is a fault like any other: the visitor gets a number, the log gets the message.
fn told_panic(panic: Box<dyn std::any::Any + Send>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message");
    Error::fault(format!("panic: {message}")).into_response()
}

async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    set(HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY);
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    response
}

/// Gives the request its id, and tells the log in one line how it ended.
async fn logged(new_request_id: fn() -> String, mut request: Request, next: Next) -> Response {
    let sent = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let plain =
        |id: &&str| !id.is_empty() && id.len() <= REQUEST_ID_MAX && id.bytes().all(|b| b.is_ascii_graphic());
    let id = sent.filter(plain).map_or_else(new_request_id, ToOwned::to_owned);
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let span = tracing::info_span!("request", id);
    let began = std::time::Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(target: "access", %method, path, status, millis));
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
