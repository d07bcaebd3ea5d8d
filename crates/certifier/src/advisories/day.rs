//! A day of the calendar, UTC: advisories are dated, and how old they are counts in days.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Days since 1 January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i64);

const SECONDS: i64 = 24 * 60 * 60;

/// Days from 1 March of year 0 to 1 January 1970.
const EPOCH: i64 = 719_468;

/// Days of four hundred years, after which the calendar repeats itself.
const ERA: i64 = 146_097;

impl Day {
    /// The day of `2024-03-29` or `2024-03-29T17:15:21Z`; `None` where that is no date.
    pub fn parse(text: &str) -> Option<Day> {
        let date = text.get(..10)?;
        let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        let sane = parts.next().is_none() && (0..=9999).contains(&year) && (1..=12).contains(&month);
        if !sane || !(1..=31).contains(&day) {
            return None;
        }
        // A year that begins in March ends with the leap day, if it has one.
        let year = if month <= 2 { year - 1 } else { year };
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let found = Day(era * ERA + day_of_era - EPOCH);
        (found.to_string() == date).then_some(found)
    }

    /// The day of an instant in seconds since 1970.
    pub fn of_seconds(seconds: i64) -> Day {
        Day(seconds.div_euclid(SECONDS))
    }

    /// How many days have passed since; nothing for a day yet to come.
    pub fn days_since(self, earlier: Day) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.0.clamp(-EPOCH, 3_000_000) + EPOCH;
        let (era, day_of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_and_written_as_the_calendar_has_them() {
        for (text, days) in
            [("1970-01-01", 0), ("2000-02-29", 11_016), ("2024-03-01", 19_783), ("1969-12-31", -1)]
        {
            assert_eq!(Day::parse(text), Some(Day(days)), "{text}");
            assert_eq!(Day(days).to_string(), text);
        }
        for days in -200_000..200_000 {
            assert_eq!(Day::parse(&Day(days).to_string()), Some(Day(days)));
        }
        assert_eq!(Day::parse("2024-03-29T17:15:21.123Z"), Day::parse("2024-03-29"));
        for text in ["", "2023-02-29", "2024-13-01", "2024-1-1", "20240101xx", "2024-00-10", "２０２４-01"]
        {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}
