//! The rules, a row each. A rule's id is for ever: reports, appeals and the guide point at it. Its words stand in
//! `words/`: `ID.title`, `ID.why` and `ID.remedy`, beside the phrases that its function says.

use crate::facts::{Disk, Facts, Linux};
use crate::finding::{Look, Outcome, Undecided, Verdict};
use crate::linux::belonging::Belonging;
use crate::phrase::say;
use crate::profile::{Profile, Severity, Thresholds};
use crate::report::Judged;
use crate::rules::{
    accounts, agent, boot, container, content, drivers, firewall, generalised, holes, later, lifetime,
    market, network, packages, partitions, privileges, remains, sources, ssh, swap, system, volumes, windows,
};
use crate::windows::system::Windows;

/// The edition of the rulebook. It changes whenever a verdict could.
pub const EDITION: &str = "2026.11-2";

/// The day of the edition, as of which lifetimes are judged unless a profile names another.
pub const EDITION_DAY: &str = "2026-11-22";

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
    /// A Windows system on it.
    Windows,
    /// The pass over all bytes.
    Content,
    /// A running machine, which a certifier of disks never has.
    Boot,
}

pub struct Rule {
    pub id: &'static str,
    pub needs: Needs,
    pub severity: Severities,
    pub look: fn(&Facts, &Thresholds) -> Look,
}

use Needs::{Boot, Content, Disk as OnDisk, File, FixedVhd, Footer, Linux as OnLinux, Windows as OnWindows};

const FAIL: Severities = Severities { azure: Severity::Fail, kvm: Severity::Fail, strict: Severity::Fail };
const WARN: Severities = Severities { azure: Severity::Warn, kvm: Severity::Warn, strict: Severity::Fail };
/// Of no concern to the market's own machines.
const AZURE: Severities = Severities { azure: Severity::Fail, kvm: Severity::Off, strict: Severity::Fail };
/// A refusal there, a hint here.
const AZURE_ABOVE_ALL: Severities =
    Severities { azure: Severity::Fail, kvm: Severity::Warn, strict: Severity::Fail };
/// A hint there, of no concern here.
const AZURE_HINT: Severities =
    Severities { azure: Severity::Warn, kvm: Severity::Off, strict: Severity::Fail };
