//! What people type, checked at the door.

use house::words::Text;

/// Longest address that mail can carry.
const EMAIL_LENGTH_MAX: usize = 254;

/// An e-mail address, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    pub fn parse(text: &str) -> Result<Email, Text> {
        let email = text.trim().to_lowercase();
        let fits = email.len() <= EMAIL_LENGTH_MAX
            && email.split_once('@').is_some_and(|(local, domain)| is_local(local) && is_domain(domain));
        if fits { Ok(Email(email)) } else { Err(Text::new("refused-people-email")) }
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

fn is_local(local: &str) -> bool {
    (1..=64).contains(&local.len())
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b))
}

fn is_domain(domain: &str) -> bool {
    domain.contains('.')
        && domain.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

/// One line of text: something stands in it, at most `most` characters, none of which cannot be seen.
pub fn line(text: &str, most: usize) -> Result<String, Text> {
    let text = text.trim();
    if text.contains(['\n', '\r']) {
        return Err(Text::new("refused-people-line-broken"));
    }
    lines(text, most)
}

/// Text of any number of lines: something stands in it, at most `most` characters.
pub fn lines(text: &str, most: usize) -> Result<String, Text> {
    let text: String = text.trim().replace("\r\n", "\n").chars().filter(|c| can_be_seen(*c)).collect();
    if text.is_empty() {
        return Err(Text::new("refused-people-line-missing"));
    }
    let length = text.chars().count();
    if length > most {
        return Err(Text::new("refused-people-line-long").with("most", most).with("over", length - most));
    }
    Ok(text)
}

/// Control characters, and marks that turn the direction of what follows, could make a text look like another.
fn can_be_seen(c: char) -> bool {
    let turns = matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    c == '\n' || !(c.is_control() || turns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, taken: Option<&str>) {
        assert_eq!(Email::parse(typed).ok().as_ref().map(Email::text), taken, "for `{typed}`");
    }

    #[test]
    fn an_address_is_kept_in_lower_case_and_what_is_none_is_refused() {
        check(" Ada.Lovelace+halle@Example.ORG ", Some("ada.lovelace+halle@example.org"));
        check("o'hara@mail.example.org", Some("o'hara@mail.example.org"));
        for not in ["", "ada", "ada@", "@example.org", "ada@example", "a b@example.org", "ada@exa_mple.org"] {
            check(not, None);
        }
        for not in ["ada@-example.org", "ada@example..org", ".ada@example.org", "ada@x.org\nbcc: b@x.org"] {
            check(not, None);
        }
        check(&format!("{}@example.org", "a".repeat(65)), None);
    }

    #[test]
    fn a_line_is_not_empty_not_too_long_and_hides_nothing() {
        assert_eq!(line("  Acme  ", 10), Ok("Acme".to_owned()));
        assert_eq!(line("Ac\u{202e}me\u{7}", 10), Ok("Acme".to_owned()));
        assert!(line(" \u{200b} ", 10).is_err());
        assert!(line("Acme\nInc", 10).is_err());
        assert_eq!(lines("one\r\ntwo", 10), Ok("one\ntwo".to_owned()));
        assert_eq!(
            line("Électricité", 10),
            Err(Text::new("refused-people-line-long").with("most", 10_usize).with("over", 1_usize))
        );
    }
}
