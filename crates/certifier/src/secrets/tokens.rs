//! Tokens and keys of clouds and forges: each begins with letters that its maker gives to all of its kind, and goes on in an alphabet
//! and length of its own. To add one: a row.

use super::{Group, Secret, begins, is_base64, is_random};

/// How a token goes on after its anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// So many characters of an alphabet, then something else.
    Run { of: Alphabet, least: usize, most: usize },
    /// A shared access signature: an address that also says its version and its end.
    SharedAccess,
    /// The middle of a key that goes on to both sides.
    Middle { least: usize },
    /// A name, then spaces, quotes and `=` or `:`, then a value of so many characters.
    Value { of: Alphabet, least: usize, most: usize },
    /// Docker's list of registries, with a password in it.
    DockerAuths,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// Capital letters and the digits 2 to 7.
    Base32,
    Alphanumeric,
    /// With `_` and `-`.
    Url,
    /// With `/`, for addresses.
    Path,
    Base64,
    Hex,
    /// Anything that is not a space, a quote or a blank to be filled in.
    Word,
}

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        match self {
            Alphabet::Base32 => matches!(byte, b'A'..=b'Z' | b'2'..=b'7'),
            Alphabet::Alphanumeric => byte.is_ascii_alphanumeric(),
            Alphabet::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Alphabet::Path => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/'),
            Alphabet::Base64 => is_base64(byte),
            Alphabet::Hex => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'),
            Alphabet::Word => byte.is_ascii_graphic() && !b"\"'$<>{}`,;\\".contains(&byte),
        }
    }
}

#[derive(Debug)]
pub struct Token {
    pub anchor: &'static str,
    /// The key of the phrase that names it.
    pub kind: &'static str,
    pub shape: Shape,
    /// Public in many programs, so no more than a hint.
    pub light: bool,
}

const fn run(anchor: &'static str, kind: &'static str, of: Alphabet, least: usize, most: usize) -> Token {
    Token { anchor, kind, shape: Shape::Run { of, least, most }, light: false }
}

const fn value(anchor: &'static str, kind: &'static str, of: Alphabet, least: usize, most: usize) -> Token {
    Token { anchor, kind, shape: Shape::Value { of, least, most }, light: false }
}

use Alphabet::{Alphanumeric, Base32, Base64, Hex, Path, Url, Word};

pub const TOKENS: &[Token] = &[
    run("AKIA", "secret.aws_key_id", Base32, 16, 16),
    value("aws_secret_access_key", "secret.aws_secret", Base64, 40, 40),
    value("AWS_SECRET_ACCESS_KEY", "secret.aws_secret", Base64, 40, 40),
    value("SecretAccessKey", "secret.aws_secret", Base64, 40, 40),
    run("AccountKey=", "secret.azure_storage", Base64, 88, 88),
    run("SharedAccessKey=", "secret.azure_bus", Base64, 44, 44),
    Token { anchor: "sig=", kind: "secret.azure_sas", shape: Shape::SharedAccess, light: false },
    run("ghp_", "secret.github", Alphanumeric, 36, 255),
    run("gho_", "secret.github", Alphanumeric, 36, 255),
    run("ghu_", "secret.github", Alphanumeric, 36, 255),
    run("ghs_", "secret.github", Alphanumeric, 36, 255),
    run("ghr_", "secret.github", Alphanumeric, 36, 255),
    run("github_pat_", "secret.github", Url, 82, 255),
    run("glpat-", "secret.gitlab", Url, 20, 64),
    run("glrt-", "secret.gitlab", Url, 20, 64),
    run("gldt-", "secret.gitlab", Url, 20, 64),
    run("xoxb-", "secret.slack", Url, 30, 255),
    run("xoxp-", "secret.slack", Url, 30, 255),
    run("xapp-", "secret.slack", Url, 30, 255),
    run("hooks.slack.com/services/T", "secret.slack_hook", Path, 40, 80),
    run("sk_live_", "secret.stripe", Alphanumeric, 24, 255),
    run("rk_live_", "secret.stripe", Alphanumeric, 24, 255),
    run("npm_", "secret.npm", Alphanumeric, 36, 36),
    value(":_authToken", "secret.npm", Word, 16, 255),
    run("pypi-AgEIcHlwaS5vcmc", "secret.pypi", Url, 50, 1000),
    Token {
        anchor: "AIza",
        kind: "secret.google_api",
        shape: Shape::Run { of: Url, least: 35, most: 35 },
        light: true,
    },
    run("GOCSPX-", "secret.google_client", Url, 28, 28),
    run("sk-ant-api", "secret.anthropic", Url, 80, 255),
    Token { anchor: "T3BlbkFJ", kind: "secret.openai", shape: Shape::Middle { least: 20 }, light: false },
    run("dop_v1_", "secret.digitalocean", Hex, 64, 64),
    run("hvs.", "secret.vault", Url, 90, 255),
    run("dckr_pat_", "secret.docker", Url, 27, 64),
    Token { anchor: "\"auths\"", kind: "secret.docker", shape: Shape::DockerAuths, light: false },
    value("client-key-data", "secret.kubeconfig", Base64, 100, 16_000),
];

