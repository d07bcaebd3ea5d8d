//! Certified images, where machines are made from them: fixed VHDs, each once, named by content.

use super::folder::{make_folder, remove_file};
use super::overlay;
use crate::engine::Progress;
use crate::{ContentId, Error};
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What stands behind the disk in a fixed VHD.
const FOOTER_BYTES: u64 = 512;

const COPY_BYTES: usize = 1 << 20;

/// Progress is told after so many blocks.
const BLOCKS_A_STEP: usize = 64;

pub fn place(folder: &Path, content: &ContentId) -> PathBuf {
    folder.join("images").join(format!("{}.vhd", content.as_str()))
}

/// Puts an image in its place: by a second name for the same bytes where that will do, otherwise by a copy.
/// `for_others` says that another user than ours is going to read it.
pub async fn stage(
    place: &Path,
    source: &Path,
    for_others: bool,
    progress: Progress<'_>,
) -> Result<(), Error> {
    let about = fs::metadata(source).map_err(Error::io(format!("open {}", source.display())))?;
    disk_bytes(source)?;
    let part = place.with_extension("part");
    make_folder(place.parent().expect("a place is below the engine's folder"))?;
    remove_file(&part)?;
    let readable = !for_others || about.permissions().mode() & 0o004 != 0;
    if !(readable && fs::hard_link(source, &part).is_ok()) {
        let failed = || Error::io(format!("copy {}", source.display()));
        let mut copy = Copy::new(source, &part, about.len()).map_err(failed())?;
        while copy.done < copy.size {
            let step = tokio::task::spawn_blocking(move || copy.step()).await;
            copy = step.expect("copying does not panic").map_err(failed())?;
            progress(copy.done, copy.size);
        }
        copy.finish().map_err(failed())?;
    }
    fs::rename(&part, place).map_err(Error::io(format!("write {}", place.display())))?;
    progress(about.len(), about.len());
    Ok(())
}

/// A copy under way. Where there are only zeros it leaves holes.
struct Copy {
    source: File,
    to: File,
    done: u64,
    size: u64,
}

impl Copy {
    fn new(source: &Path, to: &Path, size: u64) -> io::Result<Copy> {
        Ok(Copy { source: File::open(source)?, to: File::create_new(to)?, done: 0, size })
    }

    /// Copies a few blocks more.
    fn step(mut self) -> io::Result<Copy> {
        let mut block = vec![0; COPY_BYTES];
        for _ in 0..BLOCKS_A_STEP {
            let wanted = COPY_BYTES.min(usize::try_from(self.size - self.done).unwrap_or(COPY_BYTES));
            self.source.read_exact_at(&mut block[..wanted], self.done)?;
            if block[..wanted].iter().any(|byte| *byte != 0) {
                self.to.write_all_at(&block[..wanted], self.done)?;
            }
            self.done += wanted as u64;
        }
        Ok(self)
    }

    /// Makes it as long as its source, readable by all and writable by none.
    fn finish(self) -> io::Result<()> {
        self.to.set_len(self.size)?;
        self.to.set_permissions(Permissions::from_mode(0o444))?;
        self.to.sync_all()
    }
}

/// The size of the disk in a fixed VHD: all but the footer, which must agree.
pub fn disk_bytes(image: &Path) -> Result<u64, Error> {
    let open = Error::io(format!("open {}", image.display()));
    let (size, footer) = (|| {
        let file = File::open(image)?;
        let size = file.metadata()?.len();
        let mut footer = [0; FOOTER_BYTES as usize];
        if size > FOOTER_BYTES {
            file.read_exact_at(&mut footer, size - FOOTER_BYTES)?;
        }
        Ok((size, footer))
    })()
    .map_err(open)?;
    let disk = size.saturating_sub(FOOTER_BYTES);
    let bad = |why: &str| Err(Error::BadImage(why.to_owned()));
    if &footer[..8] != b"conectix" {
        return bad("it does not end in the footer of a VHD");
    }
    if footer[60..64] != 2_u32.to_be_bytes() {
        return bad("it is a VHD, but not a fixed one");
    }
    if footer[48..56] != disk.to_be_bytes() || disk % 512 != 0 {
        return bad("its footer says another size than the file has");
    }
    if disk > overlay::SIZE_MAX {
        return bad("it is larger than a VHD can be");
    }
    Ok(disk)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks what is said of a file of these bytes; `""` when it is taken.
    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("image");
        fs::write(&file, bytes).expect("a file");
        let said = disk_bytes(&file).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(said.contains(expected) && said.is_empty() == expected.is_empty(), "{said:?}");
    }

    #[test]
    fn only_a_fixed_vhd_of_the_size_it_says_is_taken() {
        let mut image = vec![0; 4096 + 512];
        image[4096..4104].copy_from_slice(b"conectix");
        image[4096 + 48..4096 + 56].copy_from_slice(&4096_u64.to_be_bytes());
        image[4096 + 60..4096 + 64].copy_from_slice(&2_u32.to_be_bytes());
        check(&image, "");
        check(b"", "footer");
        check(&image[..4096], "footer");
        check(&image[512..], "another size");
        image[4096 + 63] = 3;
        check(&image, "not a fixed one");
        check(b"QFI\xfb", "footer");
    }
}
