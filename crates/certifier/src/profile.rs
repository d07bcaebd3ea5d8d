//! Whose rules count, and how much: `kvm` (the market's own machines), `azure`, `strict`, and an operator's own file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::linux::distributions::is_day;
use crate::rulebook::{EDITION_DAY, RULEBOOK};

pub const MIB: u64 = 1 << 20;
pub const GIB: u64 = 1 << 30;

/// An operator's profile larger than this is not one.
pub const PROFILE_BYTES_MAX: u64 = 64 << 10;

/// The profiles that come with the rulebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Base {
    /// What Azure's marketplace asks of a virtual machine offer.
    Azure,
    /// What the market's own engines need: virtio, NoCloud and a serial console.
    Kvm,
    /// Azure's rules and the market's, with warnings turned into refusals.
    Strict,
}

/// What a full breach of a rule means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Off,
    Warn,
    Fail,
}

/// The numbers against which rules measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    pub disk_size_bytes_min: u64,
    pub disk_size_bytes_max: u64,
    /// Below this an operating-system disk fails.
    pub os_disk_size_bytes_min: u64,
    /// Below this it is warned about.
    pub os_disk_size_bytes_usual: u64,
    pub os_disk_size_bytes_max: u64,
    /// The same for a disk with Windows.
    pub windows_disk_size_bytes_min: u64,
    pub windows_disk_size_bytes_max: u64,
    pub unused_bytes_max: u64,
    pub first_partition_lba_min: u64,
    pub client_alive_seconds_min: u64,
    pub client_alive_seconds_max: u64,
    pub history_bytes_max: u64,
    /// The oldest agent accepted, and the oldest without a warning.
    pub agent_version_min: String,
    pub agent_version_usual: String,
    /// The oldest agent for Windows that is accepted without a warning.
    pub windows_agent_version_min: String,
    /// The oldest OpenSSL accepted, and the oldest without a warning.
    pub openssl_version_min: String,
    pub openssl_version_usual: String,
    pub python_version_min: String,
    /// From this CVSS score on, in tenths, a vulnerability is critical.
    pub critical_score_tenths: u64,
    /// A critical vulnerability that can be mended may be known for so long.
    pub critical_age_days_max: u64,
    /// A feed of advisories that is older is stale.
    pub feed_age_days_max: u64,
    /// The machine generation that the image is declared for: 1 (BIOS), 2 (UEFI), or 0 when either will do.
    pub generation: u8,
    /// The day as of which lifetimes are judged. It comes with the rulebook, never from a clock, so that a report can be had again.
    pub judged_as_of: String,
    /// The distributions that are taken, by their `ID`; any when the list is empty.
    pub distributions: Vec<String>,
    /// Whether the kernel's first messages are wanted on the serial console too.
    pub early_console: bool,
    pub root_delay_seconds_max: u64,
    /// The name that the platform's machines give their first network interface; empty when any will do.
    pub first_interface: String,
    /// Whether the publisher has declared that the image filters packets.
    pub firewall_declared: bool,
}

/// The distributions that Azure endorses.
const ENDORSED: [&str; 13] = [
    "almalinux",
    "azurelinux",
    "centos",
    "centos-stream",
    "debian",
    "flatcar",
    "mariner",
    "ol",
    "opensuse-leap",
    "rhel",
    "rocky",
    "sles",
    "ubuntu",
];

