//! All doors of the market, and what every request passes.

use axum::Router;
use house::web::{around, assets, for_pages};

use crate::hall::pages::frame_for;
use crate::market::Market;

/// The whole market as one router.
pub fn app(market: Market) -> Router {
    // Pages and small API calls: forms stay small and answers come soon.
    let pages = for_pages(Router::new().merge(crate::orders::pages::pages()).merge(crate::deployments::pages::pages()));
    // Uploads and event streams: neither limit holds.
    let streams = Router::new().merge(crate::images::api::streams()).merge(crate::deployments::pages::streams());
    let doors = pages.merge(streams).with_state(market.clone()).merge(assets(market.brand()));
    around(doors, frame_for(&market), || house::chance::token(12).unwrap_or_default())
}
