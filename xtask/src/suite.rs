//! `cargo xtask test`: everything that must hold, in one run, with one number at its end.
//!
//! A check that fails does not keep the others from running: who waits for a long run wants to know all that is wrong.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::arguments::Test;
use crate::demo_image::{self, Flavour};
use crate::postgres::Postgres;
use crate::workspace::{ORACLES, cargo, root, run, target};
use crate::{licences, packages};

/// How many tests and checks held, and how many did not.
#[derive(Debug, Default, PartialEq, Clone, Copy)]
pub struct Count {
    passed: u64,
    failed: u64,
    ignored: u64,
}

/// What has been done so far, and how long each part took.
#[derive(Default)]
struct Tally {
    count: Count,
    phases: Vec<(&'static str, Duration, bool)>,
}

pub fn test(wish: &Test) -> Result<ExitCode> {
    let started = Instant::now();
    provide(wish)?;
    let mut tally = Tally::default();
    if wish.filter.is_none() {
        tally.check("formatting", || {
            run(&mut cargo(&["fmt", "--all", "--check"]))?;
            run(&mut cargo(&["fmt", "--manifest-path", ORACLES, "--check"]))
        });
        tally.check("licences", check_licences);
        tally.check("lints", || {
            let all = ["--all-targets", "--locked", "--", "-D", "warnings"];
            run(cargo(&["clippy", "--workspace"]).args(all))?;
            let beside = ["clippy", "--manifest-path", ORACLES];
            run(cargo(&beside).env("CARGO_TARGET_DIR", target()).args(all))
        });
        deny(&mut tally);
    }
    tally.check("build", || run(&mut cargo(&["test", "--workspace", "--locked", "--no-run"])));
    let mut surroundings = Vec::new();
    if wish.image {
        tally.check("demo image", || {
            surroundings.push(demo_image()?);
            Ok(())
        });
    }
    tally.tests("tests", || tests(wish, &surroundings, &[]));
    if wish.filter.is_none() {
        tally.tests("oracles", oracles);
    }
    for (name, took, held) in &tally.phases {
        println!("{name:<12} {:>6.1} s{}", took.as_secs_f64(), if *held { "" } else { "   failed" });
    }
    println!("{:<12} {:>6.1} s", "in all", started.elapsed().as_secs_f64());
    if tally.count.ignored > 0 {
        println!("{} tests are switched off", tally.count.ignored);
    }
    println!("{} passed, {} failed", tally.count.passed, tally.count.failed);
    Ok(if tally.count.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Sees to it that everything which this run uses is installed.
pub fn provide(wish: &Test) -> Result<()> {
    let mut needs = vec![packages::POSTGRES, packages::MACHINES, packages::FILESYSTEMS, packages::PACKAGERS];
    if wish.image {
        needs.push(packages::DEMO_IMAGE);
    }
    if wish.browser {
        needs.push(packages::BROWSER);
    }
    packages::insist(&packages::provide(&needs, wish.yes)?)
}

/// Makes the demo image that tests deploy, and the variable by which they find it.
pub fn demo_image() -> Result<(&'static str, String)> {
    Ok(("HALLE_TEST_DEMO_IMAGE", demo_image::fresh(Flavour::Notes)?.display().to_string()))
}

/// Runs the tests with a PostgreSQL of their own, and counts.
/// `surroundings` and `extra` are variables of the environment.
pub fn tests(wish: &Test, surroundings: &[(&str, String)], extra: &[(&str, &str)]) -> Result<Count> {
    let postgres = Postgres::start().context("the tests' PostgreSQL did not start")?;
    let mut command = cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]);
    command.arg("--").args(&wish.filter);
    if !wish.browser {
        command.args(["--skip", "with_browser::"]);
    }
    command
        .env("TMPDIR", scratch())
        .env("HALLE_TEST_POSTGRES", postgres.url())
        .env("HALLE_TEST_BINARY", target().join("debug/halle"))
        .envs(surroundings.iter().map(|(name, value)| (name, value)))
        .envs(extra.iter().copied());
    counted(&mut command)
}

/// Runs the tests of our readers beside others', which are a workspace of their own. What both build is built once.
fn oracles() -> Result<Count> {
    let mut command = cargo(&["test", "--manifest-path", ORACLES, "--locked", "--no-fail-fast"]);
    counted(command.env("TMPDIR", scratch()).env("CARGO_TARGET_DIR", target()))
}

/// Runs tests, shows what they print, and counts.
fn counted(command: &mut Command) -> Result<Count> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cargo could not be started")?;
    let mut count = Count::default();
    for line in BufReader::new(child.stdout.take().expect("standard output is piped")).lines() {
        let line = line?;
        println!("{line}");
        count = count.with(&line);
    }
    let status = child.wait()?;
    if !status.success() && count.failed == 0 {
        // Something broke that no test could say: a program that does not build, or that died at once.
        count.failed = 1;
    }
    Ok(count)
}

