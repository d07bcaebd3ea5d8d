//! `cargo xtask`: what is done to the project rather than by it.

mod demo_image;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask demo-image OUT.vhd [--flavour notes|status]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.split_first() {
        Some((&"demo-image", rest)) => demo_image::command(rest),
        _ => Err(anyhow::anyhow!("{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            eprintln!("{cause:#}");
            ExitCode::FAILURE
        }
    }
}
