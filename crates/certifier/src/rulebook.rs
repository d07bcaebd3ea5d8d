//! The rules, a row each. A rule's id is for ever: reports, appeals and the guide point at it. Its words stand in
//! `words/`: `ID.title`, `ID.why` and `ID.remedy`, beside the phrases that its function says.

use crate::facts::{Disk, Facts, Linux};
use crate::finding::{Look, Outcome, Undecided, Verdict};
use crate::phrase::say;
use crate::profile::{Profile, Severity, Thresholds};
use crate::report::Judged;
use crate::rules::{
    accounts, boot, container, content, generalised, leftovers, market, partitions, privileges, ssh, swap,
    system,
};

/// The edition of the rulebook. It changes whenever a verdict could.
pub const EDITION: &str = "2026.11-1";

/// What a full breach of a rule means under each profile.
#[derive(Debug, Clone, Copy)]
pub struct Severities {
    pub azure: Severity,
    pub kvm: Severity,
    pub strict: Severity,
}

/// The type that the footer of a fixed VHD gives.
const FIXED_KIND: u32 = 2;

/// What must be there before a rule can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Only a file.
    File,
    /// A VHD footer at the end of it.
    Footer,
    /// A footer of a fixed VHD: of any other kind it means something else.
    FixedVhd,
    /// The guest's disk.
    Disk,
    /// A Linux system on it.
    Linux,
    /// The pass over all bytes.
    Content,
}

pub struct Rule {
    pub id: &'static str,
    pub needs: Needs,
    pub severity: Severities,
    pub look: fn(&Facts, &Thresholds) -> Look,
}

use Needs::{Content, Disk as OnDisk, File, FixedVhd, Footer, Linux as OnLinux};

const FAIL: Severities = Severities { azure: Severity::Fail, kvm: Severity::Fail, strict: Severity::Fail };
const WARN: Severities = Severities { azure: Severity::Warn, kvm: Severity::Warn, strict: Severity::Fail };
/// Of no concern to the market's own machines.
const AZURE: Severities = Severities { azure: Severity::Fail, kvm: Severity::Off, strict: Severity::Fail };
/// A refusal there, a hint here.
const AZURE_ABOVE_ALL: Severities =
    Severities { azure: Severity::Fail, kvm: Severity::Warn, strict: Severity::Fail };
const KVM: Severities = Severities { azure: Severity::Off, kvm: Severity::Fail, strict: Severity::Fail };

const fn rule(
    id: &'static str,
    needs: Needs,
    severity: Severities,
    look: fn(&Facts, &Thresholds) -> Look,
) -> Rule {
    Rule { id, needs, severity, look }
}

pub const RULEBOOK: &[Rule] = &[
    rule("V01", File, FAIL, container::is_a_vhd),
    rule("V02", Footer, FAIL, container::checksum),
    rule("V03", Footer, FAIL, container::fixed),
    rule("V04", FixedVhd, FAIL, container::whole_mib),
    rule("V05", FixedVhd, FAIL, container::length),
    rule("V06", FixedVhd, FAIL, container::large_enough),
    rule("V07", FixedVhd, FAIL, container::small_enough),
    rule("V08", FixedVhd, FAIL, container::os_disk_size),
    rule("V09", FixedVhd, WARN, container::version_and_features),
    rule("V10", FixedVhd, WARN, container::data_offset),
    rule("V11", FixedVhd, WARN, container::original_size),
    rule("V12", FixedVhd, FAIL, container::saved_state),
    rule("V13", FixedVhd, WARN, container::geometry),
    rule("V14", FixedVhd, WARN, container::creator),
    rule("V15", FixedVhd, FAIL, container::one_reading),
    rule("V16", FixedVhd, WARN, container::unique_id),
    rule("V17", File, AZURE_ABOVE_ALL, container::file_name),
    rule("V18", Content, WARN, container::unused),
    rule("P01", OnDisk, FAIL, partitions::table),
    rule("P02", OnDisk, FAIL, partitions::first_mib),
    rule("P03", OnDisk, FAIL, partitions::no_swap),
    rule("P07", OnDisk, FAIL, partitions::boots),
    rule("P08", OnDisk, FAIL, partitions::inside),
    rule("L01", OnLinux, FAIL, system::is_64_bit),
    rule("L03", OnLinux, AZURE, system::agent),
    rule("L08", OnLinux, FAIL, boot::serial_console),
    rule("L14", OnLinux, FAIL, swap::none_configured),
    rule("L16", OnLinux, FAIL, ssh::server),
    rule("L17", OnLinux, AZURE_ABOVE_ALL, ssh::client_alive),
    rule("L18", OnLinux, FAIL, ssh::root_login),
    rule("L19", OnLinux, FAIL, ssh::no_host_keys),
    rule("L20", OnLinux, FAIL, accounts::no_passwords),
    rule("L21", OnLinux, FAIL, accounts::no_authorized_keys),
    rule("L22", OnLinux, FAIL, privileges::no_people),
    rule("L23", OnLinux, FAIL, privileges::sudo),
    rule("L24", OnLinux, FAIL, accounts::no_histories),
    rule("L25", OnLinux, FAIL, generalised::generalised),
    rule("L33", OnLinux, FAIL, leftovers::no_traces_of_the_build),
    rule("L34", OnLinux, FAIL, leftovers::runs_what_packages_brought),
    rule("L35", OnLinux, WARN, privileges::privileged_files),
    rule("L37", OnLinux, WARN, leftovers::tidy),
    rule("K01", OnLinux, KVM, market::virtio_at_boot),
    rule("K02", OnLinux, KVM, market::seed_reader),
    rule("S01", Content, FAIL, content::no_private_keys),
    rule("S02", Content, FAIL, content::no_credentials),
    rule("S03", Content, WARN, content::no_secrets_outside_files),
    rule("M01", Content, FAIL, content::no_malware),
    rule("M02", Content, WARN, content::archives_read_whole),
];

