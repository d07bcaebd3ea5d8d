//! The two commands that a newcomer needs, and two that a contributor needs.
//!
//! What is absent: anything about the market. This program installs, builds, starts and counts.

mod arguments;
mod bless;
mod demo;
mod demo_image;
mod licences;
mod packages;
mod postgres;
mod suite;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use arguments::Command;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(fault) => {
            eprintln!("xtask: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = match arguments::parse(&arguments) {
        Ok(command) => command,
        Err(mistake) => {
            eprintln!("{mistake}\n\n{}", arguments::USAGE);
            return Ok(ExitCode::from(2));
        }
    };
    match command {
        Command::Demo(wish) => demo::demo(&wish),
        Command::Test(wish) => suite::test(&wish),
        Command::Bless(wish) => bless::bless(&wish),
        Command::DemoImage(rest) => demo_image(&rest),
        Command::Help => {
            println!("{}", arguments::USAGE);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn demo_image(rest: &[String]) -> Result<ExitCode> {
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    demo_image::command(&rest).map(|()| ExitCode::SUCCESS)
}
