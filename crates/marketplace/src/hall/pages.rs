//! A visit: who asks, in which language, and the frame in which they are answered.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use house::error::{Kind, Refusal};
use house::web::{Frame, FrameFor, Link, Notice, Reader, SearchBox, Side, Visitor, cookie};
use house::words::{Text, Words};
use house::{Error, Id, Result, Tx, sessions};

use crate::market::Market;
use crate::people::{self, ActingFor, Operator, Organisation, Person, Role};

/// One request of one visitor. Every page takes it as its first argument.
pub struct Visit {
    pub market: Market,
    pub reader: Reader,
    pub w: Words,
    person: Option<Person>,
    organisations: Vec<(Organisation, Role)>,
}

/// It is not known who asks.
#[derive(Debug)]
struct SignInFirst;

impl Refusal for SignInFirst {
    fn code(&self) -> &'static str {
        "people.sign_in_first"
    }
    fn text(&self) -> Text {
        Text::new("refused-sign-in-first")
    }
    fn kind(&self) -> Kind {
        Kind::SignInFirst
    }
}

impl Visit {
    pub async fn read(&self) -> Result<Tx> {
        self.market.read().await
    }

    pub async fn write(&self) -> Result<Tx> {
        self.market.write().await
    }

    /// Who is signed in; refused with the way to the sign-in page when nobody is.
    pub fn person(&self) -> Result<&Person> {
        self.person.as_ref().ok_or_else(|| Error::from(SignInFirst))
    }

    pub fn person_if_any(&self) -> Option<&Person> {
        self.person.as_ref()
    }

    pub fn organisations(&self) -> &[(Organisation, Role)] {
        &self.organisations
    }

    /// The proof that the one who is signed in may act for this organisation.
    pub async fn acting_for(
        &self,
        tx: &mut Tx,
        organisation: Id<Organisation>,
        at_least: Role,
    ) -> Result<ActingFor> {
        people::acting_for(tx, self.person()?, organisation, at_least).await
    }

    pub fn operator(&self) -> Result<Operator> {
        people::operator(self.person()?)
    }

    /// The frame of a page on the shop side.
    pub fn shop(&self) -> Frame {
        let mut frame = base(&self.market, &self.reader, self.person.as_ref());
        self.other_sides(&mut frame);
        frame
    }

    /// The frame of a page in a publisher's portal.
    pub fn portal(&self, organisation: &Organisation) -> Frame {
        let mut frame = self.shop();
        frame.side = Side::Work;
        frame.search = None;
        frame.section = Some(super::portal(&self.w, organisation, &self.reader.path));
        if let Some(visitor) = &mut frame.visitor {
            visitor.of = organisation.name.clone();
        }
        frame
    }

    /// The frame of a page on the operator's desk.
    pub fn desk(&self, _: &Operator) -> Frame {
        let mut frame = self.shop();
        frame.side = Side::Work;
        frame.search = None;
        frame.section = Some(super::desk(&self.w, &self.reader.path));
        frame
    }

    /// Ways that only some have: the operator's desk.
    fn other_sides(&self, frame: &mut Frame) {
        if self.person.as_ref().is_some_and(|person| person.operator) {
            frame.nav.push(
                Link::new(self.w.say("hall-desk"), "/desk").current(self.reader.path.starts_with("/desk")),
            );
        }
    }
}

/// The frame that needs no look into the database: also for pages about problems.
fn base(market: &Market, reader: &Reader, person: Option<&Person>) -> Frame {
    let words = market.words(reader.language);
    let mut frame = Frame::new(words, market.brand().clone(), reader.path.clone());
    frame.theme = reader.theme;
    frame.nav = super::shop_ways(&frame.w, &reader.path, person.is_some());
    frame.search = Some(SearchBox { action: "/search".to_owned(), value: String::new() });
    frame.visitor = person.map(|person| Visitor { name: person.name.clone(), of: String::new() });
    frame.foot = vec![
        Link::new(frame.w.say("hall-sell"), "/sell"),
        Link::new(frame.w.say("hall-policies"), "/policies"),
    ];
    frame
}

/// Frames for pages about problems, whoever asked.
pub fn frame_for(market: &Market) -> FrameFor {
    let market = market.clone();
    Arc::new(move |parts: &Parts| {
        let known = parts.extensions.get::<Known>().map(|known| &known.0);
        base(&market, &Reader::of(&parts.headers, &parts.uri), known)
    })
}

/// Who asks, left in the request for the layers around it.
#[derive(Clone)]
struct Known(Person);

/// The name of the cookie that holds a session's secret. Under TLS the browser is told to guard it as well as it can.
pub fn session_cookie(market: &Market) -> &'static str {
    if market.settings().address.starts_with("https://") { "__Host-session" } else { "session" }
}

impl FromRequestParts<Market> for Visit {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, market: &Market) -> Result<Visit, Error> {
        let reader = Reader::of(&parts.headers, &parts.uri);
        let w = market.words(reader.language);
        let mut visit = Visit { market: market.clone(), reader, w, person: None, organisations: Vec::new() };
        if let Some(token) = cookie(&parts.headers, session_cookie(market)) {
            let mut tx = market.read().await?;
            if let Some(id) = sessions::who(&mut tx, token).await? {
                visit.person = people::person(&mut tx, id).await?;
            }
            if let Some(person) = &visit.person {
                visit.organisations = people::organisations_of(&mut tx, person).await?;
                parts.extensions.insert(Known(person.clone()));
            }
        }
        Ok(visit)
    }
}

/// A notice that something was done, for the page that is shown next.
pub fn done(w: &Words, key: &str) -> Notice {
    Notice::new(house::web::NoticeKind::Done, w.say(key))
}
