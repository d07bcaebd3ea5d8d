//! Who reads: their language and how they want pages to look, from the address, a cookie or the browser.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::words::Language;

use super::Theme;

const LANGUAGE_COOKIE: &str = "lang";
const THEME_COOKIE: &str = "theme";
const YEAR_SECONDS: u32 = 365 * 24 * 60 * 60;

/// How this visitor reads. A handler takes it as an argument.
#[derive(Debug, Clone)]
pub struct Reader {
    pub language: Language,
    pub theme: Theme,
    /// Path and query of what is asked for.
    pub path: String,
}

impl Reader {
    pub fn of(headers: &HeaderMap, uri: &Uri) -> Reader {
        let language = cookie(headers, LANGUAGE_COOKIE).and_then(Language::parse).unwrap_or_else(|| {
            let wishes = headers.get(header::ACCEPT_LANGUAGE).and_then(|wishes| wishes.to_str().ok());
            Language::negotiate(wishes.unwrap_or_default())
        });
        let theme = cookie(headers, THEME_COOKIE).and_then(Theme::parse).unwrap_or_default();
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Reader { language, theme, path }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Reader, Infallible> {
        Ok(Reader::of(&parts.headers, &parts.uri))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Language, Infallible> {
        Ok(Reader::of(&parts.headers, &parts.uri).language)
    }
}

/// The value of a cookie, as it was sent.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// `?lang=fr` and `?theme=dark` at any address keep the choice in a cookie and come back without it.
pub(super) async fn switches(request: Request, next: Next) -> Response {
    let a_page = request.method() == Method::GET && !request.uri().path().starts_with("/api/");
    let switched = a_page.then(|| switched(request.uri())).flatten();
    match switched {
        Some(back) => back,
        None => next.run(request).await,
    }
}

fn switched(uri: &Uri) -> Option<Response> {
    let mut kept = url::form_urlencoded::Serializer::new(String::new());
    let mut cookies = Vec::new();
    for (name, value) in url::form_urlencoded::parse(uri.query()?.as_bytes()) {
        let known = match &*name {
            LANGUAGE_COOKIE => Language::parse(&value).map(|language| (LANGUAGE_COOKIE, language.code())),
            THEME_COOKIE => Theme::parse(&value).map(|theme| (THEME_COOKIE, theme.code())),
            _ => None,
        };
        match known {
            Some(choice) => cookies.push(choice),
            None => {
                kept.append_pair(&name, &value);
            }
        }
    }
    if cookies.is_empty() {
        return None;
    }
    let mut response =
        (StatusCode::SEE_OTHER, [(header::LOCATION, back_to(uri, &kept.finish()))]).into_response();
    for (name, value) in cookies {
        let cookie = format!("{name}={value}; Path=/; Max-Age={YEAR_SECONDS}; SameSite=Lax; HttpOnly");
        if let Ok(cookie) = cookie.try_into() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Some(response)
}

/// The address on this host to come back to. Two slashes at its start would name another host.
fn back_to(uri: &Uri, query: &str) -> String {
    let path = format!("/{}", uri.path().trim_start_matches(['/', '\\']));
    if query.is_empty() { path } else { format!("{path}?{query}") }
}
