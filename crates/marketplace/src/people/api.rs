//! How programs show who they are: `Authorization: Bearer halle_…`.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use house::{Error, Result, Tx};

use super::{ActingFor, Refused, by_token, note_use};
use crate::market::Market;

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
