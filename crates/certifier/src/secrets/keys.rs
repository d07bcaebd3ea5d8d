//! Private keys: as text around a hit, and as whole files in binary formats.

use super::{Group, Secret, begins, is_base64, is_random};
use crate::anchors::KeyText;

/// A key shorter than this, in characters of base64, is an example: the shortest real ones are Ed25519's.
const BASE64_CHARS_MIN: usize = 56;

/// How far before `PRIVATE KEY-----` its line begins.
const LABEL_BYTES_MAX: usize = 40;

pub fn verify(kind: KeyText, window: &[u8], at: usize) -> Option<Secret> {
    match kind {
        KeyText::Pem => pem(window, at),
        KeyText::Putty => putty(window, at),
        KeyText::Age => age(window, at),
    }
}

/// A key between `-----BEGIN … PRIVATE KEY-----` and its end. In JSON, and in the source of programs, line ends are written `\n`.
fn pem(window: &[u8], at: usize) -> Option<Secret> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let before = &window[at.saturating_sub(LABEL_BYTES_MAX)..at];
    let begin = before.windows(BEGIN.len()).rposition(|piece| piece == BEGIN)?;
    let label = &before[begin + BEGIN.len()..];
    if !label.iter().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b' ' | b'0'..=b'9')) {
        return None;
    }
    let rest = &window[at..];
    let body = &rest[rest.windows(5).position(|piece| piece == b"-----")? + 5..];
    let body = &body[..body.windows(9).position(|piece| piece == b"-----END ")?];
    let (base64, encrypted) = body_of(body)?;
    if base64.len() < BASE64_CHARS_MIN || !is_random(&base64) {
        return None;
    }
    let begins_service_account = || window[..at].windows(15).any(|piece| piece == b"service_account");
    let label = String::from_utf8_lossy(label);
    let shown = format!("-----BEGIN {label}PRIVATE KEY");
    let is_encrypted = encrypted || label.contains("ENCRYPTED") || openssh_is_encrypted(&base64);
    let secret = match label.trim_end() {
        _ if body.starts_with(b"\\n") && begins_service_account() => {
            return Some(Secret::full(Group::Credential, "secret.gcp_service_account", shown));
        }
        "OPENSSH" => Secret::full(Group::PrivateKey, "secret.ssh_key", shown),
        "PGP" => Secret::full(Group::PrivateKey, "secret.pgp_key", shown),
        _ => Secret::full(Group::PrivateKey, "secret.pem_key", shown),
    };
    Some(if is_encrypted { Secret { kind: "secret.encrypted_key".into(), ..secret }.light() } else { secret })
}

/// The base64 of a PEM body, and whether its headers say that it is encrypted. `None` if anything else stands there.
fn body_of(body: &[u8]) -> Option<(Vec<u8>, bool)> {
    let mut base64 = Vec::with_capacity(body.len());
    let mut encrypted = false;
    let text: Vec<u8> = unescape(body);
    let mut lines = text.split(|byte| *byte == b'\n');
    // What follows the dashes on their own line.
    if !lines.next()?.iter().all(u8::is_ascii_whitespace) {
        return None;
    }
    for line in lines {
        let line = line.trim_ascii().trim_ascii_start();
        let line = line.strip_prefix(b"\"").unwrap_or(line);
        let line = line.strip_suffix(b"\"").unwrap_or(line);
        if line.contains(&b':') && base64.is_empty() {
            encrypted |= line.starts_with(b"Proc-Type") && line.ends_with(b"ENCRYPTED");
        } else if line.iter().all(|byte| is_base64(*byte)) {
            base64.extend(line);
        } else {
            return None;
        }
    }
    Some((base64, encrypted))
}

fn unescape(body: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(body.len());
    let mut bytes = body.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, bytes.peek()) {
            (b'\\', Some(b'n')) => {
                bytes.next();
                text.push(b'\n');
            }
            (b'\\', Some(b'r' | b'\n')) => {
                bytes.next();
            }
            _ => text.push(byte),
        }
    }
    text
}

/// OpenSSH's own format names its cipher right at the start: `openssh-key-v1`, NUL, and a length that ends in 4 for `none`.
fn openssh_is_encrypted(base64: &[u8]) -> bool {
    const MAGIC: &[u8] = b"b3BlbnNzaC1rZXktdjE";
    const NOT_ENCRYPTED: &[u8] = b"b3BlbnNzaC1rZXktdjEAAAAABG5vbm";
    base64.starts_with(MAGIC) && !base64.starts_with(NOT_ENCRYPTED)
}

