//! All SQL of the storefront: one cheap look that tells whether what is on sale has changed.

use house::{Columns, Result, Tx};

/// Another value whenever an offer was listed, changed, withdrawn or put back, or a seller was changed or suspended.
pub async fn stamp(tx: &mut Tx) -> Result<String> {
    let row = sqlx::query(
        "select (select count(*) from publishing_listing) as listed, \
         (select count(withdrawn_at) from publishing_listing) as withdrawn, \
         (select coalesce(max(changed_at), 0) from publishing_listing) as changed, \
         (select cast(coalesce(sum(version), 0) as bigint) from sellers_seller) as sellers, \
         (select count(suspended_at) from sellers_seller) as suspended",
    )
    .fetch_one(tx.on())
    .await?;
    let mut stamp = String::new();
    for column in ["listed", "withdrawn", "changed", "sellers", "suspended"] {
        stamp.push_str(&row.int(column)?.to_string());
        stamp.push('.');
    }
    Ok(stamp)
}
