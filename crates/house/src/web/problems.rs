//! Every "no" on its way to whoever asked: as a page for people, as RFC 9457 JSON for programs.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State as Given};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tower_http::csrf::ProtectionError;

use crate::error::{Error, Kind, NotFound, Refusal};
use crate::words::Text;

use super::layers::RequestId;
use super::{Frame, Link, Page};

/// Makes the frame for a page about a problem. Gets the head of the request, with all that earlier layers put into it.
pub type FrameFor = Arc<dyn Fn(&Parts) -> Frame + Send + Sync>;

/// An error on its way out; the layer in [`problems`] gives it words.
#[derive(Clone)]
struct Carried(Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = status(&self);
        let mut response = status.into_response();
        response.extensions_mut().insert(Carried(Arc::new(self)));
        response
    }
}

fn status(error: &Error) -> StatusCode {
    let Error::Refused(refusal) = error else { return StatusCode::INTERNAL_SERVER_ERROR };
    match refusal.kind() {
        Kind::SignInFirst => StatusCode::UNAUTHORIZED,
        Kind::NotAllowed => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::NotNow => StatusCode::CONFLICT,
        Kind::BadInput => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::TooOften => StatusCode::TOO_MANY_REQUESTS,
        Kind::NotHere => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// What the house itself refuses, before any chapter is asked.
#[derive(Debug)]
enum Refused {
    ForeignForm,
    TooLarge,
    TooSlow,
    Method(String),
    Unreadable(String),
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Refused::ForeignForm => "house.foreign_form",
            Refused::TooLarge => "house.too_large",
            Refused::TooSlow => "house.too_slow",
            Refused::Method(_) => "house.method",
            Refused::Unreadable(_) => "house.unreadable",
        }
    }

    fn text(&self) -> Text {
        match self {
            Refused::ForeignForm => Text::new("refused-foreign-form"),
            Refused::TooLarge => Text::new("refused-form-too-large"),
            Refused::TooSlow => Text::new("refused-too-slow"),
            Refused::Method(method) => Text::new("refused-method").with("method", method),
            Refused::Unreadable(why) => Text::new("refused-unreadable").with("why", why),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Refused::ForeignForm => Kind::NotAllowed,
            Refused::TooLarge => Kind::TooLarge,
            Refused::TooSlow => Kind::NotHere,
            Refused::Method(_) | Refused::Unreadable(_) => Kind::BadInput,
        }
    }
}

/// Turns errors, and the bare answers of the layers below, into something that can be read.
pub(super) async fn problems(Given(frame_for): Given<FrameFor>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let head = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let carried = response.extensions().get::<Carried>().map(|carried| carried.0.clone());
    let Some(error) = carried.or_else(|| bare(&head, &response)) else { return response };
    let status = match response.status() {
        status @ (StatusCode::METHOD_NOT_ALLOWED | StatusCode::UNSUPPORTED_MEDIA_TYPE) => status,
        _ => status(&error),
    };
    let frame = frame_for(&head);
    let reference = head.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    if let Error::Fault(fault) = &*error {
        tracing::error!(reference, path = head.uri.path(), "{fault}");
    }
    let mut answer = if wants_json(&head) {
        as_json(&frame, &error, status, &reference)
    } else {
        as_page(frame, &error, status, reference)
    };
    // What the bare answer told in its head still holds: `Allow`, `Retry-After`, cookies.
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    answer
}

/// The meaning of an answer that came without words: from the router, an extractor or a layer.
fn bare(head: &Parts, response: &Response) -> Option<Arc<Error>> {
    if response.extensions().get::<ProtectionError>().is_some() {
        return Some(Arc::new(Refused::ForeignForm.into()));
    }
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| !kind.starts_with("text/plain")) {
        return None;
    }
    let error: Error = match response.status() {
        StatusCode::NOT_FOUND => NotFound.into(),
        StatusCode::METHOD_NOT_ALLOWED => Refused::Method(head.method.to_string()).into(),
        StatusCode::PAYLOAD_TOO_LARGE => Refused::TooLarge.into(),
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => Refused::TooSlow.into(),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Refused::Unreadable(head.uri.path().to_owned()).into()
        }
        StatusCode::INTERNAL_SERVER_ERROR => Error::fault("a bare 500"),
        _ => return None,
    };
    Some(Arc::new(error))
}

fn wants_json(head: &Parts) -> bool {
    let accept = head.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let json = accept.contains("application/json") || accept.contains("application/problem+json");
    head.uri.path().starts_with("/api/") || (json && !accept.contains("text/html"))
}

