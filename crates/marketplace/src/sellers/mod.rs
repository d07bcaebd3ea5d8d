//! May this company sell?
//!
//! An organisation nominates a product, the operator decides, an approval's letter carries a waiver code, and with it the
//! organisation registers: company, country, contacts, and each agreement in the edition that it accepts.

use house::words::Language;

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

use house::{Id, Result, Tx};

use crate::people::{ActingFor, Organisation};

/// A registered publisher. There is one an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seller {
    pub organisation: Id<Organisation>,
    /// The publisher's part of every address.
    pub slug: String,
    pub display_name: String,
    pub legal_name: String,
    pub country: String,
    pub website: String,
    pub contact_name: String,
    pub contact_email: String,
    pub contact_phone: String,
    pub suspended: bool,
    pub version: i64,
}

/// The registration of this organisation; `None` while it has not registered.
pub async fn seller(_tx: &mut Tx, _organisation: Id<Organisation>) -> Result<Option<Seller>> {
    todo!("sellers")
}

/// The gate before drafting, uploading and publishing: registered, not suspended, newest agreements accepted.
pub async fn selling(_tx: &mut Tx, _by: &ActingFor) -> Result<Seller> {
    todo!("sellers")
}
