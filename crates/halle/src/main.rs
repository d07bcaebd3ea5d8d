//! Halle: a marketplace for certified virtual-machine images that anyone can host.
//!
//! This crate parses the configuration and wires the rest together. What is absent: rules.

mod advisories;
mod beside;
mod convert;
mod demo;
mod desk;
mod examine;
mod operator;
mod sbom;
mod serve;
mod signing;
mod upload;
mod vitals;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    /// Open the market
    Serve(serve::ServeArgs),
    /// Make someone an operator of the market, and print the link to a password of their own
    Operator(operator::OperatorArgs),
    /// Open a market that is filled with demo goods
    Demo(demo::DemoArgs),
    /// Judge a disk image: exit 0 certified, 1 not certified, 2 could not judge
    Certify(desk::certify::CertifyArguments),
    /// Send an image to a market, or go on where it broke off
    Upload(upload::UploadArgs),
    /// Make a fixed VHD of a disk: exit 0 converted, 1 refused, 2 could not read or write
    Convert(convert::ConvertArguments),
    /// Judge an image in a process that can do nothing else
    #[command(hide = true)]
    Examine(examine::ExamineArgs),
    /// List what is installed in a disk image, as CycloneDX or SPDX
    Sbom(sbom::SbomArguments),
    /// Known vulnerabilities, to judge images by
    Advisories(advisories::AdvisoriesArguments),
    /// Say what a rule wants, why, and what to do
    Explain(desk::explain::ExplainArguments),
    /// Make a pair of keys for signing certificates
    Keygen(desk::keygen::KeygenArguments),
    /// Check a certificate against an image: exit 0 all holds, 1 something does not, 2 could not judge
    Verify(desk::verify::VerifyArguments),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Serve(args) => in_runtime(serve::run(args)),
        Command::Operator(args) => in_runtime(operator::run(args)),
        Command::Demo(args) => in_runtime(demo::run(args)),
        Command::Upload(args) => upload::run(args),
        Command::Examine(args) => examine::run(&args),
        Command::Certify(arguments) => desk::certify::run(&arguments),
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Explain(arguments) => desk::explain::run(&arguments),
        Command::Keygen(arguments) => desk::keygen::run(&arguments),
        Command::Verify(arguments) => desk::verify::run(&arguments),
        Command::Sbom(arguments) => sbom::run(&arguments),
        Command::Advisories(arguments) => advisories::run(&arguments),
    }
}

fn in_runtime(work: impl Future<Output = anyhow::Result<()>>) -> ExitCode {
    let result = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(work));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("halle: {error:#}");
            ExitCode::FAILURE
        }
    }
}
