//! `halle verify`: whether a certificate holds, and is for this image. It asks nobody, and reads the image once.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use certifier::certificate::{Broken, CERTIFICATE_BYTES_MAX, Certificate, KEY_BYTES_MAX, PublicKey};
use certifier::progress::{Progress, Stage};
use clap::Args;
use disk::content_id::{self, ContentId, LEAF_BYTES, Leaves};
use disk::read_at::{FileImage, ReadAt};

use super::{BAD, Bar, GOOD, complain, files, printed, today};

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
    match verify(arguments) {
        Ok(certificate) => {
            let told = if arguments.quiet { Ok(()) } else { tell(&certificate, arguments) };
            printed(told, GOOD)
        }
        Err(Doubt::Broken(broken)) => {
            if !arguments.quiet {
                eprintln!("halle: {} does not hold: {broken}", arguments.certificate.display());
            }
            ExitCode::from(BAD)
        }
        Err(Doubt::Open(why)) => complain(&why),
    }
}

fn verify(arguments: &VerifyArguments) -> Result<Certificate, Doubt> {
    let key = PublicKey::parse(&files::read(&arguments.key, KEY_BYTES_MAX)?)
        .map_err(|cause| format!("{}: {cause}", arguments.key.display()))?;
    let text = files::read_bytes(&arguments.certificate, CERTIFICATE_BYTES_MAX)?;
    let certificate = Certificate::read(&text, &key, today()?)?;
    let at = |cause: io::Error| format!("{}: {cause}", arguments.image.display());
    files::insist_on_a_disk(&arguments.image)?;
    let image = FileImage::open(&arguments.image).map_err(at)?;
    certificate.is_for_length(image.size_bytes())?;
    let bar = Bar::new(arguments.quiet);
    let found = digest(&image, &bar);
    bar.done();
    certificate.is_for(found.map_err(at)?)?;
    Ok(certificate)
}

/// The content id of the image, with word of how far it is.
fn digest(image: &FileImage, bar: &Bar) -> io::Result<ContentId> {
    let total = image.size_bytes();
    let mut leaves = Leaves::of_size(total);
    content_id::for_each_leaf(image, &mut |index, leaf| {
        leaves.take(&leaf.digest());
        bar.update(Stage::Content, index.saturating_mul(LEAF_BYTES), total);
        Ok(())
    })?;
    Ok(leaves.finish().expect("every leaf of this size was just visited"))
}

fn tell(certificate: &Certificate, arguments: &VerifyArguments) -> io::Result<()> {
    let report = &certificate.report;
    let mut told = format!(
        "{} holds for {}: certified on {} by profile {}, rulebook {}\nkey {}\n",
        arguments.certificate.display(),
        arguments.image.display(),
        certificate.certified_on,
        report.profile,
        report.rulebook,
        certificate.key_id
    );
    for difference in &report.profile_differences {
        told += &format!("  {difference}\n");
    }
    for judged in &report.rules {
        if let Some(granted) = &judged.exception {
            told += &format!(
                "excepted: {} until {} by {}: {}\n",
                judged.id, granted.until, granted.by, granted.reason
            );
        }
    }
    let name = arguments.image.file_name().map(|name| name.to_string_lossy().into_owned());
    if name.is_some_and(|name| name != report.file_name) {
        told += &format!("It was called {} when it was judged.\n", report.file_name);
    }
    io::stdout().write_all(told.as_bytes())
}
