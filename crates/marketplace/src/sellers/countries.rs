//! The countries from which companies may sell here, as data.

use house::words::{Language, Text};

/// One line a country: its ISO 3166 code, its English name, its French name. A company outside of these cannot register.
const SELL_FROM: &str = include_str!("countries.txt");

/// A country from which companies may sell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    code: &'static str,
    en: &'static str,
    fr: &'static str,
}

impl Country {
    /// Reads an ISO 3166 code of two letters.
    pub fn parse(code: &str) -> Result<Country, Text> {
        all().find(|country| country.code == code).ok_or_else(|| Text::new("refused-sellers-country"))
    }

    pub fn code(&self) -> &'static str {
        self.code
    }

    pub fn name(&self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Fr => self.fr,
        }
    }
}

fn all() -> impl Iterator<Item = Country> {
    SELL_FROM.lines().filter_map(|line| {
        let mut parts = line.split('|');
        Some(Country { code: parts.next()?, en: parts.next()?, fr: parts.next()? })
    })
}

/// All of them, in the order in which a reader of this language looks for them.
pub fn by_name(language: Language) -> Vec<Country> {
    let mut countries: Vec<Country> = all().collect();
    countries.sort_by_key(|country| plain(country.name(language)));
    countries
}

/// A name as it is sorted: `Égypte` stands with the other E.
fn plain(name: &str) -> String {
    let bare = |c| match c {
        'É' | 'È' | 'Ê' | 'é' | 'è' | 'ê' | 'ë' => 'e',
        'Î' | 'Ï' | 'î' | 'ï' => 'i',
        'Å' | 'à' | 'â' | 'ã' => 'a',
        'ô' | 'ó' => 'o',
        'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    };
    name.chars().map(bare).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_a_code_and_a_name_in_each_language_once() {
        let mut codes: Vec<_> = all().map(|country| country.code()).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!((codes.len(), SELL_FROM.lines().count()), (count, count));
        for country in all() {
            assert!(
                country.code.len() == 2 && !country.en.is_empty() && !country.fr.is_empty(),
                "{country:?}"
            );
        }
    }

    #[test]
    fn countries_stand_where_a_reader_looks_for_them() {
        let french = by_name(Language::Fr);
        let place = |code| french.iter().position(|country| country.code == code);
        assert!(place("EG") < place("FR") && place("ES") < place("FR"), "Égypte and Espagne before France");
        assert_eq!(Country::parse("CI").map(|country| country.name(Language::Fr)), Ok("Côte d’Ivoire"));
        assert!(Country::parse("XX").is_err());
    }
}
