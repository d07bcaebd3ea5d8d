//! Which rule someone meant who got its id wrong.

use crate::phrase::say;
use crate::rulebook::{RULEBOOK, Rule};
use crate::words::Language;

/// Rules proposed at most.
const PROPOSED_MAX: usize = 3;
/// Nobody errs by more letters than this in an id of three.
const SLIPS_MAX: usize = 2;
/// A longer text is no id.
const ID_CHARS_MAX: usize = 12;

/// What is said of an id that no rule has, with the rules that may have been meant.
pub fn unknown(typed: &str, language: Language) -> String {
    let mut told = language.write(&say("explain.unknown").text("rule", typed));
    let near = rules(typed);
    if !near.is_empty() {
        told += &format!(" {}", language.word("explain.nearest"));
    }
    for rule in near {
        told += &format!("\n  {}  {}", rule.id, language.word(&format!("{}.title", rule.id)));
    }
    told
}

/// The rules whose ids are nearest to what was typed, the nearest first.
pub fn rules(typed: &str) -> Vec<&'static Rule> {
    let typed: Vec<char> = typed.trim().to_uppercase().chars().take(ID_CHARS_MAX + 1).collect();
    if typed.is_empty() || typed.len() > ID_CHARS_MAX {
        return Vec::new();
    }
    let wanted = number(&typed);
    let mut near: Vec<(usize, u32, &Rule)> = RULEBOOK
        .iter()
        .filter_map(|rule| {
            let id: Vec<char> = rule.id.chars().collect();
            let slips = slips(&typed, &id);
            // A wrong number is likelier than a wrong chapter.
            let elsewhere = usize::from(typed.first() != id.first());
            (slips <= SLIPS_MAX).then(|| (slips + elsewhere, wanted.abs_diff(number(&id)), rule))
        })
        .collect();
    near.sort_by_key(|(slips, away, rule)| (*slips, *away, rule.id));
    near.into_iter().take(PROPOSED_MAX).map(|(_, _, rule)| rule).collect()
}

fn number(id: &[char]) -> u32 {
    id.iter()
        .filter_map(|character| character.to_digit(10))
        .fold(0, |number: u32, digit| number.saturating_mul(10).saturating_add(digit))
}

/// How many characters must be changed, added or left out to make one text of the other.
fn slips(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, left) in one.iter().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (column, right) in other.iter().enumerate() {
            let replaced = corner + usize::from(left != right);
            corner = row[column + 1];
            row[column + 1] = replaced.min(corner + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, first: Option<&str>) {
        assert_eq!(rules(typed).first().map(|rule| rule.id), first, "{typed}");
    }

    #[test]
    fn a_slip_in_an_id_finds_the_rule() {
        check("L117", Some("L17"));
        check("l-17", Some("L17"));
        check("V1", Some("V01"));
        check("K99", Some("K04"));
    }

    #[test]
    fn what_is_far_from_every_id_finds_none() {
        check("", None);
        check("swap", None);
        check(&"L".repeat(10_000), None);
    }
}