pub fn rule_of(id: &str) -> Option<&'static Rule> {
    RULEBOOK.iter().find(|rule| rule.id.eq_ignore_ascii_case(id))
}

impl Facts {
    /// The guest's disk. Rules that need it are only asked when it is there.
    pub fn disk(&self) -> Result<&Disk, Undecided> {
        self.disk.as_ref().ok_or_else(|| Undecided(say("undecided.no_disk")))
    }

    pub fn linux(&self) -> Result<&Linux, Undecided> {
        self.disk()?.linux.as_ref().ok_or_else(|| Undecided(say("undecided.no_linux")))
    }

    fn lacks(&self, needs: Needs) -> Option<Undecided> {
        let lacking = match needs {
            File => return None,
            Footer => {
                let lacks = self.container.vhd.footer.is_none();
                return lacks.then(|| Undecided(say("undecided.no_footer")));
            }
            FixedVhd => {
                let Some(footer) = &self.container.vhd.footer else {
                    return Some(Undecided(say("undecided.no_footer")));
                };
                return (footer.kind != FIXED_KIND).then(|| Undecided(say("undecided.not_fixed")));
            }
            OnDisk => self.disk().err(),
            OnLinux => self.linux().err(),
            Content => self
                .disk()
                .err()
                .or_else(|| self.content.is_none().then(|| Undecided(say("undecided.not_looked")))),
        };
        if let (OnLinux, Some(_), Ok(disk)) = (needs, &lacking, self.disk()) {
            return Some(why_no_linux(disk));
        }
        lacking
    }
}

/// Why no Linux system was found, as exactly as can be said.
fn why_no_linux(disk: &Disk) -> Undecided {
    for volume in &disk.volumes {
        if let Some(Err(why)) = &volume.tree {
            let at = u64::from(volume.number);
            return Undecided(say("undecided.volume").count("number", at).phrase("why", why.clone()));
        }
    }
    let kinds = disk.volumes.iter().map(|volume| crate::phrase::quote(&volume.kind.to_string())).collect();
    Undecided(say("undecided.no_linux_among").list("kinds", kinds))
}

/// Asks every rule that `wanted` lets through. Judging cannot fail: what is bad, or cannot be known, is in the answer.
pub fn judge(facts: &Facts, profile: &Profile, wanted: fn(&Rule) -> bool) -> Vec<Judged> {
    RULEBOOK.iter().filter(|rule| wanted(rule)).map(|rule| judge_one(rule, facts, profile)).collect()
}

fn judge_one(rule: &Rule, facts: &Facts, profile: &Profile) -> Judged {
    let severity = profile.severity(rule);
    let judged = |verdict, reason| Judged {
        id: rule.id.to_owned(),
        severity,
        verdict,
        reason,
        evidence: Vec::new(),
        remedy: None,
    };
    if severity == Severity::Off {
        return judged(Verdict::NotApplicable, say("not_applicable.profile").text("profile", &profile.name));
    }
    let look = match facts.lacks(rule.needs) {
        Some(undecided) => Err(undecided),
        None => (rule.look)(facts, &profile.thresholds),
    };
    match look {
        Err(Undecided(why)) => judged(Verdict::NotDecided, why),
        Ok(Outcome::NotApplicable { why }) => judged(Verdict::NotApplicable, why),
        Ok(Outcome::Holds { reason }) => judged(Verdict::Pass, reason),
        Ok(Outcome::Broken { reason, evidence, remedy }) => {
            let full = evidence.iter().any(|piece| piece.weight == crate::finding::Weight::Full);
            let verdict = if full && severity == Severity::Fail { Verdict::Fail } else { Verdict::Warn };
            let remedy = Some(remedy.unwrap_or_else(|| say(&format!("{}.remedy", rule.id))));
            Judged { evidence, remedy, ..judged(verdict, reason) }
        }
    }
}