/// The keys of Azurite and of Azure's own emulator, which everyone has.
const EMULATOR_KEY: &[u8] = b"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq";

/// How much of an address is looked at on either side of a signature.
const ADDRESS_BYTES: usize = 512;

impl Token {
    /// Whether bytes after the anchor, possibly cut short, may be such a token. Called for every hit, so it looks at little.
    pub fn may_go_on(&self, after: &[u8]) -> bool {
        match self.shape {
            Shape::Run { of, least, .. } => after.iter().take(least).all(|byte| of.has(*byte)),
            Shape::SharedAccess => after.iter().take(40).all(|byte| is_base64(*byte) || *byte == b'%'),
            Shape::Middle { least } => after.iter().take(least).all(|byte| Url.has(*byte)),
            Shape::Value { .. } => after.iter().take(1).all(|byte| b"\"' \t=:".contains(byte)),
            Shape::DockerAuths => after.iter().take(1).all(|byte| b": \t\r\n".contains(byte)),
        }
    }

    pub fn verify(&self, window: &[u8], at: usize) -> Option<Secret> {
        let after = window.get(at + self.anchor.len()..)?;
        let before = &window[..at];
        let secret = |shown: String| {
            let secret = Secret::full(Group::Credential, self.kind, shown);
            Some(if self.light { secret.light() } else { secret })
        };
        match self.shape {
            Shape::Run { of, least, most } => {
                let goes_on = before.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
                let length = after.iter().take(most + 1).take_while(|byte| of.has(**byte)).count();
                let run = &after[..length];
                // A fixed length ends at anything that could not belong to a word; padding is part of base64.
                let cut = least == most && after.get(length).is_some_and(u8::is_ascii_alphanumeric);
                let known = run.starts_with(EMULATOR_KEY);
                if goes_on || cut || known || length < least || length > most || !is_random(run) {
                    return None;
                }
                secret(begins(self.anchor.as_bytes(), self.anchor.len()))
            }
            Shape::SharedAccess => shared_access(before, after).then(|| secret("sig=…".to_owned()))?,
            Shape::Middle { least } => {
                let left = before.iter().rev().take_while(|byte| Url.has(**byte)).count();
                let right = after.iter().take_while(|byte| Url.has(**byte)).count();
                let key = &before[before.len() - left..];
                let holds = key.starts_with(b"sk-") && left >= least && right >= least;
                holds.then(|| secret("sk-…".to_owned()))?
            }
            Shape::Value { of, least, most } => {
                let value = value_of(after)?;
                let length = value.iter().take(most + 1).take_while(|byte| of.has(**byte)).count();
                let holds = (least..=most).contains(&length) && is_random(&value[..length]);
                holds.then(|| secret(format!("{} …", self.anchor)))?
            }
            Shape::DockerAuths => {
                let after = &after[..after.len().min(4096)];
                let auth = after.windows(6).position(|piece| piece == b"\"auth\"")?;
                let value = value_of(&after[auth + 5..])?;
                let length = value.iter().take_while(|byte| is_base64(**byte)).count();
                (length >= 8).then(|| secret("\"auth\": …".to_owned()))?
            }
        }
    }
}

/// What follows a name and its sign: `name = "value`, `"name": "value`, `name=value`.
fn value_of(after: &[u8]) -> Option<&[u8]> {
    const BETWEEN_MAX: usize = 16;
    let between = after.iter().take(BETWEEN_MAX).take_while(|byte| b"\"' \t\r\n=:>".contains(byte)).count();
    let signs = after[..between].iter().filter(|byte| b"=:".contains(byte)).count();
    (signs > 0).then(|| &after[between..])
}