impl Default for Thresholds {
    fn default() -> Thresholds {
        Thresholds {
            disk_size_bytes_min: 20 * MIB,
            disk_size_bytes_max: 1023 * GIB,
            os_disk_size_bytes_min: GIB,
            os_disk_size_bytes_usual: 30 * GIB,
            os_disk_size_bytes_max: 1023 * GIB,
            windows_disk_size_bytes_min: 30 * GIB,
            windows_disk_size_bytes_max: 250 * GIB,
            unused_bytes_max: 200 * GIB,
            first_partition_lba_min: 2048,
            client_alive_seconds_min: 30,
            client_alive_seconds_max: 235,
            history_bytes_max: 1024,
            agent_version_min: "2.2.41".to_owned(),
            agent_version_usual: "2.2.53.1".to_owned(),
            windows_agent_version_min: "2.7.41491.1010".to_owned(),
            openssl_version_min: "1.0.2".to_owned(),
            openssl_version_usual: "3.0.0".to_owned(),
            python_version_min: "3.9".to_owned(),
            critical_score_tenths: 90,
            critical_age_days_max: 30,
            feed_age_days_max: 14,
            generation: 0,
            judged_as_of: EDITION_DAY.to_owned(),
            distributions: ENDORSED.map(str::to_owned).into(),
            early_console: true,
            root_delay_seconds_max: 10,
            first_interface: "eth0".to_owned(),
            firewall_declared: false,
        }
    }
}

/// Who else is asked about every file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    /// A folder of YARA rules.
    pub rules: Option<PathBuf>,
    /// Where clamd listens: a path or `host:port`.
    pub clamd: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub base: Base,
    pub thresholds: Thresholds,
    pub scanners: Asked,
    severities: BTreeMap<String, Severity>,
}

