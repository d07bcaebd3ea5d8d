//! Judges a disk image and prints the report, with as little around it as can be: `judge FILE [PROFILE]`.

use std::path::Path;
use std::sync::Arc;

use certifier::profile::Profile;
use certifier::progress::Silent;
use certifier::words::Language;
use disk::read_at::FileImage;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("which file?")?;
    let name = arguments.next().unwrap_or_else(|| "azure".to_owned());
    let profile = Profile::named(&name).ok_or("which profile?")?;
    let report = certifier::certify(Arc::new(FileImage::open(Path::new(&file))?), &file, &profile, &Silent);
    print!("{}", certifier::text::write(&report, Language::En, false));
    for left in report.scanned.iter().flat_map(|scanned| &scanned.not_scanned) {
        println!("not scanned: {} ({} bytes): {}", left.what, left.bytes, Language::En.write(&left.reason));
    }
    Ok(())
}
