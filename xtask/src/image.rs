//! The demo images: made once, and again when their recipe has changed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::workspace::{root, run, target};

/// What the recipe is made of, below the workspace's folder.
const RECIPE: &[&str] = &["xtask/src/demo_image.rs", "xtask/src/demo_image", "xtask/demo_image"];

/// What the demo images are for. The first is the one that tests use.
pub const FLAVOURS: &[&str] = &["notes", "status"];

/// The demo image of a flavour, made now unless it is there and its recipe has not changed since.
/// There is none while there is no recipe.
pub fn fresh(flavour: &str) -> Result<Option<PathBuf>> {
    if !root().join(RECIPE[0]).exists() {
        return Ok(None);
    }
    let image = target().join("demo-image").join(format!("{flavour}.vhd"));
    if is_newer(&image, RECIPE) {
        return Ok(Some(image));
    }
    let folder = image.parent().expect("the image lies in a folder");
    std::fs::create_dir_all(folder).with_context(|| format!("{} could not be made", folder.display()))?;
    let this_program = std::env::current_exe().context("this program does not know where it lies")?;
    run(Command::new(this_program).arg("demo-image").arg(&image).args(["--flavour", flavour]))?;
    Ok(Some(image))
}

fn is_newer(image: &Path, recipe: &[&str]) -> bool {
    let Some(made_at) = changed_at(image) else { return false };
    recipe.iter().filter_map(|part| last_change(&root().join(part))).all(|change| change < made_at)
}

/// When a file, or anything in a folder, was last changed.
fn last_change(path: &Path) -> Option<SystemTime> {
    let inside = std::fs::read_dir(path).into_iter().flatten().flatten();
    inside.filter_map(|entry| last_change(&entry.path())).chain(changed_at(path)).max()
}

fn changed_at(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}
