//! Halle: a marketplace for certified virtual-machine images that anyone can host.
//!
//! This crate parses the configuration and wires the rest together. What is absent: rules.

mod serve;
mod vitals;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(
    name = "halle",
    version,
    about = "A marketplace for certified virtual-machine images that anyone can host."
)]
struct Halle {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Open the market.
    Serve(serve::ServeArgs),
}

fn main() -> ExitCode {
    let halle = Halle::parse();
    let result = match halle.command {
        Command::Serve(args) => in_runtime(serve::run(args)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("halle: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn in_runtime(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
