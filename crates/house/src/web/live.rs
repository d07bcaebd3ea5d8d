//! Pages that follow what happens: an event tells that something changed, the page fetches the part anew.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt};

/// How often a silent stream shows that it lives; proxies close what is silent for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Answers with an event for each item of `changes`. The script then fetches the part's address again.
pub fn changes<T>(changes: impl Stream<Item = T> + Send + 'static) -> impl IntoResponse {
    let events = changes.map(|_| Ok::<_, Infallible>(Event::default().event("changed").data("")));
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}
