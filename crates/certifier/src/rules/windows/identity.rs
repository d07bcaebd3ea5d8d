//! W01–W04: what the system is, whether it was generalised, and whether it is patched.

use crate::facts::Facts;
use crate::finding::{EVIDENCE_MAX, Evidence, Look, Outcome, Undecided, Weight};
use crate::phrase::{quote, say};
use crate::profile::Thresholds;
use crate::rules::windows::{setting, shown};
use crate::windows::system::Windows;
use crate::windows::versions::{State, TABLE, Version};

const KERNEL: &str = "/Windows/System32/ntoskrnl.exe";
const SETUP_STATE: &str = r"Microsoft\Windows\CurrentVersion\Setup\State";
const STATE_FILE: &str = "/Windows/Setup/State/State.ini";
const GENERALISED: &str = "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE";

/// Where setup looks for answers, and leaves them behind.
const ANSWER_FILES: [&str; 6] = [
    "/Windows/Panther/unattend.xml",
    "/Windows/Panther/Unattend/unattend.xml",
    "/Windows/System32/Sysprep/unattend.xml",
    "/Windows/System32/Sysprep/Panther/unattend.xml",
    "/unattend.xml",
    "/autounattend.xml",
];

/// What setup writes over a password once it is used.
const DELETED: &str = "*sensitive*data*deleted*";

const TAG_BYTES_MAX: usize = 64;

/// Editions that platforms take, by how their names begin.
const EDITIONS: [&str; 9] = [
    "ServerStandard",
    "ServerDatacenter",
    "ServerTurbine",
    "ServerSolution",
    "ServerRdsh",
    "Enterprise",
    "Professional",
    "Education",
    "IoTEnterprise",
];

/// By build, the driver's version below which the hole is open through which WannaCry came. Later builds never had it.
const WANNACRY: [(u64, Version); 4] = [
    (7601, Version([6, 1, 7601, 23689])),
    (9200, Version([6, 2, 9200, 22099])),
    (9600, Version([6, 3, 9600, 18604])),
    (14_393, Version([10, 0, 14_393, 953])),
];
const SMB_DRIVERS: [&str; 2] = ["/Windows/System32/drivers/srv.sys", "/Windows/System32/drivers/srv2.sys"];

pub fn is_64_bit(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let Some(kernel) = windows.program(KERNEL)? else {
        return Err(Undecided(say("W01.no_kernel").text("path", KERNEL)));
    };
    let mut evidence = Vec::new();
    let machine = kernel.machine.name();
    if !kernel.machine.is_64_bit() {
        evidence.push(Evidence::full(quote(&machine)).at(KERNEL).expected(say("W01.expected")));
    }
    let environment = windows.control_set()?.at(r"Control\Session Manager\Environment");
    const NAME: &str = "PROCESSOR_ARCHITECTURE";
    if let Some(text) = environment.text(NAME)?
        && !["amd64", "arm64"].contains(&text.to_ascii_lowercase().as_str())
    {
        evidence.push(setting(Weight::Full, &environment, NAME, quote(&text), "AMD64"));
    }
    Ok(Outcome::of(evidence, say("W01.broken"), say("W01.holds").text("machine", &machine)))
}

/// What the system says of its own state: the place, and the word.
fn image_state(windows: &Windows) -> Result<Option<(String, String)>, Undecided> {
    let state = windows.software()?.at(SETUP_STATE);
    if let Some(text) = state.text("ImageState")? {
        return Ok(Some((state.place("ImageState"), text)));
    }
    let text = windows.text(STATE_FILE)?.unwrap_or_default();
    let setting = text.lines().filter_map(|line| line.split_once('='));
    let mut found = setting.filter(|(name, _)| name.trim().eq_ignore_ascii_case("ImageState"));
    Ok(found.next().map(|(_, value)| (STATE_FILE.to_owned(), value.trim().to_owned())))
}

/// Whether the next start asks who owns the machine, as after sysprep.
pub fn is_generalised(windows: &Windows) -> Result<bool, Undecided> {
    Ok(image_state(windows)?.is_some_and(|(_, state)| state == GENERALISED))
}

pub fn generalised(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let mut evidence = Vec::new();
    match image_state(windows)? {
        Some((_, state)) if state == GENERALISED => {}
        Some((place, state)) => {
            evidence.push(Evidence::full(quote(&state)).at(&place).expected(quote(GENERALISED)));
        }
        None => {
            let place = windows.software()?.at(SETUP_STATE).place("ImageState");
            let piece = Evidence::full(say("registry.no_value"));
            evidence.push(piece.at(&place).expected(quote(GENERALISED)));
        }
    }
    let setup = windows.system()?.at("Setup");
    let sysprep = setup.at(r"Status\SysprepStatus");
    // These are left out by some releases, so only what contradicts counts.
    for (branch, name, wanted) in
        [(&sysprep, "GeneralizationState", 7), (&sysprep, "CleanupState", 2), (&setup, "OOBEInProgress", 1)]
    {
        let found = branch.number(name)?;
        if found.is_some_and(|found| found != wanted) {
            evidence.push(setting(Weight::Light, branch, name, shown(found), &wanted.to_string()));
        }
    }
    for path in ANSWER_FILES {
        let text = windows.text(path)?.unwrap_or_default();
        for line in passwords(&text) {
            let piece = Evidence::full(say("W02.password")).at(path).line(line);
            evidence.push(piece.expected(say("W02.no_password")));
        }
    }
    Ok(Outcome::of(evidence, say("W02.broken"), say("W02.holds")))
}

