//! Every dependency's licence is one that `deny.toml` allows.
//!
//! `cargo-deny` looks deeper (advisories, sources, the licence texts themselves), but it is rarely installed. This check
//! always runs, and reads the same list.

use anyhow::{Context, Result};

use crate::workspace::{ORACLES, cargo, printed, root};

/// The dependencies whose licence is not allowed, each as a sentence.
pub fn offences() -> Result<Vec<String>> {
    let deny = std::fs::read_to_string(root().join("deny.toml")).context("deny.toml could not be read")?;
    let allowed = allowed(&deny).context("deny.toml has no list `allow` under [licenses]")?;
    let mut trees = String::new();
    for manifest in ["Cargo.toml", ORACLES] {
        let of = ["tree", "--manifest-path", manifest, "--workspace", "--locked"];
        let shown = ["--edges", "normal,build,dev", "--prefix", "none", "--format", "{p}\t{l}"];
        trees.push_str(&printed(cargo(&of).args(shown))?);
    }
    Ok(judge(&trees, &allowed))
}

fn judge(tree: &str, allowed: &[String]) -> Vec<String> {
    let mut offences: Vec<String> = tree
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(package, licence)| (package, licence.trim_end_matches("(*)").trim()))
        .filter(|(_, licence)| !fits(licence, allowed))
        .map(|(package, licence)| match licence {
            "" => format!("{package} names no licence"),
            licence => format!("{package} is under {licence}, which deny.toml does not allow"),
        })
        .collect();
    offences.sort();
    offences.dedup();
    offences
}

/// The entries of `allow = [ … ]` in the section `[licenses]`.
fn allowed(deny: &str) -> Option<Vec<String>> {
    let section = deny.split_once("[licenses]")?.1;
    let list = section.split_once("allow = [")?.1.split_once(']')?.0;
    let without_comments = list.lines().map(|line| line.split('#').next().unwrap_or_default());
    let names = without_comments.flat_map(|line| line.split(',')).map(|name| name.trim().trim_matches('"'));
    Some(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// Whether an SPDX expression can be met with allowed licences alone.
fn fits(expression: &str, allowed: &[String]) -> bool {
    // Old manifests write `MIT/Apache-2.0` for a choice.
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    either(&mut rest, allowed) && rest.is_empty()
}

fn either(words: &mut &[&str], allowed: &[String]) -> bool {
    let mut fits = both(words, allowed);
    while let [first, rest @ ..] = *words
        && *first == "OR"
    {
        *words = rest;
        fits |= both(words, allowed);
    }
    fits
}

fn both(words: &mut &[&str], allowed: &[String]) -> bool {
    let mut fits = one(words, allowed);
    while let [first, rest @ ..] = *words
        && *first == "AND"
    {
        *words = rest;
        fits &= one(words, allowed);
    }
    fits
}

fn one(words: &mut &[&str], allowed: &[String]) -> bool {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let fits = either(words, allowed);
            match *words {
                [")", rest @ ..] => {
                    *words = rest;
                    fits
                }
                _ => false,
            }
        }
        [licence, "WITH", exception, rest @ ..] => {
            *words = rest;
            allowed.contains(&format!("{licence} WITH {exception}"))
        }
        [licence, rest @ ..] => {
            *words = rest;
            allowed.iter().any(|name| name == licence)
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENY: &str = "[licenses]\nallow = [\n    \"MIT\", # short\n    \"Apache-2.0\",\n    \"Zlib\",\n]\n";

    #[track_caller]
    fn check(expression: &str, expected: bool) {
        assert_eq!(fits(expression, &allowed(DENY).expect("a list")), expected, "{expression}");
    }

    #[test]
    fn a_choice_needs_one_allowed_licence_and_a_union_needs_all() {
        check("MIT", true);
        check("GPL-3.0", false);
        check("GPL-3.0 OR MIT", true);
        check("MIT/Apache-2.0", true);
        check("GPL-3.0 AND MIT", false);
        check("(GPL-2.0 OR MIT) AND Zlib", true);
        check("GPL-2.0 OR MIT AND GPL-3.0", false);
        check("Apache-2.0 WITH LLVM-exception", false);
        check("", false);
        check("(MIT", false);
    }

    #[test]
    fn an_offender_is_named_once_with_its_licence() {
        let tree = "good v1.0.0\tMIT\nbad v2.0.0\tAGPL-3.0\nbad v2.0.0\tAGPL-3.0 (*)\nmute v0.1.0\t\n";
        assert_eq!(
            judge(tree, &allowed(DENY).expect("a list")),
            ["bad v2.0.0 is under AGPL-3.0, which deny.toml does not allow", "mute v0.1.0 names no licence"]
        );
    }
}
