//! What a machine is to be. Values are checked when they are made or, for a whole specification, before it is acted upon:
//! they end up in file names, command lines and a seed.

use crate::Error;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

const HOST_NAME_LENGTH_MAX: usize = 63;
const USER_LENGTH_MAX: usize = 32;
const TOKEN_LENGTH_MAX: usize = 128;
const KEYS_MAX: usize = 32;
const KEY_LENGTH_MAX: usize = 8192;
const PORTS_MAX: usize = 16;
const CORES_MAX: u32 = 64;
const MEMORY_MIB_MIN: u64 = 64;
const MEMORY_MIB_MAX: u64 = 1 << 20;

/// The id of a machine: a UUID in lower case with hyphens. Given by the caller, who stores it before asking.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MachineId(String);

impl MachineId {
    pub fn parse(text: &str) -> Result<MachineId, Error> {
        let fits = text.len() == 36
            && text.bytes().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            });
        if fits {
            Ok(MachineId(text.to_owned()))
        } else {
            Err(unacceptable("a machine's id", "it is a UUID in lower case"))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MachineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for MachineId {
    type Error = Error;
    fn try_from(text: String) -> Result<MachineId, Error> {
        MachineId::parse(&text)
    }
}

impl From<MachineId> for String {
    fn from(id: MachineId) -> String {
        id.0
    }
}

/// The name of an image by its content: the hexadecimal digest under which it was certified.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentId(String);

impl ContentId {
    pub fn parse(text: &str) -> Result<ContentId, Error> {
        let fits = (32..=128).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if fits {
            Ok(ContentId(text.to_owned()))
        } else {
            Err(unacceptable("a content id", "it is a digest in lower-case hexadecimal"))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ContentId {
    type Error = Error;
    fn try_from(text: String) -> Result<ContentId, Error> {
        ContentId::parse(&text)
    }
}

impl From<ContentId> for String {
    fn from(id: ContentId) -> String {
        id.0
    }
}

/// Which image, and where its bytes are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageRef {
    pub content: ContentId,
    pub path: PathBuf,
}

/// What starts the boot loader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Firmware {
    #[default]
    Bios,
    Uefi,
}

/// All that makes one machine differ from another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceSpec {
    pub id: MachineId,
    pub image: ImageRef,
    pub firmware: Firmware,
    pub memory_mib: u64,
    pub cores: u32,
    pub host_name: String,
    pub user: String,
    /// Public keys as in `authorized_keys`: type, key, comment.
    pub ssh_keys: Vec<String>,
    /// What a health check expects the machine to answer with, so that nobody else's answer is taken for its own.
    pub token: String,
    /// The guest's TCP ports that are forwarded.
    pub open_ports: Vec<u16>,
}

impl InstanceSpec {
    /// Refuses what cannot be a machine.
    pub fn check(&self) -> Result<(), Error> {
        let host_byte = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let host = &self.host_name;
        if host.is_empty()
            || host.len() > HOST_NAME_LENGTH_MAX
            || host.starts_with('-')
            || host.ends_with('-')
            || !host.bytes().all(host_byte)
        {
            return Err(unacceptable("the host name", "it is letters, digits and inner hyphens, at most 63"));
        }
        let user_byte =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
        let begins = self.user.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if !begins || self.user.len() > USER_LENGTH_MAX || !self.user.bytes().all(user_byte) {
            return Err(unacceptable(
                "the user name",
                "it is lower-case letters, digits, `_` and `-`, at most 32",
            ));
        }
        if self.user == "root" {
            return Err(unacceptable("the user name", "root is not given away"));
        }
        let token_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if self.token.is_empty() || self.token.len() > TOKEN_LENGTH_MAX || !self.token.bytes().all(token_byte)
        {
            return Err(unacceptable("the token", "it is letters, digits, `_` and `-`, at most 128"));
        }
        if self.ssh_keys.len() > KEYS_MAX {
            return Err(unacceptable("the SSH keys", "there are at most 32"));
        }
        for key in &self.ssh_keys {
            plain_key(key)?;
        }
        if self.open_ports.len() > PORTS_MAX || self.open_ports.contains(&0) {
            return Err(unacceptable("the open ports", "they are at most 16, none of them 0"));
        }
        if !(MEMORY_MIB_MIN..=MEMORY_MIB_MAX).contains(&self.memory_mib) {
            return Err(unacceptable("the memory", "it is between 64 MiB and 1 TiB"));
        }
        if !(1..=CORES_MAX).contains(&self.cores) {
            return Err(unacceptable("the number of cores", "it is between 1 and 64"));
        }
        Ok(())
    }
}

/// A public key as type and key. The comment is left out: it is free text, and nothing reads it.
pub(crate) fn plain_key(key: &str) -> Result<String, Error> {
    let mut words = key.split_ascii_whitespace();
    let (kind, body) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let known = ["ssh-", "ecdsa-", "sk-"].iter().any(|begin| kind.starts_with(begin));
    let kind_byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-@.".contains(&byte);
    let body_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    let fits = known && key.len() <= KEY_LENGTH_MAX && !key.contains(['\n', '\r']);
    if fits && kind.bytes().all(kind_byte) && !body.is_empty() && body.bytes().all(body_byte) {
        Ok(format!("{kind} {body}"))
    } else {
        Err(unacceptable("an SSH key", "it is one line: type, key and comment, as in authorized_keys"))
    }
}

fn unacceptable(what: &'static str, why: &str) -> Error {
    Error::Unacceptable { what, why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> InstanceSpec {
        InstanceSpec {
            id: MachineId::parse("0190a1b2-0000-7000-8000-000000000001").expect("a UUID"),
            image: ImageRef {
                content: ContentId::parse(&"ab".repeat(32)).expect("a digest"),
                path: "/image.vhd".into(),
            },
            firmware: Firmware::Bios,
            memory_mib: 256,
            cores: 1,
            host_name: "notes-1".into(),
            user: "alice".into(),
            ssh_keys: vec!["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 alice@desk".into()],
            token: "tok_1".into(),
            open_ports: vec![80],
        }
    }

    /// Checks what a changed specification is refused for; `""` when it is accepted.
    #[track_caller]
    fn check(change: impl FnOnce(&mut InstanceSpec), expected: &str) {
        let mut spec = spec();
        change(&mut spec);
        let refused = match spec.check() {
            Ok(()) => String::new(),
            Err(Error::Unacceptable { what, .. }) => what.to_owned(),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(refused, expected);
    }

    #[test]
    fn nothing_that_could_escape_into_a_seed_or_a_command_line_is_accepted() {
        check(|_| (), "");
        check(|spec| spec.host_name = "a\nuser: root".into(), "the host name");
        check(|spec| spec.host_name = "-a".into(), "the host name");
        check(|spec| spec.user = "root".into(), "the user name");
        check(|spec| spec.user = "a:0:0".into(), "the user name");
        check(|spec| spec.token = "a b".into(), "the token");
        check(|spec| spec.ssh_keys = vec!["ssh-rsa AAAA\nssh-rsa BBBB".into()], "an SSH key");
        check(|spec| spec.ssh_keys = vec!["command=\"x\" ssh-rsa AAAA".into()], "an SSH key");
        check(|spec| spec.open_ports = vec![0], "the open ports");
        check(|spec| spec.memory_mib = 1, "the memory");
        check(|spec| spec.cores = 0, "the number of cores");
    }

    #[test]
    fn an_id_is_never_a_path() {
        for text in [
            "",
            "../../etc/passwd",
            "0190A1B2-0000-7000-8000-000000000001",
            "0190a1b2-0000-7000-8000-00000000000/",
        ] {
            assert!(MachineId::parse(text).is_err(), "{text} was taken for an id");
        }
        assert!(ContentId::parse("../ab").is_err());
    }
}