/// The lines of an answer file at which a password begins that was not deleted.
fn passwords(text: &str) -> Vec<u64> {
    const END: &str = "password>";
    let lower = text.to_ascii_lowercase();
    let (mut at, mut counted, mut line) = (0, 0, 1);
    let mut lines = Vec::new();
    while let Some(found) = lower[at..].find(END).filter(|_| lines.len() < EVIDENCE_MAX) {
        let end = at + found + END.len();
        at = end;
        // The tag that ends here. Longer ones are no names of setup's.
        let from = end.saturating_sub(TAG_BYTES_MAX);
        let Some(start) = lower.as_bytes()[from..end].iter().rposition(|byte| *byte == b'<') else {
            continue;
        };
        let start = from + start;
        let name = &lower[start + 1..end - 1];
        if name.starts_with('/') || name.contains(char::is_whitespace) {
            continue;
        }
        let inside = lower[end..].split(&format!("</{name}>")).next().unwrap_or_default();
        let value = match inside.split_once("<value>") {
            Some((_, rest)) => rest.split("</value>").next().unwrap_or_default(),
            None if inside.contains('<') => "",
            None => inside,
        };
        if !value.trim().is_empty() && value.trim() != DELETED {
            line += lower[counted..start].matches('\n').count() as u64;
            counted = start;
            lines.push(line);
        }
        at += inside.len();
    }
    lines
}

pub fn edition(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let version = windows.current_version()?;
    let (kind, number) = (windows.kind()?, windows.build()?);
    let mut evidence = Vec::new();
    let name = match TABLE.build(kind, number) {
        Some(build) => {
            let weight = match build.state {
                State::Current => None,
                State::Ending => Some(Weight::Light),
                State::Refused => Some(Weight::Full),
            };
            let found = say("W03.build").text("name", build.name).text("build", &number.to_string());
            let expected = say("W03.supported").text("date", TABLE.date);
            evidence.extend(weight.map(|weight| {
                let piece = setting(weight, &version, "CurrentBuildNumber", found, "");
                piece.expected(expected)
            }));
            build.name.to_owned()
        }
        None => {
            // A build that came after the table may be good; one that is missing from its middle is not.
            let weight = if number > TABLE.newest(kind) { Weight::Light } else { Weight::Full };
            let found = quote(&number.to_string());
            let piece = setting(weight, &version, "CurrentBuildNumber", found, "");
            evidence.push(piece.expected(say("W03.supported").text("date", TABLE.date)));
            version.text("ProductName")?.unwrap_or_default()
        }
    };
    let edition = version.text("EditionID")?;
    let place = |piece: Evidence| piece.at(&version.place("EditionID")).expected(say("W03.edition"));
    match edition.as_deref() {
        // An evaluation shuts down by itself after half a year.
        Some(edition) if edition.to_ascii_lowercase().contains("eval") => {
            evidence.push(place(Evidence::full(quote(edition))));
        }
        Some(edition) if EDITIONS.iter().any(|known| edition.starts_with(known)) => {}
        Some(edition) => evidence.push(place(Evidence::light(quote(edition)))),
        None => evidence.push(place(Evidence::full(say("registry.no_value")))),
    }
    let holds = say("W03.holds").text("name", &name).text("edition", &edition.unwrap_or_default());
    Ok(Outcome::of(evidence, say("W03.broken").text("name", &name), holds))
}

pub fn patched(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let (kind, number) = (windows.kind()?, windows.build()?);
    let mut evidence = Vec::new();
    for (_, floor) in WANNACRY.iter().filter(|(build, _)| *build == number) {
        for path in SMB_DRIVERS {
            let Some(driver) = windows.program(path)? else {
                continue;
            };
            let version =
                driver.version.ok_or_else(|| Undecided(say("W04.no_version").text("path", path)))?;
            if version < *floor {
                let piece = Evidence::full(quote(&version.to_string())).at(path);
                evidence.push(piece.expected(say("W04.at_least").text("version", &floor.to_string())));
            }
        }
    }
    let current = windows.current_version()?;
    let Some(revision) = current.number("UBR")? else {
        return Err(Undecided(say("registry.missing").text("place", &current.place("UBR"))));
    };
    let found = quote(&format!("{number}.{revision}"));
    match TABLE.build(kind, number) {
        Some(build) if revision < build.revision => {
            let least = format!("{number}.{}", build.revision);
            let expected = say("W04.of_date").text("version", &least).text("date", TABLE.date);
            evidence.push(Evidence::full(found).at(&current.place("UBR")).expected(expected));
        }
        Some(_) => {}
        None => {
            let newer = number > TABLE.newest(kind);
            let piece = if newer { Evidence::light(found) } else { Evidence::full(found) };
            let expected = say("W03.supported").text("date", TABLE.date);
            evidence.push(piece.at(&current.place("UBR")).expected(expected));
        }
    }
    let version = format!("{number}.{revision}");
    let holds = say("W04.holds").text("version", &version).text("date", TABLE.date);
    Ok(Outcome::of(evidence, say("W04.broken"), holds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, lines: &[u64]) {
        assert_eq!(passwords(text), lines, "{text}");
    }

    #[test]
    fn a_password_in_an_answer_file_is_found_unless_it_was_deleted() {
        check("<AdministratorPassword>\n <Value>x</Value>\n</AdministratorPassword>", &[1]);
        check("\n<Password>secret</Password>", &[2]);
        check("<Password>*SENSITIVE*DATA*DELETED*</Password>", &[]);
        check("<Password><Value>*SENSITIVE*DATA*DELETED*</Value></Password>\n<PASSWORD>a</PASSWORD>", &[2]);
        check("<Password><Value></Value><PlainText>true</PlainText></Password>", &[]);
        check("<Password>", &[]);
        check("password></password>", &[]);
        check("no new password> here", &[]);
    }
}
