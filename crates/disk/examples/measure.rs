//! Reads an image whole, to be run under `time`: `measure id FILE` for its content id, `measure walk FILE` for the names and inodes
//! of a filesystem, `measure read FILE` for its files' bytes too; `measure convert FILE OUT` makes a fixed VHD of a disk.

use std::collections::hash_map::DefaultHasher;
use std::error::Error;
use std::hash::Hasher;
use std::path::Path;
use std::sync::Arc;

use disk::convert::{Input, to_fixed_vhd};
use disk::read_at::FileImage;
use disk::tree::{Kind, Tree};
use disk::{content_id, filesystem, signature};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, task, file, out] = arguments.as_slice()
        && task == "convert"
    {
        return convert(Path::new(file), Path::new(out));
    }
    let [_, task, file] = arguments.as_slice() else {
        return Err("usage: measure id|walk|read FILE, or measure convert FILE OUT".into());
    };
    let image = FileImage::open(Path::new(file))?;
    match task.as_str() {
        "id" => println!("{}", content_id::of(&image)?),
        "walk" | "read" => {
            let kind = signature::identify(&image)?;
            let fs = filesystem::open(kind, Arc::new(image)).ok_or("no filesystem that is read")??;
            walk(&*fs, task == "read")?;
        }
        _ => return Err("id, walk or read".into()),
    }
    Ok(())
}

fn convert(file: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let input = Input::open(FileImage::open(file)?)?;
    let out = std::fs::File::create(out)?;
    let made = to_fixed_vhd(&input, input.rounded_bytes(0)?, &out, &mut |_, _| {})?;
    println!("{} bytes, {} written", made.disk_bytes, made.written_bytes);
    Ok(())
}

fn walk(fs: &dyn Tree, read: bool) -> Result<(), Box<dyn Error>> {
    let names = fs.names()?;
    let (mut files, mut extents, mut faults, mut bytes) = (0, 0, 0, 0u64);
    let mut found = Vec::new();
    fs.sweep(
        &mut |laid| {
            files += 1;
            extents += laid.extents.len();
            if laid.node.kind == Kind::File && names.path(laid.node.inode).is_some() {
                found.push(laid.node.clone());
            }
        },
        &mut |_| faults += 1,
    )?;
    let mut hasher = DefaultHasher::new();
    for node in found.iter().filter(|_| read) {
        let mut at = 0;
        while at < node.size_bytes {
            let piece = fs.read(node, at, 1 << 20)?;
            at += piece.len() as u64;
            bytes += piece.len() as u64;
            hasher.write_u8(piece.last().copied().unwrap_or(0));
        }
    }
    println!(
        "{} names ({} faults), {files} inodes ({faults} faults), {extents} extents, {bytes} bytes, check {:x}",
        names.count(),
        names.faults_counted,
        hasher.finish()
    );
    Ok(())
}
