//! `halle verify`: whether a certificate holds, and is for this image. It asks nobody, and reads the image once.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use certifier::certificate::{Broken, CERTIFICATE_BYTES_MAX, Certificate, KEY_BYTES_MAX, PublicKey};
use certifier::progress::{Progress, Stage};
use certifier::words::Language;
use clap::Args;
use disk::content_id;
use disk::read_at::{FileImage, ReadAt};

use super::{BAD, Bar, GOOD, Lang, complain, files, language, printed, today};

#[derive(Args)]
pub struct VerifyArguments {
    /// The certificate
    certificate: PathBuf,
    /// The disk image
    image: PathBuf,
    /// The public key of whoever you trust
    #[arg(long, value_name = "KEY.pub")]
    key: PathBuf,
    /// Print nothing: the exit code says it
    #[arg(long, short)]
    quiet: bool,
    /// The language; without it, that of your locale
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

/// Why it cannot be said that the certificate holds.
enum Doubt {
    /// It does not.
    Broken(Broken),
    /// It could not be judged.
    Open(String),
}

impl From<Broken> for Doubt {
    fn from(broken: Broken) -> Doubt {
        Doubt::Broken(broken)
    }
}

impl From<String> for Doubt {
    fn from(why: String) -> Doubt {
        Doubt::Open(why)
    }
}

/// Checks the signature, every claim, and every byte of the image. Exit codes: 0 all hold, 1 one does not, 2 it could not be judged.
pub fn run(arguments: &VerifyArguments) -> ExitCode {
    let language = language(arguments.lang);
    match verify(arguments, language) {
        Ok(_) if arguments.quiet => ExitCode::from(GOOD),
        Ok(certificate) => printed(tell(&certificate, arguments, language), GOOD),
        Err(Doubt::Broken(broken)) => {
            if !arguments.quiet {
                let told = broken.told(&arguments.certificate.display().to_string());
                eprintln!("halle: {}", language.write(&told));
            }
            ExitCode::from(BAD)
        }
        Err(Doubt::Open(why)) => complain(&why),
    }
}

fn verify(arguments: &VerifyArguments, language: Language) -> Result<Certificate, Doubt> {
    let key = PublicKey::parse(&files::read(&arguments.key, KEY_BYTES_MAX)?)
        .map_err(|cause| format!("{}: {}", arguments.key.display(), language.write(&cause.phrase())))?;
    let text = files::read_bytes(&arguments.certificate, CERTIFICATE_BYTES_MAX)?;
    let certificate = Certificate::read(&text, &key, today()?)?;
    let at = |cause: io::Error| format!("{}: {cause}", arguments.image.display());
    files::insist_on_a_disk(&arguments.image)?;
    let image = FileImage::open(&arguments.image).map_err(at)?;
    certificate.is_for_length(image.size_bytes())?;
    let bar = Bar::new(arguments.quiet);
    let total = image.size_bytes();
    let found = content_id::of_with_progress(&image, &mut |done| bar.update(Stage::Content, done, total));
    bar.done();
    certificate.is_for(found.map_err(at)?)?;
    Ok(certificate)
}

fn tell(certificate: &Certificate, arguments: &VerifyArguments, language: Language) -> io::Result<()> {
    let (paper, image) = (arguments.certificate.display(), arguments.image.display());
    let lines = certificate.told(&paper.to_string(), &image.to_string());
    let told: String = lines.iter().map(|line| format!("{}\n", language.write(line))).collect();
    io::stdout().write_all(told.as_bytes())
}
