//! A form between two requests: what was typed, and what is wrong with it.

use axum::extract::{FromRequest, RawForm, Request};
use axum::response::{IntoResponse, Response};

use crate::error::{Error, Mistake, Mistakes};
use crate::words::Text;

use super::parts::Choice;

/// Fields that are read from one form; more than any page has, less than hurts.
const FIELDS_MAX: usize = 500;

/// What stands in a form. Taken from a request by axum, given back to the page when something is wrong,
/// so that nobody types anything twice.
#[derive(Debug, Clone, Default)]
pub struct Form {
    values: Vec<(String, String)>,
    /// Whether someone has sent it: what they left open is then left open.
    sent: bool,
    mistakes: Vec<Mistake>,
}

impl Form {
    /// A form nobody has filled in yet.
    pub fn empty() -> Form {
        Form::default()
    }

    /// Fills a field in, for forms that change what exists.
    pub fn fill(mut self, field: &str, value: impl ToString) -> Form {
        self.values.push((field.to_owned(), value.to_string()));
        self
    }

    /// What was typed into a field, without the spaces around it; empty where nothing was.
    pub fn value(&self, field: &str) -> &str {
        self.values.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value.trim())
    }

    /// What was typed into a field to the letter, as a password wants it.
    pub fn exact(&self, field: &str) -> &str {
        self.values.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value)
    }

    /// All that was chosen under one name.
    pub fn values<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.values.iter().filter(move |(name, _)| name == field).map(|(_, value)| value.as_str())
    }

    /// Whether `value` was chosen under this name.
    pub fn has(&self, field: &str, value: impl AsRef<str>) -> bool {
        self.values(field).any(|chosen| chosen == value.as_ref())
    }

    /// Whether a choice is shown as taken: as it was sent, or, before that, as it was filled in or is by default.
    pub fn picks(&self, field: &str, choice: &Choice) -> bool {
        self.has(field, &choice.value) || (!self.sent && choice.chosen)
    }

    /// Whether a checkbox is ticked.
    pub fn ticked(&self, field: &str) -> bool {
        !self.value(field).is_empty()
    }

    pub fn mistake(&self, field: &str) -> Option<&Text> {
        self.mistakes.iter().find(|mistake| mistake.field == field).map(|mistake| &mistake.text)
    }

    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// Takes up what a refusal says about fields. Any other error goes on its way.
    pub fn refused(mut self, error: Error) -> Result<Form, Error> {
        match &error {
            Error::Refused(refusal) if !refusal.mistakes().is_empty() => {
                self.mistakes = refusal.mistakes().to_vec();
                Ok(self)
            }
            _ => Err(error),
        }
    }

    /// The same form with these mistakes marked.
    pub fn marked(self, mistakes: Mistakes) -> Form {
        Form { mistakes: mistakes.0, ..self }
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Form, Response> {
        let RawForm(body) =
            RawForm::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        let values =
            url::form_urlencoded::parse(&body).take(FIELDS_MAX).map(|(n, v)| (n.into(), v.into())).collect();
        Ok(Form { values, sent: true, mistakes: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_open_stays_open_when_a_form_comes_back() {
        let usual = Choice::new("eu", "Europe").chosen(true);
        assert!(Form::empty().picks("market", &usual));
        assert!(!Form { sent: true, ..Form::empty() }.picks("market", &usual));
    }

    #[test]
    fn a_password_is_taken_to_the_letter() {
        let form = Form::empty().fill("password", " two spaces ");
        assert_eq!((form.value("password"), form.exact("password")), ("two spaces", " two spaces "));
    }
}
