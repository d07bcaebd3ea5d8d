//! Exceptions: a rule that an image may break, by whose word, why, and until when.
//!
//! An exception is granted to what failed or was warned about, never to what could not be decided: nobody can vouch for what nobody
//! has seen. The report shows it in its place, with its reason and its last day; one that has no effect is shown as well.

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::finding::Verdict;
use crate::phrase::{Phrase, say};
use crate::printable::printable;
use crate::report::Report;
use crate::rulebook::rule_of;

/// A file of exceptions larger than this is not one.
pub const EXCEPTIONS_BYTES_MAX: u64 = 256 << 10;
/// Whoever excepts more than this wants another profile.
pub const EXCEPTIONS_MAX: usize = 500;

/// Leave to break one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    pub rule: String,
    pub reason: String,
    /// The last day on which it holds.
    pub until: Date,
    /// Who granted it.
    pub by: String,
    /// The content id of the one image that it is for; without one, whichever image it is given with.
    pub image: Option<String>,
}

/// What a report says of an exception that was made use of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    pub reason: String,
    pub until: Date,
    pub by: String,
}

/// An exception without effect, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idle {
    pub rule: String,
    pub until: Date,
    pub why: Phrase,
}

/// Why a market lets nobody break a rule, whatever the reason. At the desk, where everyone answers for themselves, any rule may be
/// excepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Never {
    /// What harms whoever starts it.
    Malware,
    /// What cannot be read, or not by everyone alike: then nobody knows what was certified.
    Unreadable,
    /// What lets strangers into every machine that is started from the image.
    OpenDoor,
}

impl Never {
    /// Why nobody may except this rule; `None` where an exception is a matter of judgement.
    pub fn of(rule: &str) -> Option<Never> {
        match rule {
            "M01" => Some(Never::Malware),
            "V01" | "V02" | "V03" | "V05" | "V15" | "P01" | "P06" | "P08" | "P09" | "W12" => {
                Some(Never::Unreadable)
            }
            "L18" | "L20" | "L21" | "W15" => Some(Never::OpenDoor),
            _ => None,
        }
    }
}

/// Why a file of exceptions was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotExceptions {
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    #[error("the rulebook has no rule {0}")]
    NoSuchRule(String),
    #[error("the exception to {rule} says nothing in `{field}`")]
    Empty { rule: String, field: &'static str },
    #[error("the exception to {0}: `until` is not a day such as 2027-03-01")]
    Until(String),
    #[error("the exception to {0}: `image` is not a content id")]
    Image(String),
    #[error("there are two exceptions to {0} for the same image")]
    Twice(String),
    #[error("{0} exceptions; the most are {EXCEPTIONS_MAX}")]
    TooMany(usize),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    exception: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    rule: String,
    reason: String,
    until: toml::Value,
    by: String,
    image: Option<String>,
}

/// Reads a file of `[[exception]]` tables, each with `rule`, `reason`, `until`, `by` and, for one image only, `image`.
pub fn parse(text: &str) -> Result<Vec<Exception>, NotExceptions> {
    let file: File = toml::from_str(text)?;
    if file.exception.len() > EXCEPTIONS_MAX {
        return Err(NotExceptions::TooMany(file.exception.len()));
    }
    let mut exceptions: Vec<Exception> = Vec::with_capacity(file.exception.len());
    for row in file.exception {
        let exception = row.read()?;
        let twice = |other: &&Exception| (&other.rule, &other.image) == (&exception.rule, &exception.image);
        if let Some(other) = exceptions.iter().find(twice) {
            return Err(NotExceptions::Twice(other.rule.clone()));
        }
        exceptions.push(exception);
    }
    Ok(exceptions)
}

impl Row {
    fn read(self) -> Result<Exception, NotExceptions> {
        let Some(rule) = rule_of(&self.rule) else {
            return Err(NotExceptions::NoSuchRule(printable(&self.rule)));
        };
        let rule = rule.id.to_owned();
        for (field, text) in [("reason", &self.reason), ("by", &self.by)] {
            if text.trim().is_empty() {
                return Err(NotExceptions::Empty { rule, field });
            }
        }
        // A day as TOML writes it, or as text.
        let until = match &self.until {
            toml::Value::Datetime(moment) if moment.time.is_none() => moment.to_string(),
            toml::Value::String(text) => text.clone(),
            _ => String::new(),
        };
        let Ok(until) = Date::parse(&until) else { return Err(NotExceptions::Until(rule)) };
        if self.image.as_deref().is_some_and(|image| disk::content_id::ContentId::parse(image).is_err()) {
            return Err(NotExceptions::Image(rule));
        }
        Ok(Exception { rule, reason: self.reason, until, by: self.by, image: self.image })
    }
}

