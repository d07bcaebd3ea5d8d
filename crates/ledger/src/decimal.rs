//! Amounts as people type them.

use std::fmt;

/// Why what was typed is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAnAmount {
    Empty,
    /// Something else than digits and one decimal point or comma.
    NotANumber,
    /// More decimals than can be kept.
    TooFine {
        decimals_max: u32,
    },
    TooLarge,
}

impl fmt::Display for NotAnAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotAnAmount::Empty => f.write_str("no amount was given"),
            NotAnAmount::NotANumber => f.write_str("an amount is digits and one decimal point or comma"),
            NotAnAmount::TooFine { decimals_max } => write!(f, "more than {decimals_max} decimals"),
            NotAnAmount::TooLarge => f.write_str("the amount is too large"),
        }
    }
}
impl std::error::Error for NotAnAmount {}

/// Reads `12.5` or `12,5` as whole units of `10^-decimals`: 1250 for two decimals. Exact, or refused.
///
/// There is no grouping: in `1,234` the comma is the decimal mark, as it is in half of the world.
pub(crate) fn parse(text: &str, decimals: u32) -> Result<i64, NotAnAmount> {
    let text = text.trim();
    if text.is_empty() {
        return Err(NotAnAmount::Empty);
    }
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return Err(NotAnAmount::NotANumber);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > decimals as usize {
        return Err(NotAnAmount::TooFine { decimals_max: decimals });
    }
    let padding = "0".repeat(decimals as usize - fraction.len());
    let mut units = 0_i64;
    for digit in whole.bytes().chain(fraction.bytes()).chain(padding.bytes()) {
        units = units
            .checked_mul(10)
            .and_then(|units| units.checked_add(i64::from(digit - b'0')))
            .ok_or(NotAnAmount::TooLarge)?;
    }
    Ok(units)
}

/// Writes units of `10^-decimals` with a point and no more decimals than they need, but at least `least`.
pub(crate) fn write(units: i64, decimals: u32, least: u32) -> String {
    let scale = 10_u64.pow(decimals);
    let minus = if units < 0 { "-" } else { "" };
    let (whole, rest) = (units.unsigned_abs() / scale, units.unsigned_abs() % scale);
    let fraction =
        if decimals == 0 { String::new() } else { format!("{rest:0width$}", width = decimals as usize) };
    let kept = fraction.trim_end_matches('0').len().max(least as usize);
    if kept == 0 { format!("{minus}{whole}") } else { format!("{minus}{whole}.{}", &fraction[..kept]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, decimals: u32, expected: Result<i64, NotAnAmount>) {
        assert_eq!(parse(text, decimals), expected, "{text}");
    }

    #[test]
    fn amounts_are_read_exactly_or_not_at_all() {
        check("12.5", 2, Ok(1250));
        check("12,50", 2, Ok(1250));
        check(" .5 ", 2, Ok(50));
        check("7.", 2, Ok(700));
        check("0.000000001", 9, Ok(1));
        check("0.1", 9, Ok(100_000_000));
        check("100.00", 0, Ok(100));
        check("9223372036.854775807", 9, Ok(i64::MAX));
        check("", 2, Err(NotAnAmount::Empty));
        check(".", 2, Err(NotAnAmount::NotANumber));
        check("1.2.3", 2, Err(NotAnAmount::NotANumber));
        check("1e3", 2, Err(NotAnAmount::NotANumber));
        check("-1", 2, Err(NotAnAmount::NotANumber));
        check("١٢", 2, Err(NotAnAmount::NotANumber));
        check("0.001", 2, Err(NotAnAmount::TooFine { decimals_max: 2 }));
        check("9223372036.854775808", 9, Err(NotAnAmount::TooLarge));
        check("99999999999999999999999999", 2, Err(NotAnAmount::TooLarge));
    }

    #[test]
    fn what_is_written_is_read_again_as_the_same_amount() {
        let mut units = 1_i64;
        for decimals in [0, 2, 3, 9] {
            for _ in 0..500 {
                units = units.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let amount = (units >> (units & 31)).checked_abs().unwrap_or(0);
                assert_eq!(parse(&write(amount, decimals, 0), decimals), Ok(amount));
            }
        }
        assert_eq!(write(50_000_000, 9, 2), "0.05");
        assert_eq!(write(1_000_000_000, 9, 2), "1.00");
        assert_eq!(write(-150, 2, 2), "-1.50");
    }
}
