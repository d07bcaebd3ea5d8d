//! Days. The certifier has no clock: whoever asks says which day it is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A day of the civil calendar, written `2027-03-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a day: expected year, month and day, such as 2027-03-01")]
pub struct NotADate;

impl Date {
    pub fn new(year: u16, month: u8, day: u8) -> Result<Date, NotADate> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        let fits = (1..=9999).contains(&year) && (1..=days).contains(&day);
        if fits { Ok(Date { year, month, day }) } else { Err(NotADate) }
    }

    pub fn parse(text: &str) -> Result<Date, NotADate> {
        let digits = |part: &str, wanted: usize| {
            (part.len() == wanted && part.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| part.parse::<u16>().ok())
                .flatten()
                .ok_or(NotADate)
        };
        let mut parts = text.split('-');
        let mut next = |wanted| digits(parts.next().ok_or(NotADate)?, wanted);
        let (year, month, day) = (next(4)?, next(2)?, next(2)?);
        if parts.next().is_some() {
            return Err(NotADate);
        }
        // Two digits fit a byte.
        Date::new(year, month as u8, day as u8)
    }

    /// The day after. A clock may stand in another time zone than the one that wrote a date.
    pub fn next(self) -> Date {
        let Date { year, month, day } = self;
        Date::new(year, month, day + 1)
            .or_else(|_| Date::new(year, month + 1, 1))
            .or_else(|_| Date::new(year.saturating_add(1), 1, 1))
            .unwrap_or(self)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl TryFrom<String> for Date {
    type Error = NotADate;
    fn try_from(text: String) -> Result<Date, NotADate> {
        Date::parse(&text)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> String {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, next: &str) {
        let date = Date::parse(text).expect("a day");
        assert_eq!((date.to_string().as_str(), date.next().to_string().as_str()), (text, next));
    }

    #[test]
    fn days_follow_one_another() {
        check("2026-11-22", "2026-11-23");
        check("2027-02-28", "2027-03-01");
        check("2028-02-28", "2028-02-29");
        check("2100-02-28", "2100-03-01");
        check("2026-12-31", "2027-01-01");
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2027-02-29",
            "2026-04-31",
            "2026-1-1",
            "+026-01-01",
            "0000-01-01",
            "2026-01-01-01",
            "2026-01-01T00:00",
        ] {
            assert_eq!(Date::parse(text), Err(NotADate), "{text}");
        }
    }
}