/// Why an operator's profile was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotAProfile {
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    #[error("the rulebook has no rule {0}")]
    NoSuchRule(String),
    #[error("{0} is larger at its least than at its most")]
    UpsideDown(&'static str),
    #[error("{0} is not a day such as 2026-11-22")]
    NotADay(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Option<String>,
    base: Base,
    #[serde(default)]
    thresholds: toml::Table,
    #[serde(default)]
    severity: BTreeMap<String, Severity>,
    #[serde(default)]
    scanners: Asked,
}

impl Profile {
    pub fn azure() -> Profile {
        Profile::of(Base::Azure)
    }

    pub fn kvm() -> Profile {
        Profile::of(Base::Kvm)
    }

    pub fn strict() -> Profile {
        Profile::of(Base::Strict)
    }

    pub fn of(base: Base) -> Profile {
        let (name, thresholds) = match base {
            Base::Azure => ("azure", Thresholds::default()),
            // The market's engines run a disk of any size that the container allows.
            Base::Kvm => (
                "kvm",
                Thresholds {
                    os_disk_size_bytes_min: 20 * MIB,
                    os_disk_size_bytes_usual: 20 * MIB,
                    windows_disk_size_bytes_min: 20 * MIB,
                    windows_disk_size_bytes_max: 1023 * GIB,
                    history_bytes_max: 0,
                    distributions: Vec::new(),
                    early_console: false,
                    first_interface: String::new(),
                    ..Thresholds::default()
                },
            ),
            Base::Strict => (
                "strict",
                Thresholds { history_bytes_max: 0, critical_age_days_max: 7, ..Thresholds::default() },
            ),
        };
        Profile {
            name: name.to_owned(),
            base,
            thresholds,
            scanners: Asked::default(),
            severities: BTreeMap::new(),
        }
    }

    /// The profile of this name that comes with the rulebook.
    pub fn named(name: &str) -> Option<Profile> {
        match name {
            "azure" => Some(Profile::azure()),
            "kvm" => Some(Profile::kvm()),
            "strict" => Some(Profile::strict()),
            _ => None,
        }
    }

    /// An operator's own profile: a base, and what differs from it.
    pub fn parse(text: &str) -> Result<Profile, NotAProfile> {
        let file: File = toml::from_str(text)?;
        let mut profile = Profile::of(file.base);
        let mut thresholds = toml::Table::try_from(&profile.thresholds)
            .expect("thresholds are numbers, texts and lists, which TOML can hold");
        thresholds.extend(file.thresholds);
        profile.thresholds = thresholds.try_into()?;
        if let Some(name) = file.name {
            profile.name = name;
        }
        if let Some(id) = file.severity.keys().find(|id| RULEBOOK.iter().all(|rule| rule.id != **id)) {
            return Err(NotAProfile::NoSuchRule(id.clone()));
        }
        profile.severities = file.severity;
        profile.scanners = file.scanners;
        let limits = &profile.thresholds;
        if !is_day(&limits.judged_as_of) {
            return Err(NotAProfile::NotADay(limits.judged_as_of.clone()));
        }
        for (what, least, most) in [
            ("disk_size_bytes", limits.disk_size_bytes_min, limits.disk_size_bytes_max),
            ("os_disk_size_bytes", limits.os_disk_size_bytes_min, limits.os_disk_size_bytes_max),
            (
                "windows_disk_size_bytes",
                limits.windows_disk_size_bytes_min,
                limits.windows_disk_size_bytes_max,
            ),
            ("client_alive_seconds", limits.client_alive_seconds_min, limits.client_alive_seconds_max),
        ] {
            if least > most {
                return Err(NotAProfile::UpsideDown(what));
            }
        }
        Ok(profile)
    }

    /// What a full breach of the rule means under this profile.
    pub fn severity(&self, rule: &crate::rulebook::Rule) -> Severity {
        self.severities.get(rule.id).copied().unwrap_or(match self.base {
            Base::Azure => rule.severity.azure,
            Base::Kvm => rule.severity.kvm,
            Base::Strict => rule.severity.strict,
        })
    }

    /// What differs from the base, so that a report under an operator's profile says by which measure it judged.
    pub fn differences(&self) -> Vec<String> {
        let base = toml::Table::try_from(Profile::of(self.base).thresholds).unwrap_or_default();
        let own = toml::Table::try_from(&self.thresholds).unwrap_or_default();
        let thresholds = own.iter().filter(|(key, value)| base.get(*key) != Some(value));
        let rules = self.scanners.rules.iter().map(|folder| format!("rules = {}", folder.display()));
        let clamd = self.scanners.clamd.iter().map(|address| format!("clamd = {address}"));
        thresholds
            .map(|(key, value)| format!("{key} = {value}"))
            .chain(
                self.severities
                    .iter()
                    .map(|(id, severity)| format!("{id} = {}", format!("{severity:?}").to_lowercase())),
            )
            .chain(rules)
            .chain(clamd)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, refused: &str) {
        let said = Profile::parse(text).expect_err("this is no profile").to_string();
        assert!(said.contains(refused), "said: {said}");
    }

    #[test]
    fn an_operators_profile_says_only_what_differs() {
        let text = "name = \"house\"\nbase = \"kvm\"\n[thresholds]\nhistory_bytes_max = 9\n[severity]\nL08 = \"warn\"\n";
        let profile = Profile::parse(text).expect("a good profile");
        assert_eq!(profile.thresholds.history_bytes_max, 9);
        assert_eq!(profile.thresholds.os_disk_size_bytes_min, 20 * MIB, "the rest is the base's");
        assert_eq!(profile.differences(), ["history_bytes_max = 9", "L08 = warn"]);
        assert!(Profile::kvm().differences().is_empty());
        let text = "base = \"kvm\"\n[scanners]\nrules = \"/etc/halle/rules\"\nclamd = \"localhost:3310\"\n";
        let profile = Profile::parse(text).expect("a good profile");
        assert_eq!(profile.differences(), ["rules = /etc/halle/rules", "clamd = localhost:3310"]);
    }

    #[test]
    fn a_profile_with_a_slip_is_refused_and_says_where() {
        check("base = \"gcp\"", "gcp");
        check("base = \"azure\"\n[thresholds]\nhistory_bytes = 9", "history_bytes");
        check("base = \"azure\"\n[severity]\nX99 = \"warn\"", "X99");
        check("base = \"azure\"\n[thresholds]\njudged_as_of = \"today\"", "today");
        check("base = \"azure\"\n[thresholds]\nclient_alive_seconds_min = 900", "client_alive_seconds");
    }
}
