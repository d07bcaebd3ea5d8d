//! Amounts of money, and prices for a unit of something.

use std::fmt;

use crate::currency::Currency;
use crate::decimal::{self, NotAnAmount};

/// Billionths of a currency's unit.
const NANOS: i64 = 1_000_000_000;
/// The decimals of a unit price.
const NANO_DECIMALS: u32 = 9;

/// Whole minor units of a currency: 1250 is €12.50.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

/// A price for one unit of something, in whole billionths of the currency's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitPrice {
    pub nanos: i64,
    pub currency: Currency,
}

/// The amount is beyond what can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow;

impl Money {
    /// Reads an amount in units of the currency, as people type it: `12.50` or `12,50`.
    pub fn parse(text: &str, currency: Currency) -> Result<Money, NotAnAmount> {
        Ok(Money { minor: decimal::parse(text, currency.decimals())?, currency })
    }
}

impl UnitPrice {
    /// Reads a price in units of the currency, as people type it, with up to nine decimals.
    pub fn parse(text: &str, currency: Currency) -> Result<UnitPrice, NotAnAmount> {
        Ok(UnitPrice { nanos: decimal::parse(text, NANO_DECIMALS)?, currency })
    }

    /// What so many units cost. Half a minor unit is rounded to the even neighbour, so that many small sums do not lean one way.
    pub fn times(self, units: i64) -> Result<Money, Overflow> {
        let nanos = i128::from(self.nanos) * i128::from(units);
        let nanos_a_minor = i128::from(NANOS / 10_i64.pow(self.currency.decimals()));
        let (whole, rest) = (nanos.div_euclid(nanos_a_minor), nanos.rem_euclid(nanos_a_minor));
        let up = rest * 2 > nanos_a_minor || (rest * 2 == nanos_a_minor && whole % 2 != 0);
        let minor = i64::try_from(whole + i128::from(up)).map_err(|_| Overflow)?;
        Ok(Money { minor, currency: self.currency })
    }
}

/// As it can be typed again: `12.50`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.currency.decimals();
        f.write_str(&decimal::write(self.minor, decimals, decimals))
    }
}

/// As it can be typed again: `0.05`.
impl fmt::Display for UnitPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal::write(self.nanos, NANO_DECIMALS, self.currency.decimals()))
    }
}

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the amount is beyond what can be counted")
    }
}
impl std::error::Error for Overflow {}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    #[track_caller]
    fn check(price: &str, currency: &str, units: i64, minor: i64) {
        let price = UnitPrice::parse(price, in_currency(currency)).unwrap();
        assert_eq!(price.times(units).unwrap().minor, minor, "{price} × {units}");
    }

    #[test]
    fn hours_are_charged_to_the_minor_unit_and_halves_go_to_the_even_one() {
        check("0.05", "EUR", 1, 5);
        check("0.005", "EUR", 1, 0);
        check("0.015", "EUR", 1, 2);
        check("0.0051", "EUR", 1, 1);
        check("0.000000001", "EUR", 10_000_000, 1);
        check("1.5", "JPY", 1, 2);
        check("2.5", "JPY", 1, 2);
        check("0.0005", "TND", 3, 2);
        assert_eq!(
            UnitPrice { nanos: i64::MAX, currency: in_currency("EUR") }.times(i64::MAX),
            Err(Overflow)
        );
    }

    #[test]
    fn money_is_written_as_it_is_typed() {
        for (text, currency) in [("12.50", "EUR"), ("12", "JPY"), ("0.005", "KWD")] {
            assert_eq!(Money::parse(text, in_currency(currency)).unwrap().to_string(), text);
        }
        assert_eq!(UnitPrice::parse("0,05", in_currency("EUR")).unwrap().to_string(), "0.05");
        assert_eq!(UnitPrice::parse("0.0375", in_currency("EUR")).unwrap().to_string(), "0.0375");
    }

    #[test]
    fn only_three_capital_letters_are_a_currency() {
        for text in ["", "EU", "eur", "EURO", "E1R", "ÉUR"] {
            assert_eq!(Currency::parse(text), Err(crate::NotACurrency), "{text}");
        }
    }
}
