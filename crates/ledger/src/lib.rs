//! Money, unit prices, and how people write them. Arithmetic only.
//!
//! What is absent: floats. Money is whole minor units of a currency, a unit price is whole billionths of its unit; what a person
//! typed becomes one of them exactly or not at all.

mod currency;
mod decimal;
mod money;

pub use currency::{Currency, NotACurrency};
pub use decimal::NotAnAmount;
pub use money::{Money, Overflow, UnitPrice};
