//! Numbers, money, sizes, dates and spans in the reader's way of writing them.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::{Language, Words};
use crate::clock::Timestamp;

/// The space that French puts between groups of digits and before high punctuation; no line breaks at it.
pub(super) const NARROW_SPACE: char = '\u{202f}';
/// Between a number and its unit; no line breaks at it.
const FIXED_SPACE: char = '\u{a0}';
const MINUS: char = '\u{2212}';

/// A whole number of any width, by value or by reference (templates pass references).
pub trait Whole {
    fn whole(&self) -> i64;
}
macro_rules! whole {
    ($($int:ty),*) => {$(
        impl Whole for $int {
            fn whole(&self) -> i64 {
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
        }
    )*};
}
whole!(u8, u16, u32, u64, usize, i8, i16, i32, i64);
impl<T: Whole + ?Sized> Whole for &T {
    fn whole(&self) -> i64 {
        (**self).whole()
    }
}

/// A span of time: whole seconds, or a duration.
pub trait Lasting {
    fn lasting(&self) -> Duration;
}
macro_rules! lasting {
    ($($int:ty),*) => {$(
        impl Lasting for $int {
            fn lasting(&self) -> Duration {
                Duration::from_secs(u64::try_from(*self).unwrap_or(0))
            }
        }
    )*};
}
lasting!(u16, u32, u64, usize, i32, i64);
impl Lasting for Duration {
    fn lasting(&self) -> Duration {
        *self
    }
}
impl<T: Lasting + ?Sized> Lasting for &T {
    fn lasting(&self) -> Duration {
        (**self).lasting()
    }
}

/// A point in time, by value or by reference.
pub trait Instant {
    fn instant(&self) -> Timestamp;
}
impl Instant for Timestamp {
    fn instant(&self) -> Timestamp {
        *self
    }
}
impl<T: Instant + ?Sized> Instant for &T {
    fn instant(&self) -> Timestamp {
        (**self).instant()
    }
}

impl Words {
    /// `1,234,567` or `1 234 567`.
    pub fn number(&self, number: impl Whole) -> String {
        grouped(self.language(), number.whole())
    }

    /// An amount in minor units of a currency (ISO 4217): `€1,234.50` or `1 234,50 €`.
    pub fn money(&self, minor: impl Whole, currency: &str) -> String {
        let minor = minor.whole();
        let decimals = decimals(currency);
        let unit = 10_u64.pow(decimals);
        let whole = minor.unsigned_abs() / unit;
        let mut figure = grouped(self.language(), i64::try_from(whole).unwrap_or(i64::MAX));
        if decimals > 0 {
            let fraction = minor.unsigned_abs() % unit;
            let width = decimals as usize;
            let _ = write!(figure, "{}{fraction:0width$}", self.decimal_mark());
        }
        self.with_currency(&figure, minor < 0, currency)
    }

    /// A unit price in billionths of a currency's unit: at least two decimals, and no more than it has.
    pub fn unit_price(&self, nano: impl Whole, currency: &str) -> String {
        const NANO: u64 = 1_000_000_000;
        let nano = nano.whole();
        let whole = nano.unsigned_abs() / NANO;
        let fraction = format!("{:09}", nano.unsigned_abs() % NANO);
        let least = decimals(currency) as usize;
        let kept = fraction.trim_end_matches('0').len().max(least);
        let mut figure = grouped(self.language(), i64::try_from(whole).unwrap_or(i64::MAX));
        if kept > 0 {
            let _ = write!(figure, "{}{}", self.decimal_mark(), &fraction[..kept]);
        }
        self.with_currency(&figure, nano < 0, currency)
    }

    /// A unit price by the hour: `€0.05/hour` or `0,05 €/h`.
    pub fn price_per_hour(&self, nano: impl Whole, currency: &str) -> String {
        self.say("price-per-hour").with("price", self.unit_price(nano, currency)).to_string()
    }

    /// A size: `1.5 GiB` or `1,5 Gio`.
    pub fn bytes(&self, bytes: impl Whole) -> String {
        let bytes = bytes.whole().unsigned_abs();
        let (letter, ib) = match self.language() {
            Language::En => ("B", "iB"),
            Language::Fr => ("o", "io"),
        };
        let step = (0..=5_u32).rev().find(|step| bytes >= 1 << (10 * step)).unwrap_or(0);
        let Some(prefix) = ["K", "M", "G", "T", "P"].get((step as usize).wrapping_sub(1)) else {
            return format!("{bytes}{FIXED_SPACE}{letter}");
        };
        let tenths = (u128::from(bytes) * 10 + (1 << (10 * step)) / 2) >> (10 * step);
        let figure = if tenths % 10 == 0 || tenths >= 1000 {
            grouped(self.language(), i64::try_from(tenths / 10).unwrap_or(i64::MAX))
        } else {
            format!("{}{}{}", tenths / 10, self.decimal_mark(), tenths % 10)
        };
        format!("{figure}{FIXED_SPACE}{prefix}{ib}")
    }

    /// A share in whole per cent: `12%` or `12 %`.
    pub fn percent(&self, percent: impl Whole) -> String {
        match self.language() {
            Language::En => format!("{}%", percent.whole()),
            Language::Fr => format!("{}{NARROW_SPACE}%", percent.whole()),
        }
    }

    /// A half of what is doubled: `9` is `4.5`. Stars are kept so.
    pub fn halved(&self, doubled: impl Whole) -> String {
        let doubled = doubled.whole();
        let half = if doubled % 2 == 0 { String::new() } else { format!("{}5", self.decimal_mark()) };
        format!("{}{half}", doubled / 2)
    }

    /// The time of day, UTC: `10:49:14`.
    pub fn clock(&self, at: impl Instant) -> String {
        at.instant().to_zoned(TimeZone::UTC).strftime("%H:%M:%S").to_string()
    }

    /// A civil date, UTC: `22 November 2026` or `22 novembre 2026`.
    pub fn date(&self, at: impl Instant) -> String {
        let day = at.instant().to_zoned(TimeZone::UTC).date();
        let (months, first) = match self.language() {
            Language::En => (&MONTHS_EN, "1"),
            Language::Fr => (&MONTHS_FR, "1er"),
        };
        let month = months[(day.month() as usize - 1).min(11)];
        match day.day() {
            1 => format!("{first}{FIXED_SPACE}{month} {}", day.year()),
            d => format!("{d}{FIXED_SPACE}{month} {}", day.year()),
        }
    }

    /// Date and time to the second, UTC.
    pub fn exact(&self, at: impl Instant) -> String {
        let at = at.instant();
        format!("{}, {} UTC", self.date(at), self.clock(at))
    }

    /// How far off: `3 minutes ago` within a day, the date beyond it.
    pub fn when(&self, at: impl Instant) -> String {
        let at = at.instant();
        let seconds = at.as_second().saturating_sub(self.now().as_second());
        let (past, off) = (seconds <= 0, seconds.unsigned_abs());
        let (key, count) = match (past, off) {
            (_, 0..45) => return self.say("when-now").to_string(),
            (true, 45..5400) => ("when-minutes-ago", (off + 30) / 60),
            (false, 45..5400) => ("when-in-minutes", (off + 30) / 60),
            (true, 5400..86_400) => ("when-hours-ago", (off + 1800) / 3600),
            (false, 5400..86_400) => ("when-in-hours", (off + 1800) / 3600),
            _ => return self.date(at),
        };
        self.say(key).with("count", count).to_string()
    }

    /// A `<time>` element: relative within a day, exact on hover and for machines.
    pub fn moment(&self, at: impl Instant) -> Moment {
        let at = at.instant();
        Moment { shown: self.when(at), exact: self.exact(at), at }
    }

    /// A span: `850 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`, `4 d 2 h`.
    pub fn duration(&self, span: impl Lasting) -> String {
        let span = span.lasting();
        let day = if self.language() == Language::Fr { "j" } else { "d" };
        let seconds = span.as_secs();
        let (big, big_unit, small, small_unit) = match seconds {
            0 if span.subsec_millis() > 0 => return format!("{}{FIXED_SPACE}ms", span.subsec_millis()),
            0..60 => return format!("{seconds}{FIXED_SPACE}s"),
            60..3600 => (seconds / 60, "min", seconds % 60, "s"),
            3600..86_400 => (seconds / 3600, "h", seconds % 3600 / 60, "min"),
            _ => (seconds / 86_400, day, seconds % 86_400 / 3600, "h"),
        };
        let big = format!("{}{FIXED_SPACE}{big_unit}", self.number(big));
        if small == 0 { big } else { format!("{big}{FIXED_SPACE}{small}{FIXED_SPACE}{small_unit}") }
    }

    fn decimal_mark(&self) -> char {
        match self.language() {
            Language::En => '.',
            Language::Fr => ',',
        }
    }

    fn with_currency(&self, figure: &str, negative: bool, currency: &str) -> String {
        let minus = if negative { MINUS.to_string() } else { String::new() };
        let sign = sign(self.language(), currency);
        match self.language() {
            Language::En if sign.chars().all(char::is_alphabetic) => {
                format!("{minus}{sign}{FIXED_SPACE}{figure}")
            }
            Language::En => format!("{minus}{sign}{figure}"),
            Language::Fr => format!("{minus}{figure}{FIXED_SPACE}{sign}"),
        }
    }
}

/// A point in time as HTML.
pub struct Moment {
    shown: String,
    exact: String,
    at: Timestamp,
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Nothing in it needs escaping: digits, names of months and the house's own words.
        write!(f, r#"<time datetime="{}" title="{}">{}</time>"#, self.at, self.exact, self.shown)
    }
}

impl askama::filters::HtmlSafe for Moment {}

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_FR: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// The decimals of a currency's minor unit, by ISO 4217.
fn decimals(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

fn sign(language: Language, currency: &str) -> &str {
    match (language, currency) {
        (_, "EUR") => "€",
        (Language::En, "USD") => "$",
        (Language::En, "GBP") => "£",
        (Language::En, "JPY") => "¥",
        (Language::En, "CAD") => "CA$",
        (Language::En, "AUD") => "A$",
        (Language::Fr, "USD") => "$US",
        (Language::Fr, "GBP") => "£GB",
        (Language::Fr, "JPY") => "¥JP",
        (Language::Fr, "CAD") => "$CA",
        (Language::Fr, "AUD") => "$AU",
        (_, other) => other,
    }
}

pub(super) fn grouped(language: Language, number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() * 2);
    if number < 0 {
        grouped.push(MINUS);
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(if language == Language::Fr { NARROW_SPACE } else { ',' });
        }
        grouped.push(digit);
    }
    grouped
}
