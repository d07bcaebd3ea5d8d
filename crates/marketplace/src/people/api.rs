//! How programs show who they are: `Authorization: Bearer halle_…`.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use house::{Error, Result, Tx};

use super::{ActingFor, Refused, by_token, note_use};
use crate::market::Market;

pub fn api() -> Router<Market> {
    Router::new().route("/api/v1/me", get(me))
}

/// For whom the token acts: how a program finds its organisation, and whether its token still holds.
async fn me(asks: ByToken) -> Json<serde_json::Value> {
    let (person, organisation) = (asks.by.person(), asks.by.organisation());
    Json(serde_json::json!({
        "person": { "id": person.id, "name": person.name, "email": person.email },
        "organisation": { "id": organisation.id, "name": organisation.name },
        "role": asks.by.role().code(),
    }))
}

/// One request of a program. A handler under `/api/` takes it as its first argument.
pub struct ByToken {
    pub market: Market,
    pub by: ActingFor,
}

impl ByToken {
    pub async fn read(&self) -> Result<Tx> {
        self.market.read().await
    }

    /// Opens a transaction whose changes concern the organisation for which the program acts.
    pub async fn write(&self) -> Result<Tx> {
        let mut tx = self.market.write().await?;
        tx.concerns(self.by.organisation().id);
        Ok(tx)
    }
}

impl FromRequestParts<Market> for ByToken {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, market: &Market) -> Result<ByToken, Error> {
        let shown = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, secret) = shown.and_then(|shown| shown.split_once(' ')).unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Refused::DeadToken.into());
        }
        let mut tx = market.read().await?;
        let (by, unnoted) = by_token(&mut tx, secret.trim()).await?;
        drop(tx);
        if let Some(token) = unnoted {
            let mut tx = market.write().await?;
            note_use(&mut tx, token).await?;
            tx.commit().await?;
        }
        Ok(ByToken { market: market.clone(), by })
    }
}