/// Never more than a hint.
const HINT: Severities = Severities { azure: Severity::Warn, kvm: Severity::Warn, strict: Severity::Warn };
const KVM: Severities = Severities { azure: Severity::Off, kvm: Severity::Fail, strict: Severity::Fail };
/// What only a running machine shows. It is told, and never stands in the way of a certificate.
const LATER: Severities = Severities { azure: Severity::Warn, kvm: Severity::Warn, strict: Severity::Warn };
const LATER_ON_AZURE: Severities =
    Severities { azure: Severity::Warn, kvm: Severity::Off, strict: Severity::Warn };

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
    rule("P04", OnLinux, FAIL, volumes::one_root),
    rule("P05", OnDisk, WARN, volumes::no_layers),
    rule("P06", OnDisk, FAIL, volumes::not_encrypted),
    rule("P07", OnDisk, FAIL, partitions::boots),
    rule("P08", OnDisk, FAIL, partitions::inside),
    rule("P09", OnDisk, FAIL, volumes::sound),
    rule("P10", Content, WARN, volumes::nothing_left_over),
    rule("L01", OnLinux, FAIL, system::is_64_bit),
    rule("L02", OnLinux, AZURE_ABOVE_ALL, lifetime::supported),
    rule("L03", OnLinux, AZURE, system::agent),
    rule("L04", OnLinux, AZURE_HINT, agent::updates_itself),
    rule("L05", OnLinux, AZURE, agent::starts_at_boot),
    rule("L06", OnLinux, AZURE, agent::provisioner),
    rule("L07", OnLinux, AZURE, agent::cloud_init_reads_azure),
    rule("L08", OnLinux, FAIL, boot::serial_console),
    rule("L09", OnLinux, WARN, boot::early_messages),
    rule("L10", OnLinux, AZURE_ABOVE_ALL, boot::arguments),
    rule("L11", OnLinux, AZURE, drivers::hyper_v),
    rule("L12", OnLinux, AZURE, drivers::filesystems),
    rule("L13", OnLinux, FAIL, holes::known_bad_kernel),
    rule("L14", OnLinux, FAIL, swap::none_configured),
    rule("L15", OnLinux, FAIL, swap::none_made_at_boot),
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
    rule("L26", OnLinux, FAIL, network::no_pins),
    rule("L27", OnLinux, AZURE_ABOVE_ALL, network::by_dhcp),
    rule("L28", OnLinux, WARN, sources::reachable_and_signed),
    rule("L29", OnLinux, FAIL, packages::openssl),
    rule("L30", OnLinux, AZURE_HINT, packages::python),
    rule("L31", OnLinux, FAIL, packages::omi),
    rule("L32", OnLinux, FAIL, holes::old_holes),
    rule("L33", OnLinux, FAIL, remains::no_traces_of_the_build),
    rule("L34", OnLinux, FAIL, remains::runs_what_packages_brought),
    rule("L35", OnLinux, WARN, privileges::privileged_files),
    rule("L36", OnLinux, WARN, firewall::none_undeclared),
    rule("L37", OnLinux, WARN, remains::tidy),
    rule("K01", OnLinux, KVM, market::virtio_at_boot),
    rule("K02", OnLinux, KVM, market::seed_reader),
    rule("K03", OnWindows, KVM, windows::startup::virtio_drivers),
    rule("K04", OnWindows, KVM, windows::startup::seed_reader),
    rule("S01", Content, FAIL, content::no_private_keys),
    rule("S02", Content, FAIL, content::no_credentials),
    rule("S03", Content, WARN, content::no_secrets_outside_files),
    rule("M01", Content, FAIL, content::no_malware),
    rule("M02", Content, WARN, content::archives_read_whole),
    rule("C01", OnLinux, HINT, packages::bill_of_materials),
    rule("C02", OnLinux, WARN, packages::vulnerabilities),
    rule("C03", OnLinux, HINT, packages::feed_is_fresh),
    rule("W01", OnWindows, FAIL, windows::identity::is_64_bit),
    rule("W02", OnWindows, FAIL, windows::identity::generalised),
    rule("W03", OnWindows, FAIL, windows::identity::edition),
    rule("W04", OnWindows, FAIL, windows::identity::patched),
    rule("W05", OnWindows, AZURE_ABOVE_ALL, windows::access::remote_desktop),
    rule("W06", OnWindows, FAIL, windows::network::no_smb1),
    rule("W07", OnWindows, WARN, windows::network::firewall),
    rule("W08", OnWindows, AZURE_HINT, windows::startup::default_start),
    rule("W09", OnWindows, WARN, windows::startup::time),
    rule("W10", OnWindows, AZURE_HINT, windows::startup::san_policy),
    rule("W11", OnWindows, AZURE_ABOVE_ALL, windows::network::no_own_network),
    rule("W12", OnDisk, FAIL, windows::upkeep::no_bitlocker),
    rule("W13", OnWindows, AZURE, windows::startup::no_unsupported_roles),
    rule("W14", OnWindows, AZURE_ABOVE_ALL, windows::upkeep::no_licensed_software),
    rule("W15", OnWindows, FAIL, windows::access::no_passwords),
    rule("W16", OnWindows, AZURE_HINT, windows::upkeep::agent),
    rule("W17", OnWindows, WARN, windows::upkeep::updates),
    rule("W18", OnWindows, WARN, windows::boot::boot_store),
    rule("W19", OnWindows, AZURE_HINT, windows::upkeep::page_file),
    rule("W20", OnWindows, FAIL, windows::traces::none_left),
    rule("W21", OnWindows, AZURE, windows::startup::hyper_v_drivers),
    rule("B01", Boot, LATER, later::provisions),
    rule("B02", Boot, LATER, later::restarts),
    rule("B03", Boot, LATER, later::disks),
    rule("B04", Boot, LATER, later::networks),
    rule("B05", Boot, LATER, later::name_resolution),
    rule("B06", Boot, LATER, later::console),
    rule("B07", Boot, LATER_ON_AZURE, later::agent),
    rule("B08", Boot, LATER_ON_AZURE, later::extensions),
    rule("B09", Boot, LATER, later::journal),
    rule("B10", Boot, LATER, later::update),
    rule("B11", Boot, LATER_ON_AZURE, later::resource_disk),
    rule("B12", Boot, LATER_ON_AZURE, later::key_values),
    rule("B13", Boot, LATER, later::clock),
    rule("B14", Boot, LATER_ON_AZURE, later::appliance),
    rule("B15", Boot, LATER, later::ports),
    rule("B16", Boot, LATER, later::swap),
    rule("B17", Boot, LATER_ON_AZURE, later::administrator),
    rule("B18", Boot, LATER_ON_AZURE, later::ipv6),
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

    pub fn windows(&self) -> Result<&Windows, Undecided> {
        self.disk()?.windows.as_ref().ok_or_else(|| Undecided(say("undecided.no_windows")))
    }

    /// What of the system came with packages.
    pub fn belonging(&self) -> Result<&Belonging, Undecided> {
        let not_looked = || Undecided(say("undecided.not_looked"));
        let content = self.content.as_ref().ok_or_else(not_looked)?;
        content.belonging.as_ref().ok_or_else(not_looked)?.as_ref().map_err(Clone::clone)
    }

    /// What is to be said of a rule without asking it, because what it needs is not there.
    fn lacks(&self, needs: Needs) -> Option<Look> {
        let undecided = |phrase| Some(Err(Undecided(phrase)));
        match needs {
            // Rules about a running machine say themselves why they cannot be asked.
            File | Boot => None,
            Footer | FixedVhd => match &self.container.vhd.footer {
                None => undecided(say("undecided.no_footer")),
                Some(footer) if needs == FixedVhd && footer.kind != FIXED_KIND => {
                    undecided(say("undecided.not_fixed"))
                }
                Some(_) => None,
            },
            OnDisk => self.disk().err().map(Err),
            OnLinux | OnWindows => self.disk().map_or_else(|no| Some(Err(no)), |disk| disk.lacks(needs)),
            Content => match self.disk() {
                Err(no) => Some(Err(no)),
                Ok(_) if self.content.is_none() => undecided(say("undecided.not_looked")),
                Ok(_) => None,
            },
        }
    }
}

