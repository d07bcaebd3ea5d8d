//! Who is this, in which organisation, with which role?
//!
//! A person signs in with an address and a password, belongs to any number of organisations, and acts for one of them at a time.
//! The operator is a person too. Programs act for a person by a token.
//!
//! - An address belongs to one person; it is kept in lower case.
//! - A password, a session, a link in a letter and a token are kept as hashes: a copy of the tables opens no door.
//! - An organisation always has an owner. The last one cannot leave.
//! - Whether an address is known here is told to nobody who cannot read its letters, with one exception: who signs up.
//!
//! What is absent: any table of permissions. Permission is a value, [`ActingFor`] or [`Operator`], that only this chapter makes.

pub mod api;
mod desk;
mod found;
mod invite;
mod leave;
mod letters;
pub mod pages;
mod passwords;
mod record;
mod recover;
mod sign_in;
mod sign_up;
mod tokens;
mod typed;

#[cfg(test)]
mod tests;

use house::error::{Kind, NotFound, Refusal};
use house::words::{Language, Text};
use house::{Id, Result, Tx};

pub use desk::{Waiting, on_desk, put_on_desk, take_off_desk};
pub use found::found;
pub use invite::{Invitation, accept, invitation, invitations_of, invite};
pub use leave::{appoint, dismiss, leave};
pub use passwords::{Hashed, Password};
pub use recover::{ask_for_link, change, choose, link_owner, make_operator};
pub use sign_in::{Knock, enter, knock};
pub use sign_up::{SignUp, amend, sign_up};
pub use tokens::{LIVES_DAYS, Token, by_token, issue, note_use, revoke, tokens_of};
pub use typed::{Email, line, lines};

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

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

impl Role {
    pub const ALL: &'static [Role] = &[Role::Contributor, Role::Owner];

    /// Its name in the database and in forms.
    pub fn code(self) -> &'static str {
        match self {
            Role::Contributor => "contributor",
            Role::Owner => "owner",
        }
    }

    pub fn parse(code: &str) -> Option<Role> {
        Role::ALL.iter().copied().find(|role| role.code() == code)
    }
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
    /// Whether this proof suffices for what owners alone may do.
    pub fn must_own(&self) -> Result<()> {
        if self.role == Role::Owner { Ok(()) } else { Err(Refused::OwnersOnly.into()) }
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

/// All the ways in which this chapter says no.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Refused {
    OwnersOnly,
    OperatorsOnly,
    /// Address and password do not belong together; which of them is wrong is not told.
    WrongPassword,
    /// Too many wrong passwords for this address.
    TooManyGuesses,
    /// The link was used, has run out, or never was one.
    DeadLink,
    LastOwner,
    MemberAlready,
    TooManyTokens,
    TooManyInvitations,
    /// The bearer token is unknown, has run out or was revoked.
    DeadToken,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Refused::OwnersOnly => "people.owners_only",
            Refused::OperatorsOnly => "people.operators_only",
            Refused::WrongPassword => "people.wrong_password",
            Refused::TooManyGuesses => "people.too_many_guesses",
            Refused::DeadLink => "people.dead_link",
            Refused::LastOwner => "people.last_owner",
            Refused::MemberAlready => "people.member_already",
            Refused::TooManyTokens => "people.too_many_tokens",
            Refused::TooManyInvitations => "people.too_many_invitations",
            Refused::DeadToken => "people.dead_token",
        }
    }

    fn text(&self) -> Text {
        match self {
            Refused::OwnersOnly => Text::new("refused-people-owners-only"),
            Refused::OperatorsOnly => Text::new("refused-people-operators-only"),
            Refused::WrongPassword => Text::new("refused-people-wrong-password"),
            Refused::TooManyGuesses => {
                Text::new("refused-people-too-many-guesses").with("minutes", sign_in::GUESS_MINUTES)
            }
            Refused::DeadLink => Text::new("refused-people-dead-link"),
            Refused::LastOwner => Text::new("refused-people-last-owner"),
            Refused::MemberAlready => Text::new("refused-people-member-already"),
            Refused::TooManyTokens => {
                Text::new("refused-people-too-many-tokens").with("most", tokens::TOKENS_MAX)
            }
            Refused::TooManyInvitations => {
                Text::new("refused-people-too-many-invitations").with("most", invite::INVITATIONS_MAX)
            }
            Refused::DeadToken => Text::new("refused-people-dead-token"),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Refused::OwnersOnly | Refused::OperatorsOnly => Kind::NotAllowed,
            Refused::WrongPassword => Kind::BadInput,
            Refused::TooManyGuesses => Kind::TooOften,
            Refused::DeadLink => Kind::NotFound,
            Refused::DeadToken => Kind::SignInFirst,
            Refused::LastOwner
            | Refused::MemberAlready
            | Refused::TooManyTokens
            | Refused::TooManyInvitations => Kind::NotNow,
        }
    }
}

/// The proof that this person may act for this organisation, with at least this role. To others the organisation does not exist.
///
/// What the transaction changes from here on concerns the organisation, and the audit log says so.
pub async fn acting_for(
    tx: &mut Tx,
    who: &Person,
    organisation: Id<Organisation>,
    at_least: Role,
) -> Result<ActingFor> {
    let Some((organisation, role)) = record::membership(tx, organisation, who.id).await? else {
        return Err(NotFound.into());
    };
    if role < at_least {
        return Err(Refused::OwnersOnly.into());
    }
    tx.concerns(organisation.id);
    Ok(ActingFor { person: who.clone(), organisation, role })
}

/// The proof that this person runs the market.
pub fn operator(who: &Person) -> Result<Operator> {
    if who.operator { Ok(Operator { person: who.clone() }) } else { Err(Refused::OperatorsOnly.into()) }
}

/// The organisations that this person belongs to, by name.
pub async fn organisations_of(tx: &mut Tx, who: &Person) -> Result<Vec<(Organisation, Role)>> {
    record::organisations_of(tx, who.id).await
}

/// The people of an organisation, owners first: who gets its letters.
pub async fn members_of(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Vec<(Person, Role)>> {
    record::members_of(tx, organisation).await
}

/// The operators of the market: who gets letters about what waits on the desk.
pub async fn operators(tx: &mut Tx) -> Result<Vec<Person>> {
    record::operators(tx).await
}

pub async fn person(tx: &mut Tx, id: Id<Person>) -> Result<Option<Person>> {
    record::person(tx, id).await
}

/// Whoever has this address.
pub async fn person_at(tx: &mut Tx, email: &Email) -> Result<Option<Person>> {
    Ok(record::person_at(tx, email.text()).await?.map(|(person, _)| person))
}

pub async fn organisation(tx: &mut Tx, id: Id<Organisation>) -> Result<Option<Organisation>> {
    record::organisation(tx, id).await
}
