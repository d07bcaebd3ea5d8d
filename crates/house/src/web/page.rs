//! A page is a struct, its template, and samples of it.

use std::sync::Arc;

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::error::Result;
use crate::words::{Dictionary, Language, Words};

use super::{Brand, Frame};

/// A page: a template with a `frame` and its words `w`, and samples that show it in every state it can be in.
pub trait Page: Template + Sized {
    /// The page in each of its states. A test renders them in every language.
    fn samples(frame: &Frame) -> Vec<Self>;
}

/// Renders a template as an answer.
pub fn show(page: &impl Template) -> Result<Response> {
    show_as(StatusCode::OK, page)
}

/// Renders a template with a status of its own, as a form does that is shown again (422).
pub fn show_as(status: StatusCode, page: &impl Template) -> Result<Response> {
    let html = page.render()?;
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    Ok((status, headers, html).into_response())
}

/// Renders every sample of a page in every language and looks for what must never be sent. For tests.
///
/// # Panics
/// Where a key or a blank is unknown, an id occurs twice, or a style or script stands in the page.
#[track_caller]
pub fn check_samples<P: Page>(chapter_words: &[(Language, &'static str)]) {
    let sources: Vec<_> = crate::words::SOURCES.iter().chain(chapter_words).copied().collect();
    let dictionary = Arc::new(Dictionary::new(&sources));
    let now = crate::clock::from_micros(1_800_000_000_000_000);
    for &language in Language::ALL {
        let words = Words::new(language, dictionary.clone(), now);
        let frame = Frame::new(words, Arc::new(Brand::default()), "/sample");
        let samples = P::samples(&frame);
        assert!(!samples.is_empty(), "a page without samples is a page that nobody has looked at");
        for sample in samples {
            let html = sample.render().expect("the sample renders");
            check_html(&html);
        }
    }
}

#[track_caller]
fn check_html(html: &str) {
    for never in [" style=\"", "<script>", " onclick=", "javascript:"] {
        assert!(!html.contains(never), "the content security policy refuses `{never}`");
    }
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    ids.sort_unstable();
    if let Some(twice) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        panic!("the id `{}` occurs twice", twice[0]);
    }
}
