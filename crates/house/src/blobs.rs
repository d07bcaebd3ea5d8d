//! Bytes by content: a blob's name is its digest, so it never changes and is stored once.
//!
//! A blob is made whole and safe on disk before any row speaks of it. An orphan is invisible and swept; a row without its blob
//! cannot arise.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// What is read at once to measure a blob.
const PIECE_BYTES: usize = 64 << 10;

/// A directory of blobs, and beside it the place where bytes arrive.
#[derive(Debug, Clone)]
pub struct Blobs {
    root: PathBuf,
    arriving: PathBuf,
}

/// The name of a blob: 64 lower-case hex digits.
fn checked(digest: &str) -> io::Result<&str> {
    let fits = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if fits {
        Ok(digest)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "a blob is named by 64 hex digits"))
    }
}

impl Blobs {
    pub fn open(data: &Path) -> io::Result<Blobs> {
        let blobs = Blobs { root: data.join("blobs"), arriving: data.join("arriving") };
        fs::create_dir_all(&blobs.root)?;
        fs::create_dir_all(&blobs.arriving)?;
        Ok(blobs)
    }

    /// Where an upload of this name gathers its bytes. On the same filesystem as the blobs, so that adopting is a rename.
    pub fn arriving(&self, name: &str) -> PathBuf {
        self.arriving.join(name)
    }

    /// Where the blob is, or would be.
    pub fn path(&self, digest: &str) -> io::Result<PathBuf> {
        let digest = checked(digest)?;
        Ok(self.root.join(&digest[..2]).join(digest))
    }

    pub fn holds(&self, digest: &str) -> io::Result<bool> {
        self.path(digest)?.try_exists()
    }

    /// Takes a file in under its digest. Repeating this after a crash ends in the same place.
    pub fn adopt(&self, file: &Path, digest: &str) -> io::Result<PathBuf> {
        let place = self.path(digest)?;
        if place.try_exists()? {
            remove_if_there(file)?;
            return Ok(place);
        }
        let folder = place.parent().expect("a blob lies in a folder");
        fs::create_dir_all(folder)?;
        File::open(file)?.sync_all()?;
        let mut permissions = fs::metadata(file)?.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(file, permissions)?;
        fs::rename(file, &place)?;
        // The rename is a change to two folders; without this a power cut could undo it after a row has spoken of it.
        File::open(folder)?.sync_all()?;
        File::open(&self.root)?.sync_all()?;
        Ok(place)
    }

    /// Takes bytes in under their SHA-256, which it tells. They arrive under `name`, where a crash may leave them for the next
    /// attempt to write over; nobody else may read them on their way or in their place.
    pub fn put(&self, name: &str, bytes: &[u8]) -> io::Result<String> {
        let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if !self.holds(&digest)? {
            let file = self.arriving(name);
            remove_if_there(&file)?;
            File::options().write(true).create_new(true).mode(0o600).open(&file)?.write_all(bytes)?;
            self.adopt(&file, &digest)?;
        }
        Ok(digest)
    }

    /// Whether the bytes of a blob that [`Blobs::put`] took in are still those that its name means. `false` when it is not there.
    pub fn is_whole(&self, digest: &str) -> io::Result<bool> {
        let file = match File::open(self.path(digest)?) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            opened => opened?,
        };
        let (mut file, mut hash, mut piece) = (file, Sha256::new(), vec![0; PIECE_BYTES]);
        loop {
            match file.read(&mut piece)? {
                0 => break,
                read => hash.update(&piece[..read]),
            }
        }
        let found: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(found == digest)
    }

    pub fn remove(&self, digest: &str) -> io::Result<()> {
        remove_if_there(&self.path(digest)?)
    }
}

/// Removes a file; that it is not there is as good.
pub fn remove_if_there(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_twice_are_one_blob() {
        let data = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(data.path()).unwrap();
        let digest = "ab".repeat(32);
        for name in ["first", "second"] {
            fs::write(blobs.arriving(name), "bytes").unwrap();
            let place = blobs.adopt(&blobs.arriving(name), &digest).unwrap();
            assert_eq!(fs::read_to_string(place).unwrap(), "bytes");
            assert!(!blobs.arriving(name).exists());
        }
        blobs.remove(&digest).unwrap();
        blobs.remove(&digest).unwrap();
        assert!(!blobs.holds(&digest).unwrap());
    }

    #[test]
    fn bytes_that_are_put_are_named_by_their_digest_and_are_nobody_elses_to_read() {
        use std::os::unix::fs::PermissionsExt;
        let data = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(data.path()).unwrap();
        // What a crash left of an earlier attempt.
        fs::write(blobs.arriving("facts"), "ab").unwrap();
        for _ in 0..2 {
            let digest = blobs.put("facts", b"abc").unwrap();
            assert_eq!(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
            let place = blobs.path(&digest).unwrap();
            assert_eq!(fs::read(&place).unwrap(), b"abc");
            assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o400);
            assert!(!blobs.arriving("facts").exists());
            assert!(blobs.is_whole(&digest).unwrap());
            fs::remove_file(&place).unwrap();
            assert!(!blobs.is_whole(&digest).unwrap());
            fs::write(&place, b"abd").unwrap();
            assert!(!blobs.is_whole(&digest).unwrap());
            fs::remove_file(&place).unwrap();
        }
    }

    #[test]
    fn a_name_that_is_no_digest_leads_nowhere() {
        let data = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(data.path()).unwrap();
        for name in ["", "../../etc/passwd", &"AB".repeat(32), &"a".repeat(63)] {
            assert_eq!(blobs.path(name).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{name}");
        }
    }
}
