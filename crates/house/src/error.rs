//! Two kinds of "no": a refusal is an answer, a fault is a breakdown.

use std::fmt;
use std::panic::Location;

use crate::words::Text;

#[derive(Debug)]
pub enum Error {
    /// An answer: the caller may know why, and can often put it right.
    Refused(Box<dyn Refusal>),
    /// A breakdown: the caller gets a reference number, the log gets the whole chain, once.
    Fault(Fault),
}

/// Something broke, and where.
#[derive(Debug)]
pub struct Fault {
    pub cause: Box<dyn std::error::Error + Send + Sync>,
    pub at: &'static Location<'static>,
}

/// One way in which a chapter says no.
pub trait Refusal: fmt::Debug + Send + Sync {
    /// Stable and documented; clients may match on it. `chapter.reason`.
    fn code(&self) -> &'static str;

    /// The answer in words: what happened, what it means, what to do.
    fn text(&self) -> Text;

    /// What kind of answer it is; decides the HTTP status.
    fn kind(&self) -> Kind {
        Kind::NotNow
    }

    /// What is wrong in a form, field by field; empty where no field is at fault.
    fn mistakes(&self) -> &[Mistake] {
        &[]
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 401: it is not known who asks.
    SignInFirst,
    /// 403: this person may not.
    NotAllowed,
    /// 404: there is no such thing, or none that this person may know of.
    NotFound,
    /// 409: not in this state, or someone else was faster.
    NotNow,
    /// 422: what was sent cannot be taken as it is.
    BadInput,
    /// 413: over a limit.
    TooLarge,
    /// 429: too often.
    TooOften,
    /// 503: a part that is needed is not here at the moment.
    NotHere,
}

/// One thing that is wrong in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The field's name in the form.
    pub field: &'static str,
    pub text: Text,
}

/// The commonest refusal: a form whose fields cannot be taken as they are. All mistakes are told at once.
#[derive(Debug, Default)]
pub struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    pub fn none() -> Mistakes {
        Mistakes::default()
    }

    pub fn note(&mut self, field: &'static str, text: Text) {
        self.0.push(Mistake { field, text });
    }

    /// Takes the value of a field, or notes why it cannot be taken.
    pub fn take<T>(&mut self, field: &'static str, parsed: Result<T, Text>) -> Option<T> {
        parsed.map_err(|text| self.note(field, text)).ok()
    }

    /// Ends the examination: an error if anything was noted.
    pub fn end(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}

impl Refusal for Mistakes {
    fn code(&self) -> &'static str {
        "form.mistakes"
    }
    fn text(&self) -> Text {
        Text::new("refused-form-mistakes").with("count", self.0.len())
    }
    fn kind(&self) -> Kind {
        Kind::BadInput
    }
    fn mistakes(&self) -> &[Mistake] {
        &self.0
    }
}

/// There is no such thing, or none that the one who asks may know of.
#[derive(Debug)]
pub struct NotFound;

impl Refusal for NotFound {
    fn code(&self) -> &'static str {
        "house.not_found"
    }
    fn text(&self) -> Text {
        Text::new("refused-not-found")
    }
    fn kind(&self) -> Kind {
        Kind::NotFound
    }
}

/// Two people changed the same thing, and this one came second. Nothing was overwritten.
#[derive(Debug)]
pub struct ChangedMeanwhile;

impl Refusal for ChangedMeanwhile {
    fn code(&self) -> &'static str {
        "house.changed_meanwhile"
    }
    fn text(&self) -> Text {
        Text::new("refused-changed-meanwhile")
    }
}

impl Error {
    /// A breakdown that is no library's error.
    #[track_caller]
    pub fn fault(what: impl Into<String>) -> Error {
        Error::Fault(Fault { cause: what.into().into(), at: Location::caller() })
    }

    /// The code of a refusal; `None` for a fault.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Error::Refused(refusal) => Some(refusal.code()),
            Error::Fault(_) => None,
        }
    }
}

impl<R: Refusal + 'static> From<R> for Error {
    fn from(refusal: R) -> Self {
        Error::Refused(Box::new(refusal))
    }
}

/// Every breakdown remembers where `?` met it.
macro_rules! faults {
    ($($cause:ty),* $(,)?) => {$(
        impl From<$cause> for Error {
            #[track_caller]
            fn from(cause: $cause) -> Self {
                Error::Fault(Fault { cause: cause.into(), at: Location::caller() })
            }
        }
    )*};
}
faults!(
    std::io::Error,
    sqlx::Error,
    serde_json::Error,
    askama::Error,
    tokio::task::JoinError,
    crate::ids::NotAnId
);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Refused(refusal) => write!(f, "refused: {}", refusal.code()),
            Error::Fault(fault) => fault.fmt(f),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at {}:{})", self.cause, self.at.file(), self.at.line())?;
        let mut source = self.cause.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

pub type Result<T, E = Error> = std::result::Result<T, E>;