/// Where tests put their files: into memory where there is some, since hundreds of small databases that wait for a disk to
/// confirm each write take ten times as long and prove nothing more.
fn scratch() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

impl Count {
    /// Adds what a line of a test program's output says, if it is the line that sums it up.
    fn with(self, line: &str) -> Count {
        let Some(sum) = line.trim_start().strip_prefix("test result: ") else { return self };
        let number = |what: &str| -> u64 {
            let before = sum.split([';', '.']).find_map(|part| part.trim().strip_suffix(what));
            before.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
        };
        Count {
            passed: self.passed + number("passed"),
            failed: self.failed + number("failed"),
            ignored: self.ignored + number("ignored"),
        }
    }
}

impl Tally {
    /// Does one part that holds or does not.
    fn check(&mut self, name: &'static str, part: impl FnOnce() -> Result<()>) {
        self.tests(name, || {
            part()?;
            Ok(Count { passed: 1, ..Count::default() })
        });
    }

    /// Does one part that counts for itself.
    fn tests(&mut self, name: &'static str, part: impl FnOnce() -> Result<Count>) {
        println!("── {name}");
        let started = Instant::now();
        let count = part().unwrap_or_else(|fault| {
            println!("{name}: {fault:#}");
            Count { failed: 1, ..Count::default() }
        });
        self.count.passed += count.passed;
        self.count.failed += count.failed;
        self.count.ignored += count.ignored;
        self.phases.push((name, started.elapsed(), count.failed == 0));
    }
}

fn check_licences() -> Result<()> {
    let offences = licences::offences()?;
    if offences.is_empty() { Ok(()) } else { anyhow::bail!("\n  {}", offences.join("\n  ")) }
}

/// Lets `cargo-deny` look at advisories and sources as well, where it is installed.
fn deny(tally: &mut Tally) {
    let installed = cargo(&["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if installed.is_ok_and(|status| status.success()) {
        tally.check("cargo-deny", || {
            for manifest in ["Cargo.toml", ORACLES] {
                let manifest = root().join(manifest).display().to_string();
                let of = ["deny", "--manifest-path", &manifest, "--all-features"];
                run(cargo(&of).args(["check", "bans", "licenses", "sources"]))?;
            }
            Ok(())
        });
    } else {
        println!("── cargo-deny is not installed, so advisories and sources are not looked at");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_programs_sum_is_added() {
        let output = "running 3 tests\n\
            test result: FAILED. 2 passed; 1 failed; 4 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            a test that prints 5 passed; 6 failed\n\
            test result: ok. 10 passed; 0 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.20s\n";
        let count = output.lines().fold(Count::default(), Count::with);
        assert_eq!(count, Count { passed: 12, failed: 1, ignored: 4 });
    }

    #[test]
    fn a_part_that_breaks_counts_as_failed_and_does_not_keep_the_next_from_running() {
        let mut tally = Tally::default();
        tally.check("broken", || anyhow::bail!("it broke"));
        tally.check("whole", || Ok(()));
        assert_eq!(tally.count, Count { passed: 1, failed: 1, ignored: 0 });
    }
}
