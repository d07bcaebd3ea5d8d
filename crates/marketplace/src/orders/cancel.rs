//! Ending an order.

use house::{Result, Tx, audit};

use super::{Order, Refused, record};
use crate::people::Person;

/// Cancels an order. Whoever calls this has seen to it that nothing runs under it.
pub async fn cancel(tx: &mut Tx, by: &Person, order: &Order) -> Result<()> {
    if !order.is_active() {
        return Err(Refused::CancelledAlready.into());
    }
    record::cancel(tx, order).await?;
    audit::note(tx, &by.email, "orders.cancel", order.id, &serde_json::json!({ "number": order.number }))
        .await
}
