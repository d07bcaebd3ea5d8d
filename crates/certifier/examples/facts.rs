//! Judges an image, keeps its facts, judges them, and says what it cost: `facts FILE [PROFILE]`.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use certifier::facts::Given;
use certifier::profile::Profile;
use certifier::progress::Silent;
use certifier::stored::{Stored, certify_and_store, judge_stored};
use disk::read_at::FileImage;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let file = Path::new(arguments.get(1).ok_or("usage: facts FILE [PROFILE]")?);
    let profile = Profile::named(arguments.get(2).map_or("kvm", String::as_str)).ok_or("no such profile")?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let given = Given::default();
    let begun = Instant::now();
    let plain = certifier::certify(Arc::new(FileImage::open(file)?), &name, &profile, &Silent);
    println!("judged in {:?}: {:?}", begun.elapsed(), plain.verdict);
    let begun = Instant::now();
    let (report, stored) =
        certify_and_store(Arc::new(FileImage::open(file)?), &name, &profile, &given, &Silent);
    let stored = stored.ok_or("there are no facts to keep")?;
    println!("judged and kept in {:?}", begun.elapsed());
    let begun = Instant::now();
    let bytes = stored.to_bytes().ok_or("too many facts")?;
    println!("packed in {:?}: {} bytes of {}", begun.elapsed(), bytes.len(), stored.kept_bytes());
    let begun = Instant::now();
    let again = judge_stored(&Stored::parse(&bytes)?, &profile, &given);
    println!("judged again in {:?}: {:?}", begun.elapsed(), again.verdict);
    for (before, after) in report.rules.iter().zip(&again.rules).filter(|(before, after)| before != after) {
        println!("{}: {:?} is {:?}: {:?}", before.id, before.verdict, after.verdict, after.reason);
    }
    println!("the same report: {}", report == again && report == plain);
    Ok(())
}
