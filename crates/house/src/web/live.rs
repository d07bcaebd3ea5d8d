//! Pages that follow what happens: an event tells that something changed, the page fetches the part anew.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt};

/// How often a silent stream shows that it lives; proxies close what is silent for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Answers with an event for each item of `changes`. The script then fetches the part's address again.
pub fn changes<T>(changes: impl Stream<Item = T> + Send + 'static) -> impl IntoResponse {
    // A browser drops an event without data.
    let events = changes.map(|_| Ok::<_, Infallible>(Event::default().event("changed").data("changed")));
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

/// Answers with a part that will not change any more, so that the page stops listening.
pub fn last(part: impl IntoResponse) -> Response {
    ([("x-live", "over")], part).into_response()
}