/// The rest of the address says by which version it was signed and when it ends.
fn shared_access(before: &[u8], after: &[u8]) -> bool {
    let length = after.iter().take_while(|byte| is_base64(**byte) || **byte == b'%').count();
    let begins = before.last().is_some_and(|byte| matches!(byte, b'&' | b'?' | b';'));
    let address_byte = |byte: &&u8| byte.is_ascii_graphic() && !b"\"'<>`".contains(byte);
    let before: Vec<u8> = before.iter().rev().take(ADDRESS_BYTES).take_while(address_byte).copied().collect();
    let after: Vec<u8> = after.iter().take(ADDRESS_BYTES).take_while(address_byte).copied().collect();
    let address: Vec<u8> = before.into_iter().rev().chain(*b" ").chain(after.iter().copied()).collect();
    let says = |name: &[u8]| address.windows(name.len()).any(|piece| piece == name);
    begins && length >= 43 && says(b"sv=20") && says(b"se=20") && is_random(&after[..length.min(after.len())])
}

#[cfg(test)]
mod tests {
    use crate::anchors::{Sign, search};
    use crate::secrets::verify;

    /// The kinds that are found in a text.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut kinds = Vec::new();
        search(text.as_bytes(), |hit| {
            if matches!(hit.sign(), Sign::Token(_)) {
                kinds.extend(verify(hit, text.as_bytes(), hit.offset as usize).map(|secret| secret.kind));
            }
        });
        assert_eq!(kinds, expected, "{text}");
    }

    #[test]
    fn tokens_are_told_from_words_that_begin_alike() {
        check("key = AKIAQ3EGZ7XKL2MNOP5T\n", &["secret.aws_key_id"]);
        check("AKIAIOSFODNN7EXAMPLE", &[]);
        check("AKIAQ3EGZ7XKL2MNOP5TX", &[]);
        check("xAKIAQ3EGZ7XKL2MNOP5T", &[]);
        check("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzQ8kLm2Np\n", &["secret.aws_secret"]);
        check("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n", &[]);
        check("aws_secret_access_key = os.environ['AWS_SECRET_ACCESS_KEY']\n", &[]);
        check("ghp_16C7e42F292c6912E7710c838347Ae178B4a", &["secret.github"]);
        check("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", &[]);
        check("npm_config_cache npm_package_version", &[]);
        check("//registry.npmjs.org/:_authToken=${NPM_TOKEN}", &[]);
        check("//registry.npmjs.org/:_authToken=3f8a1c9e-77d2-4b60-9a51-0c2e5d8b7f14", &["secret.npm"]);
        check("glpat-Zx8Qw_3rTy-7UiOp2AsD", &["secret.gitlab"]);
        check("sk_live_4eC39HqLyjWDarjtT1zdp7dc", &["secret.stripe"]);
    }

    #[test]
    fn azure_keys_and_signatures_need_their_surroundings() {
        let key = "kqY0c3o1XbJ2vR7wTn5LhE8mZpUdSg4fAiQ9yWtV6xKjNrBzMlHsOePuCaDgFhIwJ3k2L5m8N1o4P7q0R9s6T+==";
        check(&format!("AccountName=x;AccountKey={key};"), &["secret.azure_storage"]);
        check(
            "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
            &[],
        );
        let sig = "sig=Zq8%2BwN3rTy7UiOp2AsDfGhJk5LzXcVb1nMqWeRtYu4Q%3D";
        check(
            &format!("https://a.blob.core.windows.net/c?sv=2024-11-04&se=2027-01-01&sr=c&{sig}"),
            &["secret.azure_sas"],
        );
        check(&format!("https://example.com/?{sig}"), &[]);
    }

    #[test]
    fn registries_and_clusters_are_known_by_their_files() {
        check(
            "{\"auths\": {\"https://index.docker.io/v1/\": {\"auth\": \"dXNlcjpwYXNzd29yZA==\"}}}",
            &["secret.docker"],
        );
        check("{\"auths\": {\"https://index.docker.io/v1/\": {}}, \"credsStore\": \"desktop\"}", &[]);
        let key = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFcFFJQkFBS0NBUUVBdTJqbGJ4cTZ3Zm9yR0pMVmRhN0JEcW5QUWs5bWFYZTVhUQo4";
        check(&format!("    client-key-data: {key}\n"), &["secret.kubeconfig"]);
    }
}
