//! The program: configuration, wiring, and one subcommand for each thing that it does.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod certify;

#[derive(Parser)]
#[command(
    name = "halle",
    version,
    about = "A marketplace for certified virtual-machine images that anyone can host"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Judge a disk image: exit 0 certified, 1 not certified, 2 could not judge
    Certify(certify::CertifyArguments),
    /// Say what a rule wants, why, and what to do
    Explain(certify::ExplainArguments),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Certify(arguments) => certify::run(&arguments),
        Command::Explain(arguments) => certify::explain(&arguments),
    }
}
