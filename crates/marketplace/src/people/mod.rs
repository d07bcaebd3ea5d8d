//! Who is this, in which organisation, with which role?
//!
//! A person signs in with an address and a password, belongs to any number of organisations, and acts for one of them at a time.
//! The operator is a person too. Programs act for a person by a token.
//!
//! What is absent: any table of permissions. Permission is a value, [`ActingFor`] or [`Operator`], that only this chapter makes.

use house::words::Language;

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

use house::{Id, Result, Tx};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: Id<Person>,
    pub email: String,
    pub name: String,
    pub language: Language,
    pub operator: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    pub id: Id<Organisation>,
    pub name: String,
}

/// What a member may do. An owner may do all that a contributor may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Contributor,
    Owner,
}

/// Proof that someone may act for an organisation. Only [`acting_for`] makes one.
#[derive(Debug, Clone)]
pub struct ActingFor {
    person: Person,
    organisation: Organisation,
    role: Role,
}

impl ActingFor {
    pub fn person(&self) -> &Person {
        &self.person
    }
    pub fn organisation(&self) -> &Organisation {
        &self.organisation
    }
    pub fn role(&self) -> Role {
        self.role
    }
}

/// Proof that someone runs this market. Only [`operator`] makes one.
#[derive(Debug, Clone)]
pub struct Operator {
    person: Person,
}

impl Operator {
    pub fn person(&self) -> &Person {
        &self.person
    }
}

/// The proof that this person may act for this organisation, with at least this role. To others the organisation does not exist.
pub async fn acting_for(
    _tx: &mut Tx,
    _who: &Person,
    _organisation: Id<Organisation>,
    _at_least: Role,
) -> Result<ActingFor> {
    todo!("people")
}

/// The proof that this person runs the market.
pub fn operator(_who: &Person) -> Result<Operator> {
    todo!("people")
}

/// The organisations that this person belongs to, by name.
pub async fn organisations_of(_tx: &mut Tx, _who: &Person) -> Result<Vec<(Organisation, Role)>> {
    todo!("people")
}

/// The people of an organisation, owners first: who gets its letters.
pub async fn members_of(_tx: &mut Tx, _organisation: Id<Organisation>) -> Result<Vec<(Person, Role)>> {
    todo!("people")
}

/// The operators of the market: who gets letters about what waits on the desk.
pub async fn operators(_tx: &mut Tx) -> Result<Vec<Person>> {
    todo!("people")
}

pub async fn person(_tx: &mut Tx, _id: Id<Person>) -> Result<Option<Person>> {
    todo!("people")
}
