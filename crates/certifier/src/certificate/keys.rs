//! Keys for certificates: Ed25519, in the text forms that OpenSSL reads and writes (`openssl genpkey -algorithm ed25519`,
//! `openssl pkey -pubout`). A private key is PKCS#8 and a public key SPKI, each in PEM.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::phrase::{Phrase, say};
use crate::printable::hexadecimal;
use crate::words::Language;

/// A file longer than this holds no such key.
pub const KEY_BYTES_MAX: u64 = 4 << 10;

/// What comes before the 32 bytes of a key in DER: the algorithm, 1.3.101.112, and the lengths.
const PRIVATE_HEAD: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
const PUBLIC_HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

const PRIVATE_LABEL: &str = "PRIVATE KEY";
const PUBLIC_LABEL: &str = "PUBLIC KEY";

/// Why a text is not the key that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAKey {
    NotPublic,
    NotPrivate,
    /// A private key where a public one belongs.
    Private,
    /// A public key where a private one belongs.
    Public,
    /// One of the few public keys under which anyone can sign.
    Weak,
}

impl NotAKey {
    /// The reason as a sentence, in no language yet.
    pub fn phrase(self) -> Phrase {
        match self {
            NotAKey::NotPublic => say("key.not_public"),
            NotAKey::NotPrivate => say("key.not_private"),
            NotAKey::Private => say("key.private"),
            NotAKey::Public => say("key.public"),
            NotAKey::Weak => say("key.weak"),
        }
    }
}

impl std::error::Error for NotAKey {}

/// In English, for logs.
impl fmt::Display for NotAKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Language::En.write(&self.phrase()))
    }
}

/// What signs. Nothing shows it: it has no `Debug`.
pub struct PrivateKey(SigningKey);

/// What a signature is checked by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PrivateKey {
    /// The key of these 32 bytes, which must come from chance alone.
    pub fn from_seed(seed: &[u8; 32]) -> PrivateKey {
        PrivateKey(SigningKey::from_bytes(seed))
    }

    pub fn parse(text: &str) -> Result<PrivateKey, NotAKey> {
        if body(text, PUBLIC_LABEL).is_some() {
            return Err(NotAKey::Public);
        }
        let der = body(text, PRIVATE_LABEL).ok_or(NotAKey::NotPrivate)?;
        let seed = der.strip_prefix(&PRIVATE_HEAD[..]).and_then(|seed| <&[u8; 32]>::try_from(seed).ok());
        seed.map(PrivateKey::from_seed).ok_or(NotAKey::NotPrivate)
    }

    pub fn to_pem(&self) -> String {
        pem(PRIVATE_LABEL, &PRIVATE_HEAD, self.0.as_bytes())
    }

    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl PublicKey {
    pub fn parse(text: &str) -> Result<PublicKey, NotAKey> {
        if body(text, PRIVATE_LABEL).is_some() {
            return Err(NotAKey::Private);
        }
        let der = body(text, PUBLIC_LABEL).ok_or(NotAKey::NotPublic)?;
        let point = der.strip_prefix(&PUBLIC_HEAD[..]).and_then(|point| <&[u8; 32]>::try_from(point).ok());
        let key = point.and_then(|point| VerifyingKey::from_bytes(point).ok());
        let key = key.ok_or(NotAKey::NotPublic)?;
        if key.is_weak() { Err(NotAKey::Weak) } else { Ok(PublicKey(key)) }
    }

    pub fn to_pem(&self) -> String {
        pem(PUBLIC_LABEL, &PUBLIC_HEAD, self.0.as_bytes())
    }

    /// The name of the key: the SHA-256 of its SPKI form, in hexadecimal. `openssl pkey -pubin -outform DER | sha256sum` says the
    /// same.
    pub fn id(&self) -> String {
        hexadecimal(&Sha256::digest([&PUBLIC_HEAD[..], self.0.as_bytes()].concat()))
    }

    /// Whether `signature` is this key's over `message`. Forms that other programs might read differently are refused.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

fn pem(label: &str, head: &[u8], key: &[u8; 32]) -> String {
    // Both forms are shorter than the 48 bytes that fill one line of PEM.
    let body = STANDARD.encode([head, key].concat());
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

/// The bytes in the one PEM block of this label, with nothing before and nothing after it.
fn body(text: &str, label: &str) -> Option<Vec<u8>> {
    let mut lines = text.trim().lines().map(str::trim_end);
    if lines.next()? != format!("-----BEGIN {label}-----") {
        return None;
    }
    let mut base64 = String::new();
    let end = format!("-----END {label}-----");
    let mut ended = false;
    for line in &mut lines {
        if line == end {
            ended = true;
            break;
        }
        base64.push_str(line);
    }
    let alone = ended && lines.next().is_none();
    if alone { STANDARD.decode(base64).ok() } else { None }
}
