//! Files that programs keep passwords in: known by their names, and by the words that stand before the password.

use super::{Group, Secret};

/// What makes a file of this name one with a secret in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Any content at all.
    Anything,
    /// A line with this word, and something that is no placeholder after it.
    Value(&'static [&'static str]),
    /// A line with an address that carries a password.
    Address,
    /// Lines of five fields, the last a password.
    FiveFields,
}

struct Named {
    /// The end of the path, from a `/` on.
    path: &'static str,
    kind: &'static str,
    holds: Holds,
}

const fn named(path: &'static str, kind: &'static str, holds: Holds) -> Named {
    Named { path, kind, holds }
}

const NAMED: &[Named] = &[
    named("/.netrc", "secret.netrc", Holds::Value(&["password"])),
    named("/.pgpass", "secret.pgpass", Holds::FiveFields),
    named("/.git-credentials", "secret.git", Holds::Address),
    named("/.config/git/credentials", "secret.git", Holds::Address),
    named("/.azure/accessTokens.json", "secret.azure_cli", Holds::Value(&["accessToken", "refreshToken"])),
    named("/.azure/msal_token_cache.json", "secret.azure_cli", Holds::Value(&["secret"])),
    named("/.azure/msal_token_cache.bin", "secret.azure_cli", Holds::Anything),
    named("/.azure/service_principal_entries.json", "secret.azure_cli", Holds::Value(&["client_secret"])),
    named("/.azure/service_principal_entries.bin", "secret.azure_cli", Holds::Anything),
    named("/.config/gcloud/credentials.db", "secret.gcloud", Holds::Anything),
    named("/.config/gcloud/access_tokens.db", "secret.gcloud", Holds::Anything),
    named(
        "/.config/gcloud/application_default_credentials.json",
        "secret.gcloud",
        Holds::Value(&["refresh_token", "private_key"]),
    ),
    named("/.kube/config", "secret.kubeconfig", Holds::Value(&["token:", "password:", "client-key-data:"])),
    named("/.pypirc", "secret.pypi", Holds::Value(&["password"])),
    named("/.my.cnf", "secret.mysql", Holds::Value(&["password"])),
    named("/.cargo/credentials.toml", "secret.cargo", Holds::Value(&["token"])),
    named("/.cargo/credentials", "secret.cargo", Holds::Value(&["token"])),
    named("/.config/gh/hosts.yml", "secret.github", Holds::Value(&["oauth_token:"])),
    named("/.terraform.d/credentials.tfrc.json", "secret.terraform", Holds::Value(&["token"])),
    named("/.vault-token", "secret.vault", Holds::Anything),
    named("/.s3cfg", "secret.aws_secret", Holds::Value(&["secret_key"])),
    named("/.boto", "secret.gcloud", Holds::Value(&["gs_oauth2_refresh_token", "aws_secret_access_key"])),
    named(
        "/.config/rclone/rclone.conf",
        "secret.rclone",
        Holds::Value(&["pass", "token", "secret_access_key"]),
    ),
    named("/.composer/auth.json", "secret.composer", Holds::Value(&["password", "github-oauth"])),
    named("/.m2/settings.xml", "secret.maven", Holds::Value(&["<password>"])),
];

/// Such files are small: of one the beginning is enough, and a much longer one is something else.
pub const NAMED_BYTES_MAX: usize = 256 << 10;
pub const FILE_BYTES_MAX: u64 = 64 << 20;

/// Whether a file of this path may hold a secret by its name alone.
pub fn is_named(path: &[u8]) -> bool {
    row(path).is_some()
}

/// A first look at the last part of a path, which spares the making of all the others.
pub fn may_be_named(name: &[u8]) -> bool {
    let ends =
        |named: &Named| named.path.as_bytes().strip_suffix(name).is_some_and(|rest| rest.ends_with(b"/"));
    NAMED.iter().any(ends)
}

fn row(path: &[u8]) -> Option<&'static Named> {
    NAMED.iter().find(|named| path.ends_with(named.path.as_bytes()))
}

/// The secret in the file at `path`, and the line on which it stands.
pub fn verify(path: &[u8], content: &[u8]) -> Option<(Secret, u64)> {
    let named = row(path)?;
    let text = String::from_utf8_lossy(content);
    let lines = || (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with(['#', ';']));
    let line = match named.holds {
        Holds::Anything => (!content.trim_ascii().is_empty()).then_some((0, ""))?,
        Holds::Address => lines().find(|(_, line)| carries_password(line))?,
        Holds::FiveFields => lines().find(|(_, line)| {
            let fields: Vec<&str> = line.splitn(5, ':').collect();
            fields.len() == 5 && !fields[4].trim().is_empty()
        })?,
        Holds::Value(words) => {
            lines().find(|(_, line)| words.iter().any(|word| value_after(line, word).is_some()))?
        }
    };
    let name = named.path.rsplit('/').next().unwrap_or(named.path);
    Some((Secret::full(Group::Credential, named.kind, format!("{name} …")), line.0))
}

/// What stands after a word, if it is a value.
fn value_after<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(word)?;
    let value = rest.trim_start_matches(['"', '\'', ' ', '\t', '=', ':', '{']);
    let value = value.split(['"', '\'', ' ', '\t', ',', '<']).next()?;
    (value.len() >= 3 && !value.starts_with(['$', '*', '}'])).then_some(value)
}

/// `https://user:password@host`
fn carries_password(line: &str) -> bool {
    let Some((_, rest)) = line.split_once("://") else { return false };
    let authority = rest.split('/').next().unwrap_or("");
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':').is_some_and(|(_, password)| !password.is_empty() && !password.starts_with('$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, content: &str, line: Option<u64>) {
        let name = path.rsplit('/').next().expect("there is a last part").as_bytes();
        assert!(may_be_named(name) || !is_named(path.as_bytes()), "{path}");
        assert_eq!(
            verify(path.as_bytes(), content.as_bytes()).map(|(_, line)| line),
            line,
            "{path}: {content}"
        );
    }

    #[test]
    fn a_file_with_a_name_is_only_a_secret_with_something_in_it() {
        check("/root/.netrc", "machine a\nlogin b password hunter2\n", Some(2));
        check("/root/.netrc", "# machine a login b password c\n", None);
        check("/root/.pgpass", "localhost:5432:*:app:hunter2\n", Some(1));
        check("/root/.pgpass", "", None);
        check("/home/a/.git-credentials", "https://me:s3cret@example.org\n", Some(1));
        check("/home/a/.git-credentials", "https://example.org/a:b@c\n", None);
        check("/home/a/.kube/config", "users:\n- user:\n    token: abcdef\n", Some(3));
        check("/home/a/.kube/config", "clusters: []\n", None);
        check("/root/.vault-token", "s.abc\n", Some(0));
        check("/root/.my.cnf", "[client]\npassword = ${PW}\n", None);
        check("/root/other", "password hunter2", None);
    }
}
