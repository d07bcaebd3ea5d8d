//! The pages of this chapter: at the door, about oneself, about an organisation's members and tokens, and the operator's desk.

mod account;
mod desk;
mod door;
mod history;
mod members;
mod tokens;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use house::web::{Choice, Frame, Notice, NoticeKind, Turner, cookie};
use house::words::{Language, Words};
use house::{Error, Result, sessions};
use serde::Deserialize;

use super::Role;
use crate::hall::pages::{Visit, session_cookie};
use crate::market::Market;

pub fn pages() -> Router<Market> {
    Router::new()
        .merge(door::pages())
        .merge(account::pages())
        .merge(members::pages())
        .merge(tokens::pages())
        .merge(history::pages())
        .merge(desk::pages())
}

/// Longest name of a person, an organisation or a token.
const NAME_MAX: usize = 100;

/// Lines of a list on one page.
const PAGE: usize = 50;

/// What an address may carry beside its path.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// Where to go afterwards.
    #[serde(default)]
    next: String,
    /// What was just done, told above the page.
    #[serde(default)]
    done: String,
    /// From where a list goes on.
    #[serde(default)]
    before: String,
}

/// Leads on to another page of this market.
pub(crate) fn see(address: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, address.to_owned())]).into_response()
}

/// The path to go to afterwards, if it is one of this host. Anything that a browser could take for another host is none.
fn local(next: &str) -> Option<&str> {
    let fits = next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    fits.then_some(next)
}

/// A path as part of an address's query.
fn quoted(path: &str) -> String {
    url::form_urlencoded::byte_serialize(path.as_bytes()).collect()
}

/// Leads on, and hands the browser the secret of its new session.
fn entered(market: &Market, secret: &str, next: &str) -> Response {
    let age = sessions::LIFE.as_secs();
    with_session(market, &format!("{secret}; Max-Age={age}"), next)
}

/// Leads on, and makes the browser forget its session.
fn left(market: &Market, next: &str) -> Response {
    with_session(market, "; Max-Age=0", next)
}

fn with_session(market: &Market, value: &str, next: &str) -> Response {
    let secure = if market.settings().address.starts_with("https://") { "; Secure" } else { "" };
    let name = session_cookie(market);
    let mut response = see(next);
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn session<'h>(market: &Market, headers: &'h HeaderMap) -> Option<&'h str> {
    cookie(headers, session_cookie(market))
}

/// A refusal without fields at fault, told above the page on which it happened. Any other error goes on its way.
pub(crate) fn told(w: &Words, error: Error) -> Result<(StatusCode, Notice)> {
    match &error {
        Error::Refused(refusal) if refusal.mistakes().is_empty() => {
            let status = match refusal.kind() {
                house::error::Kind::BadInput => StatusCode::UNPROCESSABLE_ENTITY,
                house::error::Kind::TooOften => StatusCode::TOO_MANY_REQUESTS,
                house::error::Kind::NotNow => StatusCode::CONFLICT,
                _ => return Err(error),
            };
            Ok((status, Notice::new(NoticeKind::Fail, w.tell(&refusal.text()))))
        }
        _ => Err(error),
    }
}

/// Tells above the page what was just done, if the address says so and `known` has it. The key is `{prefix}-{done}`.
pub(crate) fn tell_done(frame: &mut Frame, prefix: &str, known: &[&str], done: &str) {
    if known.contains(&done) {
        let notice = crate::hall::pages::done(&frame.w, &format!("{prefix}-{done}"));
        frame.notices.push(notice);
    }
}

/// What was done, in words: `offers.submit` is told by the key `offers-did-submit`, and by itself where no chapter has words for it.
fn did(w: &Words, what: &str) -> String {
    let key = what.replacen('.', "-did-", 1);
    if w.knows(&key) { w.say(&key).to_string() } else { what.to_owned() }
}

/// Who did it: a person by their address, and what nobody asked for by the market's own name.
fn who(w: &Words, line: &house::audit::Line) -> String {
    if line.who == house::audit::HOUSE { w.say("people-audit-house").to_string() } else { line.who.clone() }
}

/// Details as they are kept, made a little easier to read: names and values without the signs around them, as far as `telling` lets
/// them through.
fn plainly(details: &str, telling: fn(&str, &str) -> bool) -> String {
    match serde_json::from_str(details) {
        Ok(serde_json::Value::Object(fields)) => {
            let pairs = fields.iter().map(|(name, value)| (name, one(value)));
            let told = pairs.filter(|(name, value)| telling(name, value));
            told.map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join(" · ")
        }
        Ok(value) => one(&value),
        Err(_) => details.to_owned(),
    }
}

fn one(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn languages(chosen: &str) -> Vec<Choice> {
    let choice =
        |language: &Language| Choice::new(language.code(), language.name()).chosen(language.code() == chosen);
    Language::ALL.iter().map(choice).collect()
}

fn role_key(role: Role) -> &'static str {
    match role {
        Role::Owner => "people-role-owner",
        Role::Contributor => "people-role-contributor",
    }
}

fn frame_with(visit: &Visit, notice: Option<Notice>) -> Frame {
    let mut frame = visit.shop();
    frame.notices.extend(notice);
    frame
}

/// Where a list goes on: a key as it stands in the database, or nothing.
fn key(before: &str) -> Option<&str> {
    let is_key = before.len() == 36 && before.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    is_key.then_some(before)
}

/// Cuts a list that was read one line too far, and says how to turn the page.
fn turned<T>(list: &mut Vec<T>, asked: &Asked, at: &str, id: impl Fn(&T) -> String) -> Turner {
    Turner::cut(list, PAGE, at, key(&asked.before).is_some(), id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(next: &str, taken: bool) {
        assert_eq!(local(next).is_some(), taken, "for `{next}`");
    }

    #[test]
    fn who_has_signed_in_is_led_to_a_page_of_this_market_and_nowhere_else() {
        check("/sell?x=1&y=%20", true);
        check("/", true);
        for elsewhere in
            ["", "//evil.test", "/\\evil.test", "https://evil.test", "evil", "/a\\b", "/a b", "/\t/e"]
        {
            check(elsewhere, false);
        }
    }
}
