//! Debian packages: fetched once, kept in a folder, read without being unpacked.

use super::run;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

const LIST: &str = include_str!("../../demo_image/packages.txt");

/// Stands in the folder once every package on the list is there; holds the list it was filled for.
const COMPLETE: &str = "complete";

/// A package as a file, and what it says of itself.
pub struct Package {
    pub file: PathBuf,
    pub name: String,
    /// The control stanza, as the package database of a system that has it shows it.
    pub control: String,
}

/// The packages that the image is made of, and those that make it.
pub struct Packages {
    pub image: Vec<Package>,
    tools: Vec<Package>,
}

/// Programs and data that are used to build, and do not go into the image.
pub struct Tools {
    root: PathBuf,
}

/// A file, folder or link in a package, by its path without a leading slash.
pub struct Member {
    pub path: String,
    pub mode: u32,
    pub what: Content,
}

pub enum Content {
    Folder,
    File(Vec<u8>),
    Symlink(String),
    Hardlink(String),
}

/// The packages, from `folder` if they are all there, otherwise from the Debian mirror that this machine uses.
pub fn fetched(folder: &Path) -> Result<Packages> {
    let wanted = wanted();
    if fs::read_to_string(folder.join(COMPLETE)).ok().as_deref() != Some(LIST) {
        super::fresh_folder(folder)?;
        let mut names: Vec<&str> = wanted.iter().map(|(_, name)| *name).collect();
        download(folder, &names)?;
        // The kernel's package is named by another one, which follows Debian's updates.
        let kernel = kernel_package(folder)?;
        names = vec![kernel.as_str()];
        download(folder, &names)?;
        fs::write(folder.join(COMPLETE), LIST)?;
    }
    let mut found = read_folder(folder)?;
    let kernel = kernel_package(folder)?;
    let mut packages = Packages { image: Vec::new(), tools: Vec::new() };
    for (purpose, name) in wanted {
        let package =
            found.remove(name).with_context(|| format!("{name} is missing in {}", folder.display()))?;
        if purpose == "image" { packages.image.push(package) } else { packages.tools.push(package) }
    }
    packages.image.push(found.remove(&kernel).with_context(|| format!("{kernel} is missing"))?);
    packages.image.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(packages)
}

/// Purpose and name of each package on the list.
fn wanted() -> Vec<(&'static str, &'static str)> {
    LIST.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(' ').expect("each line of packages.txt is a purpose and a name"))
        .collect()
}

fn download(folder: &Path, names: &[&str]) -> Result<()> {
    // As root, apt would fetch as a user who may not write here, and complain before it does it anyway.
    run(Command::new("apt-get")
        .args(["-q", "-o", "APT::Sandbox::User=root", "download"])
        .args(names)
        .current_dir(folder))
    .context("the packages could not be fetched (`apt-get update` first, if the list is old)")?;
    Ok(())
}

fn kernel_package(folder: &Path) -> Result<String> {
    let file = entries(folder)?
        .into_iter()
        .find(|file| file_name(file).starts_with("linux-image-cloud-amd64_"))
        .context("linux-image-cloud-amd64 was not fetched")?;
    let depends = run(Command::new("dpkg-deb").arg("-f").arg(&file).arg("Depends"))?;
    let depends = String::from_utf8(depends)?;
    let name = depends.split_whitespace().next().context("the kernel package names no kernel")?;
    ensure!(name.starts_with("linux-image-"), "`{name}` is no kernel package");
    Ok(name.to_owned())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.sort();
    Ok(files)
}

fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn read_folder(folder: &Path) -> Result<BTreeMap<String, Package>> {
    let mut found = BTreeMap::new();
    for file in entries(folder)?.into_iter().filter(|file| file.extension().is_some_and(|e| e == "deb")) {
        let control = String::from_utf8(run(Command::new("dpkg-deb").arg("-f").arg(&file))?)?;
        let name = control.lines().find_map(|line| line.strip_prefix("Package: "));
        let name = name.with_context(|| format!("{} has no name", file.display()))?.to_owned();
        found.insert(name.clone(), Package { file, name, control });
    }
    Ok(found)
}

impl Package {
    /// The members whose paths `wanted` accepts, in the order of the package.
    pub fn members(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<Member>> {
        let tar = run(Command::new("dpkg-deb").arg("--fsys-tarfile").arg(&self.file))?;
        let mut archive = tar::Archive::new(tar.as_slice());
        let mut members = Vec::new();
        for entry in archive.entries()? {
            let mut entry = entry?;
            let path = plain(&entry.path()?.to_string_lossy());
            if path.is_empty() || !wanted(&path) {
                continue;
            }
            let mode = entry.header().mode()? & 0o7777;
            let link = entry.link_name()?.map(|link| link.to_string_lossy().into_owned());
            let what = match (entry.header().entry_type(), link) {
                (tar::EntryType::Directory, _) => Content::Folder,
                (tar::EntryType::Symlink, Some(link)) => Content::Symlink(link),
                (tar::EntryType::Link, Some(link)) => Content::Hardlink(plain(&link)),
                (tar::EntryType::Regular, _) => {
                    let mut bytes = Vec::new();
                    entry.read_to_end(&mut bytes)?;
                    Content::File(bytes)
                }
                (kind, _) => anyhow::bail!("{}: {path} is a {kind:?}", self.name),
            };
            members.push(Member { path, mode, what });
        }
        Ok(members)
    }

    /// The value of a field of the control stanza.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.control.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

fn plain(path: &str) -> String {
    path.trim_start_matches("./").trim_matches('/').to_owned()
}

impl Packages {
    /// Unpacks what builds, into `root`.
    pub fn unpack_tools(&self, root: &Path) -> Result<Tools> {
        for package in &self.tools {
            run(Command::new("dpkg-deb").arg("-x").arg(&package.file).arg(root))?;
        }
        Ok(Tools { root: root.to_owned() })
    }
}

impl Tools {
    /// GRUB's image maker, which finds its libraries where it was unpacked.
    pub fn grub_mkimage(&self) -> Command {
        let mut command = Command::new(self.root.join("usr/bin/grub-mkimage"));
        command.env("LD_LIBRARY_PATH", self.root.join("lib/x86_64-linux-gnu"));
        command
    }

    /// GRUB's modules for a platform.
    pub fn grub(&self, platform: &str) -> PathBuf {
        self.root.join("usr/lib/grub").join(platform)
    }
}