fn putty(window: &[u8], at: usize) -> Option<Secret> {
    let text = &window[at..];
    let line_of = |name: &[u8]| {
        let mut lines = text.split(|byte| *byte == b'\n').take(80);
        lines.find_map(|line| line.strip_prefix(name).map(<[u8]>::trim_ascii))
    };
    let encryption = line_of(b"Encryption:")?;
    line_of(b"Private-Lines:")?;
    let secret = Secret::full(Group::PrivateKey, "secret.putty_key", begins(text, 21));
    let open = encryption == b"none";
    Some(if open { secret } else { Secret { kind: "secret.encrypted_key".into(), ..secret }.light() })
}

fn age(window: &[u8], at: usize) -> Option<Secret> {
    let text = &window[at + 16..];
    let length = text.iter().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).count();
    let is_key = length == 58 && is_random(&text[..length]);
    is_key.then(|| Secret::full(Group::PrivateKey, "secret.age_key", begins(&window[at..], 15)))
}

/// What the first bytes of a file say of its being a key in a binary format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    Pkcs12,
    Java,
    Der,
}

/// How a Java keystore begins.
const JAVA: [u8; 7] = [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0];

impl Store {
    /// Whether a file that begins so may be one, whatever its length.
    pub fn may_begin(head: &[u8]) -> bool {
        matches!(head, [0x30, 0x82, _, _, 0x02, 0x01, ..]) || head.starts_with(&JAVA)
    }

    pub fn of_head(head: &[u8], size_bytes: u64) -> Option<Store> {
        if head.starts_with(&JAVA) {
            return Some(Store::Java);
        }
        let &[0x30, 0x82, high, low, 0x02, 0x01, version, next, ..] = head else { return None };
        if size_bytes != u64::from(u16::from_be_bytes([high, low])) + 4 {
            return None;
        }
        match (version, next) {
            (3, 0x30) => Some(Store::Pkcs12),
            // PKCS#8 has its algorithm here, PKCS#1 a long number.
            (0, 0x30) => Some(Store::Der),
            (0, 0x02) if head.get(8) == Some(&0x82) => Some(Store::Der),
            _ => None,
        }
    }

    /// The secret in the file, whose first bytes are given. Stores of certificates alone hold none.
    pub fn verify(self, bytes: &[u8]) -> Option<Secret> {
        match self {
            Store::Der => Some(Secret::full(Group::PrivateKey, "secret.der_key", "DER")),
            Store::Pkcs12 => {
                // The object identifiers of a key bag, open or shrouded with a password.
                const BAG: [u8; 12] =
                    [0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01];
                let mut bags = bytes.windows(13).filter(|piece| piece[..12] == BAG);
                let holds_key = bags.any(|piece| matches!(piece[12], 1 | 2));
                holds_key.then(|| Secret::full(Group::PrivateKey, "secret.pkcs12", "PKCS#12"))
            }
            Store::Java => {
                java_holds_key(bytes).then(|| Secret::full(Group::PrivateKey, "secret.java_keystore", "JKS"))
            }
        }
    }
}

