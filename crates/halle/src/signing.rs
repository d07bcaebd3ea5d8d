//! The key by which a market signs its certificates: one that it makes for itself in the data directory, or one that its operator
//! names.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use certifier::certificate::{KEY_BYTES_MAX, PrivateKey};
use marketplace::certification::Signer;
use tracing::{info, warn};

use crate::desk::files;

/// The key that a market makes for itself, in its data directory. To change keys, move it away and start the market again.
pub const FILE_NAME: &str = "certificate-key";
/// Rights that let others than the owner read.
const OTHERS_READ: u32 = 0o077;

/// The key at the place that the operator named, or the market's own, which is made when it is not there. A key that is there is
/// never written over, whatever it holds.
pub fn signer(data: &Path, named: Option<&Path>) -> anyhow::Result<Signer> {
    let own = data.join(FILE_NAME);
    let path = named.unwrap_or(&own);
    let found = match fs::symlink_metadata(path) {
        Ok(_) => read(path)?,
        Err(cause) if cause.kind() == ErrorKind::NotFound && named.is_none() => make(path)?,
        Err(cause) if cause.kind() == ErrorKind::NotFound => {
            bail!("{0} is not there; `halle keygen --out {0}` makes a key", path.display())
        }
        Err(cause) => return Err(cause).with_context(|| format!("{} cannot be read", path.display())),
    };
    let signer = Signer::new(found);
    info!(key = signer.public().id(), "certificates are signed by this key");
    Ok(signer)
}

fn read(path: &Path) -> anyhow::Result<PrivateKey> {
    let text = files::read(path, KEY_BYTES_MAX).map_err(anyhow::Error::msg)?;
    let key = PrivateKey::parse(&text).with_context(|| format!("{} holds no key", path.display()))?;
    let mode = fs::metadata(path)
        .with_context(|| format!("{} cannot be read", path.display()))?
        .permissions()
        .mode();
    if mode & OTHERS_READ != 0 {
        warn!(path = %path.display(), mode = format!("{:o}", mode & 0o777), "others than its owner may read the key");
    }
    Ok(key)
}

/// Makes a key. It is on the disk whole, and its owner's alone, before it gets its name.
fn make(path: &Path) -> anyhow::Result<PrivateKey> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|cause| anyhow::anyhow!("there is no chance to be had: {cause}"))?;
    let key = PrivateKey::from_seed(&seed);
    files::write_private(path, key.to_pem().as_bytes()).map_err(anyhow::Error::msg)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_market_makes_its_key_once_and_keeps_it_to_itself() {
        let data = tempfile::tempdir().expect("a folder");
        let first = signer(data.path(), None).expect("a key is made");
        let file = data.path().join(FILE_NAME);
        assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(data.path()).expect("a folder").count(), 1, "no part is left");
        let again = signer(data.path(), None).expect("the same key");
        assert_eq!(first.public(), again.public());
        fs::rename(&file, data.path().join("old")).expect("it is moved away");
        let next = signer(data.path(), None).expect("another key is made");
        assert_ne!(first.public(), next.public());
    }

    #[test]
    fn a_key_that_cannot_be_read_is_never_written_over() {
        let data = tempfile::tempdir().expect("a folder");
        let file = data.path().join(FILE_NAME);
        for held in ["", "no key", "-----BEGIN PRIVATE KEY-----\nMC4C"] {
            fs::write(&file, held).expect("room for a file");
            let refused = signer(data.path(), None).expect_err("this is no key");
            assert!(format!("{refused:#}").contains("holds no key"), "{refused:#}");
            assert_eq!(fs::read_to_string(&file).expect("it is there"), held);
        }
    }

    #[test]
    fn a_key_that_the_operator_names_must_be_there() {
        let data = tempfile::tempdir().expect("a folder");
        let named = data.path().join("elsewhere");
        let refused = signer(data.path(), Some(&named)).expect_err("it is not there");
        assert!(refused.to_string().contains("halle keygen --out"), "{refused}");
        let key = PrivateKey::from_seed(&[7; 32]);
        files::write_private(&named, key.to_pem().as_bytes()).expect("room for a file");
        assert_eq!(signer(data.path(), Some(&named)).expect("the named key").public(), key.public());
        assert!(!data.path().join(FILE_NAME).exists(), "none is made beside a named one");
    }
}
