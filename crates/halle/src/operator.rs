//! `halle operator`: who runs the market.

use anyhow::Context;
use clap::Args;
use house::words::Language;
use marketplace::people::{self, Email};

use crate::serve::{Place, told};

#[derive(Debug, Args)]
pub struct OperatorArgs {
    /// The operator's e-mail address
    pub email: String,
    #[command(flatten)]
    pub place: Place,
    #[arg(long, default_value = "Operator")]
    pub name: String,
    /// The language of letters: en or fr
    #[arg(long, default_value = "en")]
    pub lang: String,
    /// Where people find the market, for the link that is printed
    #[arg(long, default_value = "http://127.0.0.1:8080", env = "HALLE_ADDRESS")]
    pub address: String,
}

/// Makes someone an operator and prints the link by which they choose a password. May be said again: the link is new each time.
pub async fn run(args: OperatorArgs) -> anyhow::Result<()> {
    let email =
        Email::parse(&args.email).ok().with_context(|| format!("`{}` is no e-mail address", args.email))?;
    let language = Language::parse(&args.lang).with_context(|| format!("`{}` is not en or fr", args.lang))?;
    let database = args.place.open_database().await?;
    let mut tx = database.write().await.map_err(told)?;
    let link = people::make_operator(&mut tx, &email, &args.name, language).await.map_err(told)?;
    tx.commit().await.map_err(told)?;
    println!("{}/password/{link}", args.address.trim_end_matches('/'));
    database.close().await;
    Ok(())
}
