//! The one place where chance comes from.

use crate::error::{Error, Result};

/// `bytes` random bytes from the machine, as lower-case hex: a secret nobody can guess when there are 16 or more.
pub fn token(bytes: usize) -> Result<String> {
    let mut raw = vec![0; bytes];
    getrandom::fill(&mut raw)
        .map_err(|error| Error::fault(format!("the machine gives no random bytes: {error}")))?;
    Ok(hex(&raw))
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is kept of a secret: enough to know it again, not enough to use it.
pub fn hash(secret: &str) -> String {
    use sha2::{Digest, Sha256};
    hex(&Sha256::digest(secret.as_bytes()))
}
