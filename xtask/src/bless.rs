//! `cargo xtask bless`: what the tests find becomes what they are to find.

use std::process::ExitCode;

use anyhow::Result;

use crate::arguments::Test;
use crate::suite;

/// Runs the tests so that snapshots are written instead of compared: those of `expect-test`, which reads
/// `UPDATE_EXPECT`, and generated files such as `schema.sql`, whose tests read `HALLE_BLESS`.
pub fn bless(wish: &Test) -> Result<ExitCode> {
    suite::provide(wish)?;
    let surroundings = if wish.image { vec![suite::demo_image()?] } else { Vec::new() };
    suite::tests(wish, &surroundings, &[("UPDATE_EXPECT", "1"), ("HALLE_BLESS", "1")])?;
    println!("Blessed. `git diff` shows what has changed; a test that still fails compares something else.");
    Ok(ExitCode::SUCCESS)
}
