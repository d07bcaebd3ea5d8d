//! What the customer typed at the checkout.

use house::error::Mistakes;
use house::web::Form;
use house::words::Text;
use house::{Error, Result};

use super::Purchase;
use crate::leads::Contact;

const NAME_MAX: usize = 80;
const LINE_MAX: usize = 120;

/// Reads the form; all mistakes are told at once.
pub fn purchase(form: &Form) -> Result<Purchase, Error> {
    let mut mistakes = Mistakes::none();
    if !form.ticked("accept") {
        mistakes.note("accept", Text::new("orders-mistake-accept"));
    }
    let contact = form.ticked("share").then(|| contact(form, &mut mistakes));
    mistakes.end()?;
    Ok(Purchase { sku: form.value("sku").to_owned(), terms_sha256: form.value("terms").to_owned(), contact })
}

fn contact(form: &Form, mistakes: &mut Mistakes) -> Contact {
    let mut line = |field: &'static str, most: usize| {
        let text = form.value(field);
        if text.chars().count() > most || text.chars().any(char::is_control) {
            mistakes.note(field, Text::new("orders-mistake-long").with("most", most));
        }
        text.to_owned()
    };
    let contact = Contact {
        first_name: line("first_name", NAME_MAX),
        last_name: line("last_name", NAME_MAX),
        email: line("email", LINE_MAX),
        phone: line("phone", NAME_MAX),
        country: line("country", LINE_MAX).to_ascii_uppercase(),
        company: line("company", LINE_MAX),
        title: line("job", LINE_MAX),
    };
    if contact.last_name.is_empty() {
        mistakes.note("last_name", Text::new("orders-mistake-name").with("most", NAME_MAX));
    }
    if !looks_like_an_address(&contact.email) {
        mistakes.note("email", Text::new("orders-mistake-email"));
    }
    let country = contact.country.as_bytes();
    if !country.is_empty() && (country.len() != 2 || !country.iter().all(u8::is_ascii_uppercase)) {
        mistakes.note("country", Text::new("orders-mistake-country"));
    }
    contact
}

/// Only a letter can tell whether an address is one; this catches slips of the finger.
fn looks_like_an_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !text.contains(char::is_whitespace)
            && !domain.contains('@')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a form and names the fields that are wrong.
    #[track_caller]
    fn check(fields: &[(&str, &str)], wrong: &str) {
        let form = fields.iter().fold(Form::empty(), |form, (name, value)| form.fill(name, value));
        let found = match purchase(&form) {
            Ok(_) => String::new(),
            Err(Error::Refused(refusal)) => {
                refusal.mistakes().iter().map(|mistake| mistake.field).collect::<Vec<_>>().join(" ")
            }
            Err(fault) => panic!("{fault}"),
        };
        assert_eq!(found, wrong);
    }

    #[test]
    fn terms_are_accepted_by_a_tick_and_contacts_are_read_only_when_shared() {
        check(&[], "accept");
        check(&[("accept", "yes"), ("email", "nonsense")], "");
        check(
            &[("accept", "yes"), ("share", "yes"), ("email", "a@b"), ("country", "FRA")],
            "last_name email country",
        );
        let shared =
            [("accept", "yes"), ("share", "yes"), ("last_name", "Moulin"), ("email", "j@lyon.example")];
        check(&shared, "");
    }
}
