//! What one rule says of one disk.

use disk::tree::Unreadable;
use serde::{Deserialize, Serialize};

use crate::phrase::{Phrase, say};
use crate::printable::printable;
use crate::stored::is_not_kept;

/// The most pieces of evidence that one rule lists; more of the same teaches nobody anything.
pub const EVIDENCE_MAX: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Pass,
    NotApplicable,
    /// Broken, and accepted by a named exception.
    Excepted,
    Warn,
    /// What could not be judged never counts as good.
    NotDecided,
    Fail,
}

/// How much a breach weighs before the profile has its say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Worth a warning in every profile that asks for the rule.
    Light,
    /// Weighs as much as the profile says.
    Full,
}

/// A place on the disk and what stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub weight: Weight,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Phrase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Phrase>,
}

impl Evidence {
    fn new(weight: Weight, found: Phrase) -> Evidence {
        Evidence { weight, path: None, line: None, offset: None, found: Some(found), expected: None }
    }

    /// A breach that weighs as much as the profile says.
    pub fn full(found: Phrase) -> Evidence {
        Evidence::new(Weight::Full, found)
    }

    /// A breach that is never more than a warning.
    pub fn light(found: Phrase) -> Evidence {
        Evidence::new(Weight::Light, found)
    }

    pub fn at(mut self, path: &str) -> Evidence {
        self.path = Some(printable(path));
        self
    }

    pub fn line(mut self, line: u64) -> Evidence {
        self.line = Some(line);
        self
    }

    pub fn offset(mut self, offset: u64) -> Evidence {
        self.offset = Some(offset);
        self
    }

    pub fn expected(mut self, expected: Phrase) -> Evidence {
        self.expected = Some(expected);
        self
    }
}

/// What a rule found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Holds { reason: Phrase },
    Broken { reason: Phrase, evidence: Vec<Evidence>, remedy: Option<Phrase> },
    NotApplicable { why: Phrase },
}

impl Outcome {
    pub fn holds(reason: Phrase) -> Outcome {
        Outcome::Holds { reason }
    }

    /// Broken in one place, with the remedy of the rule itself.
    pub fn broken(reason: Phrase, evidence: Evidence) -> Outcome {
        Outcome::Broken { reason, evidence: vec![evidence], remedy: None }
    }

    /// Broken where there is evidence, holding where there is none. The heaviest breaches come first.
    pub fn of(mut evidence: Vec<Evidence>, broken: Phrase, holds: Phrase) -> Outcome {
        if evidence.is_empty() {
            return Outcome::Holds { reason: holds };
        }
        evidence.sort_by_key(|piece| std::cmp::Reverse(piece.weight));
        evidence.truncate(EVIDENCE_MAX);
        Outcome::Broken { reason: broken, evidence, remedy: None }
    }

    pub fn with_remedy(mut self, better: Phrase) -> Outcome {
        if let Outcome::Broken { remedy, .. } = &mut self {
            *remedy = Some(better);
        }
        self
    }

    pub fn not_applicable(why: Phrase) -> Outcome {
        Outcome::NotApplicable { why }
    }
}

/// Why a rule could not be decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undecided(pub Phrase);

impl From<Unreadable> for Undecided {
    fn from(cause: Unreadable) -> Undecided {
        Undecided(unreadable(&cause))
    }
}

/// Damage in words.
pub fn unreadable(cause: &Unreadable) -> Phrase {
    match cause {
        Unreadable::Damaged { what, offset } => {
            say("unreadable.damaged").text("what", what).count("offset", *offset)
        }
        Unreadable::Unsupported(what) => say("unreadable.unsupported").text("what", what),
        Unreadable::OverLimit { what, found, limit } => {
            say("unreadable.over_limit").text("what", what).count("found", *found).count("limit", *limit)
        }
        Unreadable::Io(cause) if is_not_kept(cause) => say("unreadable.not_kept"),
        Unreadable::Io(cause) => say("unreadable.io").text("cause", &cause.to_string()),
    }
}

/// What a rule answers: it found something out, or it says why it could not.
pub type Look = Result<Outcome, Undecided>;
