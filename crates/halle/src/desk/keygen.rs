//! `halle keygen`: a new key for signing certificates.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use certifier::certificate::{PrivateKey, key_is_there, keys_made};
use clap::Args;

use super::{BAD, Lang, complain, language};
use crate::beside;

#[derive(Args)]
pub struct KeygenArguments {
    /// Where the private key goes; the public one goes beside it, with `.pub` at the end
    #[arg(long, value_name = "KEY")]
    out: PathBuf,
    /// The language; without it, that of your locale
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

/// Makes a pair of keys. Exit codes: 0 made, 1 refused because one is there, 2 not writable.
pub fn run(arguments: &KeygenArguments) -> ExitCode {
    let mut public = arguments.out.clone().into_os_string();
    public.push(".pub");
    let language = language(arguments.lang);
    match make(&arguments.out, Path::new(&public)) {
        Ok(id) => {
            let [private, public] =
                [&arguments.out, Path::new(&public)].map(|path| path.display().to_string());
            for line in keys_made(&private, &public, &id) {
                println!("{}", language.write(&line));
            }
            ExitCode::SUCCESS
        }
        Err((path, cause)) if cause.kind() == io::ErrorKind::AlreadyExists => {
            eprintln!("halle: {}", language.write(&key_is_there(&path.display().to_string())));
            ExitCode::from(BAD)
        }
        Err((path, cause)) => complain(&format!("{}: {cause}", path.display())),
    }
}

/// Writes both keys or neither, and gives their name.
fn make(private: &Path, public: &Path) -> Result<String, (PathBuf, io::Error)> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|cause| (private.to_owned(), io::Error::other(cause.to_string())))?;
    let key = PrivateKey::from_seed(&seed);
    // The public one first: whoever finds both has both whole.
    beside::create(public, beside::PUBLIC, key.public().to_pem())
        .map_err(|cause| (public.to_owned(), cause))?;
    let written = beside::create(private, beside::PRIVATE, key.to_pem());
    if let Err(cause) = written {
        // It is ours, and without its other half it would only mislead.
        let _ = fs::remove_file(public);
        return Err((private.to_owned(), cause));
    }
    Ok(key.public().id())
}
