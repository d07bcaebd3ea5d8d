//! `halle examine`: the process in which the market has an image judged. Not for people: they say `halle certify`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use marketplace::certification::child::{self, Order};

#[derive(Debug, Args)]
pub struct ExamineArgs {
    pub blob: PathBuf,
    #[arg(long)]
    pub file_name: String,
    #[arg(long)]
    pub profile: String,
}

pub fn run(args: ExamineArgs) -> ExitCode {
    let order = Order { blob: args.blob, file_name: args.file_name, profile: args.profile };
    match child::serve(&order, std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
