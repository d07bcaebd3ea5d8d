//! Demo images are made once, and again when their recipe has changed.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Result;

use super::{Flavour, build, home};
use crate::workspace::root;

/// What the recipe is made of, below the workspace's folder.
const RECIPE: &[&str] = &["xtask/src/demo_image.rs", "xtask/src/demo_image", "xtask/demo_image"];

/// The demo image of a flavour, made now unless it is there and its recipe has not changed since.
pub fn fresh(flavour: Flavour) -> Result<PathBuf> {
    let image = home().join(format!("{}.vhd", flavour.name()));
    if !is_newer(&image, RECIPE) {
        build(&image, flavour)?;
    }
    Ok(image)
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
