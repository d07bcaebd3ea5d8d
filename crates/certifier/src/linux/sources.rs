//! Where the system's packages come from: the sources of apt, dnf, zypper and apk, by name alone. Nothing is asked.

use crate::finding::Undecided;
use crate::linux::root::{Root, settings};

const FILES_MAX: usize = 1_000;

/// Something said of a source of packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub path: String,
    pub line: u64,
    /// The address as it stands.
    pub address: String,
}

/// A line by which packages are taken without a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsigned {
    pub path: String,
    pub line: u64,
    pub text: String,
}

#[derive(Debug, Default)]
pub struct Sources {
    pub sources: Vec<Source>,
    pub unsigned: Vec<Unsigned>,
}

pub fn read(root: &Root) -> Result<Sources, Undecided> {
    let mut found = Sources::default();
    for (path, text) in files(root, "/etc/apt/sources.list", "/etc/apt/sources.list.d", ".list")? {
        found.apt(&path, &text);
    }
    for (path, text) in files(root, "", "/etc/apt/sources.list.d", ".sources")? {
        found.deb822(&path, &text);
    }
    for (path, text) in files(root, "/etc/apt/apt.conf", "/etc/apt/apt.conf.d", "")? {
        found.apt_settings(&path, &text);
    }
    for folder in ["/etc/yum.repos.d", "/etc/zypp/repos.d"] {
        for (path, text) in files(root, "", folder, ".repo")? {
            found.repositories(&path, &text);
        }
    }
    for path in ["/etc/dnf/dnf.conf", "/etc/yum.conf"] {
        let text = root.text(path)?.unwrap_or_default();
        for (line, text) in settings(&text).filter(|(_, text)| says_no(text, "gpgcheck")) {
            found.unsigned.push(Unsigned { path: path.to_owned(), line, text: text.to_owned() });
        }
    }
    for (path, text) in files(root, "/etc/apk/repositories", "/etc/apk/repositories.d", ".list")? {
        for (line, text) in settings(&text) {
            // `@edge https://…` gives a source a name.
            let address =
                text.split_whitespace().find(|word| !word.starts_with('@')).unwrap_or("").to_owned();
            found.sources.push(Source { path: path.clone(), line, address });
        }
    }
    Ok(found)
}

/// The main file, if it is there, and those in a folder whose names end so.
fn files(root: &Root, main: &str, folder: &str, ending: &str) -> Result<Vec<(String, String)>, Undecided> {
    let names = root.names(folder)?.into_iter().filter(|name| name.ends_with(ending)).take(FILES_MAX);
    let main = (!main.is_empty()).then(|| main.to_owned());
    let mut found = Vec::new();
    for path in main.into_iter().chain(names.map(|name| format!("{folder}/{name}"))) {
        found.extend(root.text(&path)?.map(|text| (path, text)));
    }
    Ok(found)
}

fn says_no(line: &str, key: &str) -> bool {
    let pair = line.split_once('=').filter(|(name, _)| name.trim() == key);
    pair.is_some_and(|(_, value)| {
        matches!(value.trim().to_ascii_lowercase().as_str(), "0" | "no" | "false" | "off")
    })
}

fn says_yes(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', ';', ' ']).to_ascii_lowercase();
    matches!(value.as_str(), "yes" | "true" | "1" | "on")
}

