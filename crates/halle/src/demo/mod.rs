//! `halle demo`: a market that is full when one first looks at it.
//!
//! Everything is done through the same verbs that people use: publishers are nominated, approved and registered, images are
//! uploaded and certified, offers walk all seven steps. What is there already is left as it is, so a filling that was interrupted
//! goes on, and a second start keeps what happened meanwhile.

mod artwork;
mod fill;
mod goods;
mod stock;

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use marketplace::Market;

use crate::serve::{self, ServeArgs};

/// The password of everyone in the demo market. It is printed, and good for nothing else.
pub const PASSWORD: &str = "three sleepy ferries";

pub const OPERATOR: &str = "operator@halle.example";
pub const CUSTOMER: &str = "customer@halle.example";
pub const CUSTOMER_FR: &str = "cliente@halle.example";

#[derive(Debug, Args)]
pub struct DemoArgs {
    #[command(flatten)]
    pub serve: ServeArgs,
    /// A demo image, named by its flavour: notes.vhd, status.vhd; may be given more than once
    #[arg(long = "image")]
    pub images: Vec<PathBuf>,
}

pub async fn run(args: DemoArgs) -> anyhow::Result<()> {
    let marker = args.serve.place.data.join("demo-filled");
    let images = args.images;
    serve::run_with(args.serve, async move |market: Market| {
        if !marker.exists() {
            fill::fill(&market, &images).await.context("the demo market could not be filled")?;
            std::fs::write(&marker, "filled\n")
                .with_context(|| format!("{} cannot be written", marker.display()))?;
        }
        print_who_can_sign_in(&market)
    })
    .await
}

fn print_who_can_sign_in(market: &Market) -> anyhow::Result<()> {
    let goods = goods::goods()?;
    let address = &market.settings().address;
    println!("\nThe market is open at {address}\n");
    println!("Everyone's password is: {PASSWORD}\n");
    println!("  operator    {OPERATOR:<28} {address}/desk");
    for publisher in &goods.publishers {
        println!("  publisher   {:<28} {}", publisher.email, publisher.name);
    }
    println!("  customer    {CUSTOMER:<28} in English");
    println!("  customer    {CUSTOMER_FR:<28} in French");
    println!("\nOr sign up at {address}/sign-up, and walk the road yourself. Stop the market with ctrl-c.");
    Ok(())
}
