//! Package URLs: one name for a package that all tools understand.

use crate::packages::distribution::Distribution;
use crate::packages::{Kind, Package};

/// The package's URL: `pkg:deb/debian/openssl@3.0.11-1?arch=amd64&distro=debian-12`.
pub fn purl(package: &Package, distribution: &Distribution) -> String {
    let kind = package.kind;
    let (namespace, name) = namespace_and_name(package, distribution);
    let (epoch, version) = match (kind, package.version.split_once(':')) {
        (Kind::Rpm, Some((epoch, version))) => (epoch, version),
        _ => ("", package.version.as_str()),
    };
    let mut url = format!("pkg:{}/", kind.name());
    for part in namespace.split('/').filter(|part| !part.is_empty()) {
        url.push_str(&encoded(part));
        url.push('/');
    }
    url.push_str(&encoded(&name));
    if !version.is_empty() {
        url.push('@');
        url.push_str(&encoded(version));
    }
    let distro = match (distribution.id.as_str(), distribution.version_id.as_str()) {
        ("", _) => String::new(),
        (id, "") => id.to_owned(),
        (id, version) => format!("{id}-{version}"),
    };
    // In alphabetical order, as the rule for them is.
    let qualifiers = [
        ("arch", package.arch.as_str()),
        ("distro", if kind.is_of_system() { &distro } else { "" }),
        ("epoch", epoch),
    ];
    let mut sign = '?';
    for (key, value) in qualifiers.into_iter().filter(|(_, value)| !value.is_empty()) {
        url.push_str(&format!("{sign}{key}={}", encoded(value)));
        sign = '&';
    }
    url
}

fn namespace_and_name(package: &Package, distribution: &Distribution) -> (String, String) {
    let name = package.name.as_str();
    let split = |at: char| name.rsplit_once(at).unwrap_or(("", name));
    match package.kind {
        Kind::Deb | Kind::Rpm | Kind::Apk => (
            distribution.id.clone(),
            if package.kind == Kind::Rpm { name.to_owned() } else { name.to_lowercase() },
        ),
        Kind::Npm => {
            let (scope, name) = split('/');
            (scope.to_lowercase(), name.to_lowercase())
        }
        Kind::Go => {
            let (folder, name) = split('/');
            (folder.to_lowercase(), name.to_lowercase())
        }
        Kind::Maven => {
            let (group, artifact) = name.split_once(':').unwrap_or(("", name));
            (group.to_owned(), artifact.to_owned())
        }
        Kind::PyPi => (String::new(), name.to_lowercase().replace('_', "-")),
        Kind::Cargo | Kind::Gem => (String::new(), name.to_owned()),
    }
}

fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: Kind, name: &str, version: &str, arch: &str, expected: &str) {
        let distribution =
            Distribution { id: "debian".into(), version_id: "12".into(), ..Distribution::default() };
        let package = Package { arch: arch.into(), ..Package::new(kind, name, version, "/x") };
        assert_eq!(purl(&package, &distribution), expected);
    }

    #[test]
    fn every_kind_of_package_has_a_url_of_its_own_form() {
        check(
            Kind::Deb,
            "g++-12",
            "1:12.2-1+b1",
            "amd64",
            "pkg:deb/debian/g%2B%2B-12@1:12.2-1%2Bb1?arch=amd64&distro=debian-12",
        );
        check(
            Kind::Rpm,
            "NetworkManager",
            "1:1.44-5.el9",
            "x86_64",
            "pkg:rpm/debian/NetworkManager@1.44-5.el9?arch=x86_64&distro=debian-12&epoch=1",
        );
        check(
            Kind::Apk,
            "musl",
            "1.2.4-r2",
            "x86_64",
            "pkg:apk/debian/musl@1.2.4-r2?arch=x86_64&distro=debian-12",
        );
        check(Kind::Npm, "@babel/core", "7.1.0", "", "pkg:npm/%40babel/core@7.1.0");
        check(
            Kind::Go,
            "github.com/Foo/bar",
            "v1.2.3+incompatible",
            "",
            "pkg:golang/github.com/foo/bar@v1.2.3%2Bincompatible",
        );
        check(Kind::Maven, "org.apache:log4j-core", "2.14.1", "", "pkg:maven/org.apache/log4j-core@2.14.1");
        check(Kind::PyPi, "Foo_Bar", "1.0", "", "pkg:pypi/foo-bar@1.0");
        check(Kind::Cargo, "serde_json", "1.0.0", "", "pkg:cargo/serde_json@1.0.0");
        check(Kind::Gem, "rails", "7.0.4", "", "pkg:gem/rails@7.0.4");
    }
}