/// Walks the entries of a Java keystore as far as the bytes go.
fn java_holds_key(bytes: &[u8]) -> bool {
    let number = |at: usize, length: usize| -> Option<usize> {
        let bytes = bytes.get(at..at.checked_add(length)?)?;
        Some(bytes.iter().fold(0, |value, byte| value << 8 | usize::from(*byte)))
    };
    let entries = number(8, 4).unwrap_or(0);
    let mut at: usize = 12;
    for _ in 0..entries.min(10_000) {
        if number(at, 4) == Some(1) {
            return true;
        }
        // Tag, alias, date, the certificate's type and the certificate.
        let next = number(at + 4, 2).and_then(|alias| {
            let kind = at + 6 + alias + 8;
            let certificate = kind + 2 + number(kind, 2)?;
            Some(certificate + 4 + number(certificate, 4)?)
        });
        let Some(next) = next else { return false };
        at = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Weight;

    const BODY: &str = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, Weight)>) {
        let anchor = ["PRIVATE KEY", "PuTTY-User", "AGE-SECRET"].iter().find_map(|anchor| text.find(anchor));
        let kind = if text.contains("PuTTY") {
            KeyText::Putty
        } else if text.contains("AGE-") {
            KeyText::Age
        } else {
            KeyText::Pem
        };
        let found = verify(kind, text.as_bytes(), anchor.expect("an anchor"));
        assert_eq!(found.as_ref().map(|secret| (&*secret.kind, secret.weight)), expected, "{text}");
    }

    fn pem(label: &str, body: &str) -> String {
        format!("x\n-----BEGIN {label}PRIVATE KEY-----\n{body}\n-----END {label}PRIVATE KEY-----\n")
    }

    #[test]
    fn a_key_is_one_only_with_a_body_and_an_end() {
        check(&pem("", BODY), Some(("secret.pem_key", Weight::Full)));
        check(&pem("EC ", BODY), Some(("secret.pem_key", Weight::Full)));
        check(&pem("OPENSSH ", BODY), Some(("secret.ssh_key", Weight::Full)));
        check(&pem("RSA ", "MIIEpAIBAAKCAQEA..."), None);
        check(&pem("RSA ", "your key here"), None);
        check(&pem("", &"A".repeat(80)), None);
        check("if line == '-----BEGIN RSA PRIVATE KEY-----': pass", None);
        check(&format!("-----BEGIN PRIVATE KEY-----\n{BODY}\n"), None);
        check(&format!("-----BEGIN PRIVATE KEY----- {BODY} -----END PRIVATE KEY-----"), None);
    }

    #[test]
    fn an_encrypted_key_weighs_less() {
        check(&pem("ENCRYPTED ", BODY), Some(("secret.encrypted_key", Weight::Light)));
        let old = format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0011\n\n{BODY}");
        check(&pem("RSA ", &old), Some(("secret.encrypted_key", Weight::Light)));
        let bcrypt = "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABDK8d0";
        check(&pem("OPENSSH ", bcrypt), Some(("secret.encrypted_key", Weight::Light)));
        let open = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2g";
        check(&pem("OPENSSH ", open), Some(("secret.ssh_key", Weight::Full)));
    }

    #[test]
    fn a_key_in_json_is_one_too() {
        let escaped = format!("-----BEGIN PRIVATE KEY-----\\n{BODY}\\n-----END PRIVATE KEY-----\\n");
        check(&format!("{{\"key\": \"{escaped}\"}}"), Some(("secret.pem_key", Weight::Full)));
        check(
            &format!("{{\"type\": \"service_account\", \"private_key\": \"{escaped}\"}}"),
            Some(("secret.gcp_service_account", Weight::Full)),
        );
    }

    #[test]
    fn other_programs_keys_are_known() {
        let putty = |encryption: &str| {
            format!(
                "PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: {encryption}\r\nComment: x\r\nPrivate-Lines: 1\r\n"
            )
        };
        check(&putty("none"), Some(("secret.putty_key", Weight::Full)));
        check(&putty("aes256-cbc"), Some(("secret.encrypted_key", Weight::Light)));
        check("PuTTY-User-Key-File-%d: %s", None);
        check("AGE-SECRET-KEY-1QQPQZRFR7ZZ2WCV4TTTM5RE8H3YSN0K6GJ7LXAWE49U2DP8CX3VYS5KF64MM\n", None);
        check(
            "AGE-SECRET-KEY-1QQPQZRFR7ZZ2WCV4TTTM5RE8H3YSN0K6GJ7LXAWE49U2DP8CX3VYS5KF64\n",
            Some(("secret.age_key", Weight::Full)),
        );
    }

    #[test]
    fn a_store_of_certificates_is_no_store_of_keys() {
        let entry = |tag: u8| {
            let mut bytes = vec![0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 2];
            for tag in [2, tag] {
                bytes.extend([0, 0, 0, tag, 0, 1, b'a']);
                bytes.extend([0; 8]);
                bytes.extend([0, 5]);
                bytes.extend(b"X.509\0\0\0\x02zz");
            }
            bytes
        };
        let store = Store::of_head(&entry(1), 1).expect("it is one");
        assert!(store.verify(&entry(1)).is_some());
        assert!(store.verify(&entry(2)).is_none());
        assert!(
            store.verify(&[0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 2]).is_none()
        );
        let head = [0x30, 0x82, 0x01, 0x00, 0x02, 0x01, 0x00, 0x02, 0x82];
        assert_eq!(Store::of_head(&head, 0x104), Some(Store::Der));
        assert_eq!(Store::of_head(&head, 0x105), None, "its length is not the file's");
        assert!(Store::may_begin(&head) && Store::may_begin(&entry(1)) && !Store::may_begin(&head[1..]));
    }
}
