//! The pages of this chapter: the road that a seller goes, its forms, the agreements, and the operator's decision.

mod decide;
mod nominate;
mod policies;
mod registration;
mod road;

use axum::Router;
use house::web::{Choice, Form};
use house::words::{Language, Words};
use serde::Deserialize;

use super::countries;
use crate::market::Market;

pub fn pages() -> Router<Market> {
    Router::new()
        .merge(road::pages())
        .merge(nominate::pages())
        .merge(registration::pages())
        .merge(policies::pages())
        .merge(decide::pages())
}

/// Longest name of a person, a company or a product; longest telephone number; longest text.
const NAME_MAX: usize = 100;
const PHONE_MAX: usize = 40;
const TEXT_MAX: usize = 2000;

#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// What was just done, told above the page.
    #[serde(default)]
    done: String,
}

/// The countries of the list, after an empty first one, so that nobody registers in the first by mistake.
fn country_choices(w: &Words, form: &Form) -> Vec<Choice> {
    let language: Language = w.language();
    let first = Choice::new("", w.say("sellers-country-choose"));
    let all = countries::by_name(language).into_iter();
    let all = all.map(|country| {
        Choice::new(country.code(), country.name(language)).chosen(form.has("country", country.code()))
    });
    std::iter::once(first).chain(all).collect()
}