impl Exception {
    /// Why it changes nothing about this report on that day; `None` when it does.
    fn idle(&self, report: &Report, on: Date) -> Option<Phrase> {
        if self.until < on {
            return Some(say("exception.ended").text("until", &self.until.to_string()));
        }
        if self.image.is_some() && self.image != report.content_id {
            return Some(say("exception.other_image"));
        }
        match report.rule(&self.rule).map(|judged| judged.verdict) {
            Some(Verdict::Fail | Verdict::Warn) => None,
            Some(Verdict::NotDecided) => Some(say("exception.not_decided")),
            Some(Verdict::Pass | Verdict::NotApplicable | Verdict::Excepted) => {
                Some(say("exception.not_needed"))
            }
            None => Some(say("exception.not_asked")),
        }
    }
}

impl Report {
    /// Judges again with leave to break some rules, as of a day. What an exception is granted to stays in the report with its
    /// evidence, and the overall verdict counts it as accepted.
    pub fn except(&mut self, exceptions: &[Exception], on: Date) {
        for exception in exceptions {
            let rule = printable(&exception.rule);
            if let Some(why) = exception.idle(self, on) {
                self.idle_exceptions.push(Idle { rule, until: exception.until, why });
                continue;
            }
            for judged in self.rules.iter_mut().filter(|judged| judged.id == exception.rule) {
                judged.verdict = Verdict::Excepted;
                judged.exception = Some(Granted {
                    reason: printable(&exception.reason),
                    until: exception.until,
                    by: printable(&exception.by),
                });
            }
        }
        self.verdict = self.verdict_of_its_rules();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, refused: &str) {
        let said = parse(text).expect_err("these are no exceptions").to_string();
        assert!(said.contains(refused), "said: {said}");
    }

    #[test]
    fn malware_what_cannot_be_read_and_open_doors_are_never_waved_through() {
        for rule in crate::rulebook::RULEBOOK.iter().filter(|rule| Never::of(rule.id).is_some()) {
            assert!(rule_of(rule.id).is_some(), "{} is a rule", rule.id);
        }
        assert_eq!(Never::of("M01"), Some(Never::Malware));
        assert_eq!(Never::of("P06"), Some(Never::Unreadable));
        assert_eq!(Never::of("L20"), Some(Never::OpenDoor));
        assert_eq!(Never::of("L24"), None);
    }

    const GOOD: &str = "rule = \"l24\"\nreason = \"kept for audits\"\nuntil = 2027-03-01\nby = \"Ada\"\n";

    #[test]
    fn an_exception_names_its_rule_its_reason_its_last_day_and_who_granted_it() {
        let read = parse(&format!("[[exception]]\n{GOOD}")).expect("good exceptions");
        assert_eq!((read[0].rule.as_str(), read[0].until.to_string().as_str()), ("L24", "2027-03-01"));
        let quoted = GOOD.replace("2027-03-01", "\"2027-03-01\"");
        assert_eq!(parse(&format!("[[exception]]\n{quoted}")).expect("good exceptions"), read);
        assert!(parse("").expect("none are fine").is_empty());
    }

    #[test]
    fn an_exception_with_a_slip_is_refused_and_says_where() {
        let with = |from: &str, to: &str| format!("[[exception]]\n{}", GOOD.replace(from, to));
        check(&with("l24", "X99"), "no rule X99");
        check(&with("kept for audits", " "), "`reason`");
        check(&with("2027-03-01", "2027-03-01T00:00:00Z"), "`until`");
        check(&with("2027-03-01", "\"soon\""), "`until`");
        check(&with("by =", "who ="), "unknown field");
        check(&format!("[[exception]]\n{GOOD}image = \"halle1:12\""), "`image`");
        check(&format!("[[exception]]\n{GOOD}[[exception]]\n{GOOD}"), "two exceptions");
        check(&format!("[[exception]]\n{GOOD}").repeat(EXCEPTIONS_MAX + 1), "the most are");
    }
}
