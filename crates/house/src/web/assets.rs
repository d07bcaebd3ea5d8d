//! Stylesheet, script, fonts and icons, inside the program. Addresses change with the content, so answers never go stale.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

pub(super) const SPRITE: &str = include_str!("assets/icons.svg");

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal, $kind:literal, $file:literal;)*) => {
        &[$(Asset { name: $name, kind: $kind, bytes: include_bytes!(concat!("assets/", $file)) }),*]
    };
}

const ASSETS: &[Asset] = assets! {
    "market.css", "text/css; charset=utf-8", "market.css";
    "market.js", "text/javascript; charset=utf-8", "market.js";
    "icons.svg", "image/svg+xml", "icons.svg";
    "upload.js", "text/javascript; charset=utf-8", "upload.js";
    "tus.min.js", "text/javascript; charset=utf-8", "tus.min.js";
    "tus-js-client.LICENSE", "text/plain; charset=utf-8", "tus-js-client.LICENSE";
    "text-latin.woff2", "font/woff2", "fonts/text-latin.woff2";
    "text-latin-ext.woff2", "font/woff2", "fonts/text-latin-ext.woff2";
    "display-latin.woff2", "font/woff2", "fonts/display-latin.woff2";
    "display-latin-ext.woff2", "font/woff2", "fonts/display-latin-ext.woff2";
    "mono-latin.woff2", "font/woff2", "fonts/mono-latin.woff2";
    "lucide.LICENSE", "text/plain; charset=utf-8", "lucide.LICENSE";
    "bricolage-grotesque.LICENSE", "text/plain; charset=utf-8", "fonts/bricolage-grotesque.LICENSE";
    "source-sans-3.LICENSE", "text/plain; charset=utf-8", "fonts/source-sans-3.LICENSE";
    "jetbrains-mono.LICENSE", "text/plain; charset=utf-8", "fonts/jetbrains-mono.LICENSE";
};

/// One digest over all assets: they refer to each other, so they change together.
static EDITION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for asset in ASSETS {
        digest.update(asset.name);
        digest.update(asset.bytes);
    }
    digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

/// The address of an asset of this edition.
pub fn address(name: &str) -> String {
    debug_assert!(ASSETS.iter().any(|asset| asset.name == name), "no asset `{name}`");
    format!("/assets/{}/{name}", *EDITION)
}

/// Serves the assets, and `brand.css` with the operator's colour.
pub fn router<S: Clone + Send + Sync + 'static>(brand: &super::Brand) -> Router<S> {
    let stylesheet = brand.stylesheet();
    Router::new()
        .route(
            "/assets/brand.css",
            get(move |headers: HeaderMap| async move { serve_brand(&headers, stylesheet) }),
        )
        .route("/assets/{edition}/{name}", get(serve))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
}

async fn serve(Path((edition, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", *EDITION);
    if matches(&headers, &tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    // An address of another edition still gets an answer, but nobody may keep it.
    let keep = if edition == *EDITION { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, asset.kind.to_owned()),
        (header::CACHE_CONTROL, keep.to_owned()),
        (header::ETAG, tag),
    ];
    (headers, asset.bytes).into_response()
}

fn serve_brand(headers: &HeaderMap, stylesheet: String) -> Response {
    let tag = format!("\"{:x}\"", u64_of(&stylesheet));
    if matches(headers, &tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8".to_owned()),
        (header::CACHE_CONTROL, "public, max-age=300".to_owned()),
        (header::ETAG, tag),
    ];
    (headers, stylesheet).into_response()
}

fn matches(headers: &HeaderMap, tag: &str) -> bool {
    headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes())
}

fn u64_of(text: &str) -> u64 {
    Sha256::digest(text).iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
