//! What the customer typed about a machine, read into what a machine can be.

use compute::Capabilities;
use house::error::Mistakes;
use house::web::Form;
use house::words::Text;
use house::{Error, Result};

use super::{CORES_MAX, MEMORY_MIB_MAX, Machine, Refused};
use crate::offers::Sku;

const HOST_NAME_MAX: usize = 63;
const USER_NAME_MAX: usize = 32;
const KEYS_MAX: usize = 16;
const KEY_LENGTH_MAX: usize = 8_192;
/// How many times the size of its plan a machine may be.
const SIZES: [u32; 3] = [1, 2, 4];

/// How large a machine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub times: u32,
    pub cores: u32,
    pub memory_mib: u32,
}

/// The sizes in which a SKU can run here: as its publisher recommends, and larger where there is room.
pub fn sizes(sku: &Sku, here: &Capabilities) -> Vec<Size> {
    let most = u64::from(MEMORY_MIB_MAX).min(here.memory_budget_mib);
    SIZES
        .iter()
        .map(|&times| Size {
            times,
            cores: sku.cores.saturating_mul(times),
            memory_mib: sku.memory_mib.saturating_mul(times),
        })
        .filter(|size| size.cores <= CORES_MAX && u64::from(size.memory_mib) <= most)
        .collect()
}

/// Refuses when no machine of this SKU can run here, saying why.
pub fn can_run(sku: &Sku, here: &Capabilities) -> Result<Vec<Size>> {
    if let Err(why) = &here.available {
        return Err(Refused::NoMachinesHere { why: why.clone() }.into());
    }
    let sizes = sizes(sku, here);
    if sizes.is_empty() {
        let (memory_mib, budget_mib) = (sku.memory_mib, here.memory_budget_mib);
        return Err(Refused::TooLarge { memory_mib, budget_mib }.into());
    }
    Ok(sizes)
}

/// Reads the form; all mistakes are told at once.
pub fn machine(form: &Form, sizes: &[Size]) -> Result<Machine, Error> {
    let mut mistakes = Mistakes::none();
    let host_name = mistakes.take("host_name", host_name(form.value("host_name")));
    let user_name = mistakes.take("user_name", user_name(form.value("user_name")));
    let ssh_keys = mistakes.take("ssh_keys", ssh_keys(form.value("ssh_keys")));
    let wanted: Option<u32> = form.value("size").parse().ok();
    let size = sizes.iter().find(|size| Some(size.times) == wanted).copied();
    let size = mistakes.take("size", size.ok_or_else(|| Text::new("deployments-mistake-size")));
    match (host_name, user_name, ssh_keys, size) {
        (Some(host_name), Some(user_name), Some(ssh_keys), Some(size)) => {
            Ok(Machine { host_name, user_name, ssh_keys, cores: size.cores, memory_mib: size.memory_mib })
        }
        _ => Err(mistakes.into()),
    }
}

fn host_name(text: &str) -> Result<String, Text> {
    let name = text.to_ascii_lowercase();
    let fits = (1..=HOST_NAME_MAX).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    if fits { Ok(name) } else { Err(Text::new("deployments-mistake-host-name")) }
}

fn user_name(text: &str) -> Result<String, Text> {
    const TAKEN: [&str; 6] = ["root", "daemon", "bin", "sys", "nobody", "www-data"];
    let fits = (1..=USER_NAME_MAX).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b));
    match () {
        () if !fits => Err(Text::new("deployments-mistake-user-name")),
        () if TAKEN.contains(&text) => Err(Text::new("deployments-mistake-user-taken").with("name", text)),
        () => Ok(text.to_owned()),
    }
}

/// Public keys, one a line, as in `authorized_keys`. None is fine: the machine then has no way in but its own pages.
fn ssh_keys(text: &str) -> Result<Vec<String>, Text> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.len() > KEYS_MAX {
        return Err(Text::new("deployments-mistake-too-many-keys").with("most", KEYS_MAX));
    }
    for (place, line) in lines.iter().enumerate() {
        if line.contains("PRIVATE KEY") {
            return Err(Text::new("deployments-mistake-private-key").with("line", place + 1));
        }
        if !is_public_key(line) {
            return Err(Text::new("deployments-mistake-key").with("line", place + 1));
        }
    }
    Ok(lines.into_iter().map(str::to_owned).collect())
}

fn is_public_key(line: &str) -> bool {
    const KINDS: [&str; 7] = [
        "ssh-ed25519",
        "ssh-rsa",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com",
        "sk-ecdsa-sha2-nistp256@openssh.com",
    ];
    let mut words = line.split_ascii_whitespace();
    let (kind, body) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    // The body begins with the length and the name of its kind, so a key that was cut in front or pasted twice is found.
    line.len() <= KEY_LENGTH_MAX
        && KINDS.contains(&kind)
        && body.starts_with("AAAA")
        && body.len() > 40
        && body.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
        && !line.chars().any(char::is_control)
}

/// A host name to begin with: the offer's address, and a number that is not taken yet.
pub fn suggested_host_name(offer_slug: &str, count: usize) -> String {
    let short: String = offer_slug.chars().take(40).collect();
    format!("{}-{}", short.trim_end_matches('-'), count + 1)
}

/// A user name to begin with: the first part of the e-mail address, as far as it can be one.
pub fn suggested_user_name(email: &str) -> String {
    let local = email.split(['@', '.', '+']).next().unwrap_or_default().to_ascii_lowercase();
    let kept: String =
        local.chars().filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit()).take(16).collect();
    match user_name(&kept) {
        Ok(name) => name,
        Err(_) => "admin".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a form and names the fields that are wrong.
    #[track_caller]
    fn check(host_name: &str, user_name: &str, ssh_keys: &str, wrong: &str) {
        let form = Form::empty()
            .fill("host_name", host_name)
            .fill("user_name", user_name)
            .fill("ssh_keys", ssh_keys)
            .fill("size", "1");
        let sizes = [Size { times: 1, cores: 1, memory_mib: 512 }];
        let found = match machine(&form, &sizes) {
            Ok(_) => String::new(),
            Err(Error::Refused(refusal)) => {
                refusal.mistakes().iter().map(|mistake| mistake.field).collect::<Vec<_>>().join(" ")
            }
            Err(fault) => panic!("{fault}"),
        };
        assert_eq!(found, wrong);
    }

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1w5Qw1n0j7cRr0W3kV9yq0c3k9x1vZ0m0Qx1a2b3c4 ada@desk";

    #[test]
    fn all_mistakes_of_a_deploy_form_are_told_at_once() {
        check("nginx-1", "ada", KEY, "");
        check("nginx-1", "ada", "", "");
        check("-nginx", "root", "ssh-ed25519 AAAA", "host_name user_name ssh_keys");
        check("a b", "Ada", "-----BEGIN OPENSSH PRIVATE KEY-----", "host_name user_name ssh_keys");
        check("", "", &format!("{KEY}\n{KEY}"), "host_name user_name");
    }

    #[test]
    fn names_that_are_suggested_can_be_had() {
        for email in ["ada@acme.example", "Jean.Moulin@lyon.example", "007@x.example", "root@x.example"] {
            let name = suggested_user_name(email);
            assert_eq!(user_name(&name), Ok(name.clone()), "{email}");
        }
        let long = suggested_host_name(&"a-".repeat(40), 11);
        assert_eq!(host_name(&long), Ok(long.clone()));
    }
}