impl Disk {
    /// Rules for one system do not apply to a disk that holds the other. Where there is neither, nothing is known.
    fn lacks(&self, needs: Needs) -> Option<Look> {
        let other = match (needs, &self.linux, &self.windows) {
            (OnLinux, Some(_), _) | (OnWindows, _, Some(_)) => return None,
            (OnLinux, None, Some(_)) => say("not_applicable.windows"),
            (OnWindows, Some(_), None) => say("not_applicable.linux"),
            _ => return Some(Err(why_no_system(self))),
        };
        Some(Ok(Outcome::not_applicable(other)))
    }
}

/// Why no system was found, as exactly as can be said.
fn why_no_system(disk: &Disk) -> Undecided {
    for volume in &disk.volumes {
        if let Some(Err(why)) = &volume.tree {
            return Undecided(
                say("undecided.volume").phrase("volume", volume.called()).phrase("why", why.clone()),
            );
        }
    }
    let kinds = disk.volumes.iter().map(|volume| crate::phrase::quote(&volume.kind.to_string())).collect();
    Undecided(say("undecided.no_system_among").list("kinds", kinds))
}

/// Asks every rule that `wanted` lets through. Judging cannot fail: what is bad, or cannot be known, is in the answer.
pub fn judge(facts: &Facts, profile: &Profile, wanted: fn(&Rule) -> bool) -> Vec<Judged> {
    RULEBOOK.iter().filter(|rule| wanted(rule)).map(|rule| judge_one(rule, facts, profile)).collect()
}

pub(crate) fn judge_one(rule: &Rule, facts: &Facts, profile: &Profile) -> Judged {
    let severity = profile.severity(rule);
    let judged = |verdict, reason| Judged {
        id: rule.id.to_owned(),
        severity,
        verdict,
        reason,
        evidence: Vec::new(),
        remedy: None,
        exception: None,
    };
    if severity == Severity::Off {
        return judged(Verdict::NotApplicable, say("not_applicable.profile").text("profile", &profile.name));
    }
    let missed = facts.missed();
    let look = facts.lacks(rule.needs).unwrap_or_else(|| (rule.look)(facts, &profile.thresholds));
    // Whatever a rule makes of half an answer, it counts for nothing.
    let look = if facts.missed() > missed { Err(Undecided(say("undecided.not_kept"))) } else { look };
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
