//! All doors of the market, and what every request passes.

use axum::Router;
use house::web::{around, assets, for_pages};

use crate::hall::pages::frame_for;
use crate::market::Market;

/// The whole market as one router.
pub fn app(market: Market) -> Router {
    let doors = for_pages(pages()).merge(streams()).with_state(market.clone()).merge(assets(market.brand()));
    around(doors, frame_for(&market), || house::chance::token(12).unwrap_or_default())
}

/// Pages and small API calls: forms stay small and answers come soon.
fn pages() -> Router<Market> {
    Router::new()
        .merge(crate::people::pages::pages())
        .merge(crate::people::api::api())
        .merge(crate::sellers::pages::pages())
        .merge(crate::images::pages::pages())
        .merge(crate::offers::pages::pages())
        .merge(crate::certification::pages::pages())
        .merge(crate::leads::pages::pages())
        .merge(crate::publishing::pages::pages())
        .merge(crate::orders::pages::pages())
        .merge(crate::deployments::pages::pages())
        .merge(crate::storefront::pages::pages())
}

/// Uploads and event streams: neither limit holds.
fn streams() -> Router<Market> {
    Router::new()
        .merge(crate::images::api::streams())
        .merge(crate::images::pages::streams())
        .merge(crate::offers::pages::streams())
        .merge(crate::certification::pages::streams())
        .merge(crate::publishing::pages::streams())
        .merge(crate::deployments::pages::streams())
}
