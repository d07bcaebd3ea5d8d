//! `halle examine`: the process in which an image is judged. Not for people: they say `halle certify`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

#[derive(Debug, Args)]
pub struct ExamineArgs {
    pub image: PathBuf,
}

pub fn run(args: &ExamineArgs) -> ExitCode {
    match certifier::child::serve(&args.image, std::io::stdin(), std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
