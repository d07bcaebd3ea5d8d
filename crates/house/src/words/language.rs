//! The languages in which the house speaks.

use std::fmt;

/// A language in which every page, letter and refusal can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    #[default]
    En,
    Fr,
}

impl Language {
    pub const ALL: &'static [Language] = &[Language::En, Language::Fr];

    /// Its code, as in `<html lang>` and in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Fr => "fr",
        }
    }

    /// Its name in itself, as those who need it look for it.
    pub fn name(self) -> &'static str {
        match self {
            Language::En => "English",
            Language::Fr => "Français",
        }
    }

    /// Reads a code; a region after it (`fr-CA`) is no obstacle.
    pub fn parse(code: &str) -> Option<Language> {
        let primary = code.split(['-', '_']).next().unwrap_or(code);
        Language::ALL.iter().copied().find(|language| primary.eq_ignore_ascii_case(language.code()))
    }

    /// The language that the reader of an `Accept-Language` header likes best among ours; English where none fits.
    pub fn negotiate(accept_language: &str) -> Language {
        let mut best: Option<(u16, Language)> = None;
        for wish in accept_language.split(',').take(WISHES_MAX) {
            let mut parts = wish.split(';');
            let code = parts.next().unwrap_or_default().trim();
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(1000, thousandths);
            let language = if code == "*" { Some(Language::default()) } else { Language::parse(code) };
            if let Some(language) = language
                && weight > best.map_or(0, |(weight, _)| weight)
            {
                best = Some((weight, language));
            }
        }
        best.map_or(Language::default(), |(_, language)| language)
    }
}

/// Entries of an `Accept-Language` header that are read; browsers send five.
const WISHES_MAX: usize = 20;

/// `0.85` as 850; what is no weight counts as nothing.
fn thousandths(weight: &str) -> u16 {
    let weight: f32 = weight.trim().parse().unwrap_or(0.0);
    (weight.clamp(0.0, 1.0) * 1000.0) as u16
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, language: Language) {
        assert_eq!(Language::negotiate(header), language, "for `{header}`");
    }

    #[test]
    fn a_reader_is_answered_in_the_language_he_likes_best_among_ours() {
        check("fr-FR,fr;q=0.9,en;q=0.8", Language::Fr);
        check("en;q=0.7, fr;q=0.8", Language::Fr);
        check("de, fr;q=0.5, en;q=0.4", Language::Fr);
        check("en-GB", Language::En);
        check("fr;q=0, en;q=0.1", Language::En);
    }

    #[test]
    fn who_asks_for_none_of_ours_is_answered_in_english() {
        check("", Language::En);
        check("de-DE, ja;q=0.9", Language::En);
        check("*", Language::En);
        check(";;;q=,,", Language::En);
    }
}
