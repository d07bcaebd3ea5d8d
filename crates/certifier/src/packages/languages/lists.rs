//! Lists of packages that are text: Cargo, npm, Python, Ruby.

use std::collections::BTreeMap;

use disk::tree::Unreadable;
use serde::Deserialize;

use crate::packages::{Kind, Package};

/// The lock file of a Rust program. What has no source is the program's own.
pub fn cargo(text: &str, path: &str) -> Vec<Package> {
    let mut packages = Vec::new();
    let nothing = || Package::new(Kind::Cargo, "", "", path);
    let (mut package, mut has_source) = (nothing(), false);
    for (number, line) in (1..).zip(text.lines()).chain([(0, "[[package]]")]) {
        if line.trim() == "[[package]]" {
            if has_source && !package.name.is_empty() {
                packages.push(package);
            }
            (package, has_source) = (nothing(), false);
            continue;
        }
        let Some((key, value)) = line.split_once(" = ") else { continue };
        let value = value.trim().trim_matches('"');
        match key {
            "name" => value.clone_into(&mut package.name),
            "version" => {
                value.clone_into(&mut package.version);
                package.line = number;
            }
            "source" => has_source = true,
            _ => {}
        }
    }
    packages
}

/// A licence as npm has it: a word, or an old object with its type.
#[derive(Deserialize)]
#[serde(untagged)]
enum Licence {
    Word(String),
    Typed {
        #[serde(rename = "type")]
        kind: String,
    },
    Other(serde::de::IgnoredAny),
}

fn licence(found: Option<Licence>) -> String {
    match found {
        Some(Licence::Word(word) | Licence::Typed { kind: word }) => word,
        _ => String::new(),
    }
}

fn wrong(what: &'static str, cause: &serde_json::Error) -> Unreadable {
    Unreadable::Damaged { what, offset: cause.column() as u64 }
}

#[derive(Deserialize)]
struct NpmPackage {
    name: Option<String>,
    version: Option<String>,
    license: Option<Licence>,
}

pub fn npm_package(text: &str, path: &str) -> Result<Vec<Package>, Unreadable> {
    let found: NpmPackage = serde_json::from_str(text).map_err(|cause| wrong("package.json", &cause))?;
    // Some directories only mark how the files in them are to be read.
    let (Some(name), Some(version)) = (found.name, found.version) else {
        return Ok(Vec::new());
    };
    let licence = licence(found.license);
    let line = (1..).zip(text.lines()).find(|(_, line)| line.trim_start().starts_with("\"version\""));
    let line = line.map_or(0, |(number, _)| number);
    Ok(vec![Package { licence, line, ..Package::new(Kind::Npm, &name, &version, path) }])
}

#[derive(Deserialize)]
struct NpmLock {
    /// Since the second version of the format: by the place in `node_modules`.
    #[serde(default)]
    packages: BTreeMap<String, NpmLocked>,
    /// In the first version: by name, one within the other.
    #[serde(default)]
    dependencies: BTreeMap<String, NpmDependency>,
}

#[derive(Deserialize)]
struct NpmLocked {
    name: Option<String>,
    version: Option<String>,
    license: Option<Licence>,
    #[serde(default)]
    dev: bool,
}

#[derive(Deserialize)]
struct NpmDependency {
    version: Option<String>,
    #[serde(default)]
    dev: bool,
    #[serde(default)]
    dependencies: BTreeMap<String, NpmDependency>,
}

/// What npm locked, without what is only for developing.
pub fn npm_lock(text: &str, path: &str) -> Result<Vec<Package>, Unreadable> {
    let lock: NpmLock = serde_json::from_str(text).map_err(|cause| wrong("package-lock.json", &cause))?;
    let mut packages = Vec::new();
    for (place, locked) in lock.packages {
        let Some((_, name)) = place.rsplit_once("node_modules/") else { continue };
        if let (Some(version), false) = (locked.version, locked.dev) {
            let name = locked.name.as_deref().unwrap_or(name);
            let licence = licence(locked.license);
            packages.push(Package { licence, ..Package::new(Kind::Npm, name, &version, path) });
        }
    }
    if packages.is_empty() {
        // The parser has limited the depth already.
        let mut ahead: Vec<(String, NpmDependency)> = lock.dependencies.into_iter().collect();
        while let Some((name, dependency)) = ahead.pop() {
            if let (Some(version), false) = (dependency.version, dependency.dev) {
                packages.push(Package::new(Kind::Npm, &name, &version, path));
            }
            ahead.extend(dependency.dependencies);
        }
    }
    Ok(packages)
}

/// The head of a Python distribution's metadata.
pub fn python(text: &str, path: &str) -> Vec<Package> {
    let mut package = Package::new(Kind::PyPi, "", "", path);
    for (number, line) in (1..).zip(text.lines()) {
        if line.is_empty() {
            break;
        }
        let Some((field, value)) = line.split_once(": ") else { continue };
        let value = value.trim();
        match field {
            "Name" => value.clone_into(&mut package.name),
            "Version" => {
                value.clone_into(&mut package.version);
                package.line = number;
            }
            "License-Expression" => value.clone_into(&mut package.licence),
            // Some put the whole text here, which goes on in further lines.
            "License" if package.licence.is_empty() && value != "UNKNOWN" => {
                value.clone_into(&mut package.licence);
            }
            _ => {}
        }
    }
    if package.name.is_empty() || package.version.is_empty() { Vec::new() } else { vec![package] }
}

/// An installed gem's specification, which is a small Ruby program of assignments.
pub fn gem(text: &str, path: &str) -> Vec<Package> {
    let mut package = Package::new(Kind::Gem, "", "", path);
    for (number, line) in (1..).zip(text.lines()) {
        let Some((left, right)) = line.split_once('=') else { continue };
        let mut quoted = right.split('"').skip(1).step_by(2);
        let value = quoted.next().unwrap_or_default();
        match left.trim().split_once('.') {
            Some((_, "name")) if package.name.is_empty() => value.clone_into(&mut package.name),
            Some((_, "version")) if package.version.is_empty() => {
                value.clone_into(&mut package.version);
                package.line = number;
            }
            Some((_, "license" | "licenses")) => value.clone_into(&mut package.licence),
            _ => {}
        }
    }
    if package.name.is_empty() || package.version.is_empty() { Vec::new() } else { vec![package] }
}