impl Sources {
    /// `deb [trusted=yes] http://host/path suite component`
    fn apt(&mut self, path: &str, text: &str) {
        for (line, text) in settings(text) {
            let Some((kind, rest)) = text.split_once(char::is_whitespace) else {
                continue;
            };
            if !matches!(kind, "deb" | "deb-src") {
                continue;
            }
            let rest = rest.trim_start();
            let (options, rest) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                Some((options, rest)) => (options, rest),
                None => ("", rest),
            };
            let careless = options.split_whitespace().filter_map(|option| option.split_once('='));
            for (key, _) in careless.filter(|(_, value)| says_yes(value)) {
                if matches!(key, "trusted" | "allow-insecure" | "allow-weak") {
                    self.unsigned.push(Unsigned {
                        path: path.to_owned(),
                        line,
                        text: without_credentials(text),
                    });
                }
            }
            let address = rest.split_whitespace().next().unwrap_or("").to_owned();
            self.sources.push(Source { path: path.to_owned(), line, address });
        }
    }

    /// The newer form: stanzas of fields.
    fn deb822(&mut self, path: &str, text: &str) {
        let mut stanza: Vec<(u64, &str, &str)> = Vec::new();
        let mut key = "";
        for (line, text) in (1..).zip(text.lines()).chain([(0, "")]) {
            if text.trim().is_empty() {
                self.stanza(path, &std::mem::take(&mut stanza));
            } else if text.starts_with('#') {
                continue;
            } else if text.starts_with([' ', '\t']) {
                stanza.push((line, key, text.trim()));
            } else if let Some((name, value)) = text.split_once(':') {
                key = name.trim();
                stanza.push((line, key, value.trim()));
            }
        }
    }

    fn stanza(&mut self, path: &str, fields: &[(u64, &str, &str)]) {
        let is = |name: &str, wanted: &str| name.eq_ignore_ascii_case(wanted);
        if fields.iter().any(|(_, key, value)| is(key, "Enabled") && !says_yes(value)) {
            return;
        }
        for (line, key, value) in fields {
            if is(key, "URIs") {
                let words = value.split_whitespace();
                self.sources.extend(words.map(|word| Source {
                    path: path.to_owned(),
                    line: *line,
                    address: word.to_owned(),
                }));
            }
            if ["Trusted", "Allow-Insecure", "Allow-Weak"].iter().any(|name| is(key, name)) && says_yes(value)
            {
                let text = format!("{key}: {value}");
                self.unsigned.push(Unsigned { path: path.to_owned(), line: *line, text });
            }
        }
    }

    fn apt_settings(&mut self, path: &str, text: &str) {
        const CARELESS: [&str; 4] =
            ["allowunauthenticated", "allowinsecurerepositories", "allowweakrepositories", "force-yes"];
        for (line, text) in settings(text).filter(|(_, text)| !text.starts_with("//")) {
            let Some((key, value)) = text.split_once(char::is_whitespace) else {
                continue;
            };
            let key = key.to_ascii_lowercase();
            if CARELESS.iter().any(|name| key.rsplit("::").next() == Some(name)) && says_yes(value) {
                self.unsigned.push(Unsigned { path: path.to_owned(), line, text: text.to_owned() });
            }
        }
    }

    /// Repositories of dnf and zypper: sections of an INI file; those that are off do not count.
    fn repositories(&mut self, path: &str, text: &str) {
        let lines: Vec<(u64, &str)> = settings(text).collect();
        for section in lines.split(|(_, line)| line.starts_with('[')) {
            if section.iter().any(|(_, line)| says_no(line, "enabled")) {
                continue;
            }
            for (line, text) in section {
                let (key, value) = text.split_once('=').unwrap_or((text, ""));
                if matches!(key.trim(), "baseurl" | "mirrorlist" | "metalink") {
                    let address = value.split_whitespace().next().unwrap_or("").to_owned();
                    self.sources.push(Source { path: path.to_owned(), line: *line, address });
                }
                if says_no(text, "gpgcheck") || says_no(text, "pkg_gpgcheck") {
                    self.unsigned.push(Unsigned {
                        path: path.to_owned(),
                        line: *line,
                        text: (*text).to_owned(),
                    });
                }
            }
        }
    }
}

/// What is wrong with the address of a source, if something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// A name or number that only a private network knows.
    Private,
    /// A user's name or password.
    Credentials,
    /// A disc or a folder of the machine on which the image was built.
    Local,
}

pub fn wrong(address: &str) -> Option<Wrong> {
    let Some((scheme, rest)) = address.split_once(':') else {
        return address.starts_with('/').then_some(Wrong::Local);
    };
    if ["file", "cdrom", "copy", "dir", "iso", "hd"].contains(&scheme) {
        return Some(Wrong::Local);
    }
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = match authority.rsplit_once('@') {
        Some(_) => return Some(Wrong::Credentials),
        None => authority,
    };
    let host = match host.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or(""),
        None => host.split(':').next().unwrap_or(""),
    };
    is_private(&host.to_ascii_lowercase()).then_some(Wrong::Private)
}

fn is_private(host: &str) -> bool {
    const ENDINGS: [&str; 9] =
        [".local", ".internal", ".lan", ".corp", ".home", ".intranet", ".localdomain", ".private", ".test"];
    if host.is_empty() || host.contains('$') {
        return false;
    }
    match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(four)) => four.is_private() || four.is_loopback() || four.is_link_local(),
        Ok(std::net::IpAddr::V6(six)) => {
            six.is_loopback() || six.is_unique_local() || six.is_unicast_link_local()
        }
        // A name without a point is completed by the network that the machine happens to be in.
        Err(_) => !host.contains('.') || ENDINGS.iter().any(|ending| host.ends_with(ending)),
    }
}