fn as_json(frame: &Frame, error: &Error, status: StatusCode, reference: &str) -> Response {
    let w = &frame.w;
    let problem = match error {
        Error::Refused(refusal) => {
            let mistakes: Vec<_> = refusal
                .mistakes()
                .iter()
                .map(|mistake| json!({ "field": mistake.field, "detail": w.tell(&mistake.text) }))
                .collect();
            json!({
                "type": format!("/problems/{}", refusal.code()),
                "title": w.say(title_key(Some(refusal.kind()))).to_string(),
                "status": status.as_u16(),
                "detail": w.tell(&refusal.text()),
                "code": refusal.code(),
                "mistakes": mistakes,
                "reference": reference,
            })
        }
        Error::Fault(_) => json!({
            "type": "/problems/house.fault",
            "title": w.say(title_key(None)).to_string(),
            "status": status.as_u16(),
            "detail": w.say("problem-next-fault").to_string(),
            "code": "house.fault",
            "mistakes": [],
            "reference": reference,
        }),
    };
    let headers = [
        (header::CONTENT_TYPE, "application/problem+json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_LANGUAGE, w.language().code()),
    ];
    (status, headers, problem.to_string()).into_response()
}

fn as_page(frame: Frame, error: &Error, status: StatusCode, reference: String) -> Response {
    let page = ProblemPage::new(frame, error, reference);
    super::show_as(status, &page).unwrap_or_else(|broken| {
        tracing::error!("the page about a problem cannot be drawn: {broken}");
        status.into_response()
    })
}

fn title_key(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::SignInFirst) => "problem-title-sign-in",
        Some(Kind::NotAllowed) => "problem-title-not-allowed",
        Some(Kind::NotFound) => "problem-title-not-found",
        Some(Kind::NotNow) => "problem-title-not-now",
        Some(Kind::BadInput) => "problem-title-bad-input",
        Some(Kind::TooLarge) => "problem-title-too-large",
        Some(Kind::TooOften) => "problem-title-too-often",
        Some(Kind::NotHere) => "problem-title-not-here",
        None => "problem-title-fault",
    }
}

fn next_key(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::SignInFirst) => "problem-next-sign-in",
        Some(Kind::NotAllowed) => "problem-next-not-allowed",
        Some(Kind::NotFound) => "problem-next-not-found",
        Some(Kind::NotNow) => "problem-next-not-now",
        Some(Kind::BadInput) => "problem-next-bad-input",
        Some(Kind::TooLarge) => "problem-next-too-large",
        Some(Kind::TooOften) => "problem-next-too-often",
        Some(Kind::NotHere) => "problem-next-not-here",
        None => "problem-next-fault",
    }
}

/// The page that tells what happened, what it means, and what to do.
#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    w: crate::words::Words,
    frame: Frame,
    title: String,
    happened: String,
    next: String,
    mistakes: Vec<String>,
    /// Where to go from here.
    way: Link,
    /// The number under which the log tells the whole story; empty for a refusal.
    reference: String,
}

impl ProblemPage {
    fn new(frame: Frame, error: &Error, reference: String) -> ProblemPage {
        let w = frame.w.clone();
        let (kind, happened, mistakes, reference) = match error {
            Error::Refused(refusal) => {
                let mistakes = refusal.mistakes().iter().map(|mistake| w.tell(&mistake.text)).collect();
                (Some(refusal.kind()), w.tell(&refusal.text()), mistakes, String::new())
            }
            Error::Fault(_) => (None, w.say("problem-fault").to_string(), Vec::new(), reference),
        };
        let way = match kind {
            Some(Kind::SignInFirst) => {
                let back: String = url::form_urlencoded::byte_serialize(frame.path.as_bytes()).collect();
                let address = format!("{}?next={back}", frame.addresses.sign_in);
                Link::new(w.say("problem-sign-in"), address).icon("log-in")
            }
            _ => Link::new(w.say("problem-home"), frame.addresses.home.clone()).icon("arrow-left"),
        };
        ProblemPage {
            title: w.say(title_key(kind)).to_string(),
            next: w.say(next_key(kind)).to_string(),
            w,
            frame,
            happened,
            mistakes,
            way,
            reference,
        }
    }
}

impl Page for ProblemPage {
    fn samples(frame: &Frame) -> Vec<ProblemPage> {
        let errors: [Error; 8] = [
            NotFound.into(),
            crate::error::ChangedMeanwhile.into(),
            Refused::ForeignForm.into(),
            Refused::TooLarge.into(),
            Refused::TooSlow.into(),
            Refused::Method("PUT".into()).into(),
            Refused::Unreadable("/path".into()).into(),
            Error::fault("something broke"),
        ];
        errors.iter().map(|error| ProblemPage::new(frame.clone(), error, "01890a5d".into())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_told_in_every_language() {
        super::super::check_samples::<ProblemPage>(&[]);
    }
}
