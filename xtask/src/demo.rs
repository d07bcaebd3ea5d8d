//! `cargo xtask demo`: from a clone to a running market in one command.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::arguments::Demo;
use crate::demo_image::{self, Flavour};
use crate::packages;
use crate::workspace::{cargo, run, target};

/// Installs what is missing, builds, makes the demo images and hands over to `halle demo`, which fills the market once,
/// serves it and says who can sign in. Everything but deploying works without QEMU, so a refusal to install goes on.
pub fn demo(wish: &Demo) -> Result<ExitCode> {
    let missing = packages::provide(&[packages::DEMO_IMAGE, packages::MACHINES], wish.yes)?;
    for need in &missing {
        println!("Going on without {}: it {}.", need.package, need.why);
    }
    run(&mut cargo(&["build", "--release", "--locked", "--package", "halle"]))
        .context("Halle did not build")?;
    let mut market = Command::new(target().join("release/halle"));
    market.arg("demo").arg("--data").arg(&wish.data).args(["--listen", &wish.listen]);
    for flavour in Flavour::ALL {
        match demo_image::fresh(flavour) {
            Ok(image) => {
                market.arg("--image").arg(image);
            }
            Err(fault) => println!("Going on without the demo image `{}`: {fault:#}", flavour.name()),
        }
    }
    use std::os::unix::process::CommandExt;
    // Takes our place, so that signals and the exit code are the market's own.
    let fault = market.exec();
    Err(fault).context("the market could not be started")
}