/// A line as it stands, without what goes before an `@` in its addresses.
fn without_credentials(line: &str) -> String {
    let mut parts = line.split("://");
    let mut shown = parts.next().unwrap_or("").to_owned();
    for part in parts {
        shown.push_str("://");
        let end = part.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(part.len());
        match part[..end].rfind('@') {
            Some(at) => {
                shown.push('…');
                shown.push_str(&part[at..]);
            }
            None => shown.push_str(part),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use disk::tree::memory::Folder;

    use super::*;

    /// Checks addresses as `address place`, and places at which signatures are not asked for.
    #[track_caller]
    fn check(path: &str, text: &str, addresses: &[&str], unsigned: &[u64]) {
        let found = read(&Root::of(Folder::of(&[(path, text)]))).expect("readable");
        let shown: Vec<String> =
            found.sources.iter().map(|one| format!("{} {}", one.address, one.line)).collect();
        assert_eq!(shown, addresses);
        assert_eq!(found.unsigned.iter().map(|one| one.line).collect::<Vec<_>>(), unsigned);
    }

    #[test]
    fn sources_of_apt_are_read_in_both_forms() {
        let list = "# deb http://never x\ndeb http://deb.debian.org/debian bookworm main\ndeb [arch=amd64 trusted=yes] http://a.b/c ./\n";
        check("/etc/apt/sources.list", list, &["http://deb.debian.org/debian 2", "http://a.b/c 3"], &[3]);
        let stanzas = "Types: deb\nURIs: https://a.b/c\n https://d.e\nTrusted: yes\n\nEnabled: no\nURIs: http://off\nTrusted: yes\n";
        check("/etc/apt/sources.list.d/x.sources", stanzas, &["https://a.b/c 2", "https://d.e 3"], &[4]);
        check("/etc/apt/apt.conf.d/99", "// no\nAPT::Get::AllowUnauthenticated \"true\";\n", &[], &[2]);
        check("/etc/apt/apt.conf.d/99", "APT::Get::AllowUnauthenticated \"false\";\n", &[], &[]);
    }

    #[test]
    fn repositories_that_are_off_do_not_count() {
        let repo = "[a]\nbaseurl=https://a.b/$releasever\ngpgcheck=1\n[b]\nenabled=0\nbaseurl=http://off\ngpgcheck=0\n[c]\nmirrorlist=https://c.d\ngpgcheck = 0\n";
        check("/etc/yum.repos.d/x.repo", repo, &["https://a.b/$releasever 2", "https://c.d 9"], &[10]);
        check("/etc/zypp/repos.d/x.repo", repo, &["https://a.b/$releasever 2", "https://c.d 9"], &[10]);
        check("/etc/dnf/dnf.conf", "[main]\ngpgcheck=False\n", &[], &[2]);
        let apk = "https://dl-cdn.alpinelinux.org/alpine/v3.22/main\n@edge http://e.f\n";
        check(
            "/etc/apk/repositories",
            apk,
            &["https://dl-cdn.alpinelinux.org/alpine/v3.22/main 1", "http://e.f 2"],
            &[],
        );
    }

    #[test]
    fn what_is_shown_of_a_source_holds_no_password() {
        let shown = without_credentials("deb [trusted=yes] http://me:p@ss@a.b/c ./ https://d.e/@f");
        assert_eq!(shown, "deb [trusted=yes] http://…@a.b/c ./ https://d.e/@f");
        assert_eq!(without_credentials("gpgcheck=0"), "gpgcheck=0");
    }

    #[test]
    fn private_places_are_told_from_public_ones() {
        for public in [
            "http://deb.debian.org/debian",
            "https://8.8.8.8/x",
            "https://a.b:8443",
            "mirror+http://a.b",
            "https://$host/x",
        ] {
            assert_eq!(wrong(public), None, "{public}");
        }
        for private in [
            "http://10.1.2.3/",
            "https://mirror/x",
            "http://repo.corp",
            "http://[fd00::1]:80/x",
            "http://LOCALHOST:8080",
        ] {
            assert_eq!(wrong(private), Some(Wrong::Private), "{private}");
        }
        assert_eq!(wrong("https://me:secret@a.b/c"), Some(Wrong::Credentials));
        for local in ["file:///srv/repo", "cdrom:[Debian]/", "/media/x"] {
            assert_eq!(wrong(local), Some(Wrong::Local), "{local}");
        }
    }
}
