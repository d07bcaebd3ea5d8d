//! All SQL of the storefront: one cheap look that tells whether what is on sale has changed.

use house::{Columns, Result, Tx};

/// Another value whenever an offer was listed, changed, withdrawn or put back, a seller was changed or
/// suspended, or an image on sale began or ceased to fail.
pub async fn stamp(tx: &mut Tx) -> Result<String> {
    let row = sqlx::query(
        "select (select count(*) from publishing_listing) as listed, \
         (select count(withdrawn_at) from publishing_listing) as withdrawn, \
         (select coalesce(max(changed_at), 0) from publishing_listing) as changed, \
         (select cast(coalesce(sum(version), 0) as bigint) from sellers_seller) as sellers, \
         (select count(suspended_at) from sellers_seller) as suspended, \
         (select cast(coalesce(sum(version), 0) as bigint) from publishing_failing) as failing, \
         (select count(stopped_at) from publishing_failing) as stopped, \
         (select coalesce(max(since), 0) from publishing_failing) as failing_since",
    )
    .fetch_one(tx.on())
    .await?;
    let mut stamp = String::new();
    for column in
        ["listed", "withdrawn", "changed", "sellers", "suspended", "failing", "stopped", "failing_since"]
    {
        stamp.push_str(&row.int(column)?.to_string());
        stamp.push('.');
    }
    Ok(stamp)
}
