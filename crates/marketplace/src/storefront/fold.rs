//! Words as they are sought: without capitals, without accents.

use std::borrow::Cow;

/// Longer words are cut: nobody types them, and an index should not keep them.
const WORD_MAX: usize = 40;

/// A word of a text: where it stands, and how it is sought.
#[derive(Debug, PartialEq, Eq)]
pub struct Word {
    pub start: usize,
    pub end: usize,
    pub folded: String,
}

/// The words of a text in their order.
pub fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for (at, letter) in text.char_indices() {
        if !letter.is_alphanumeric() {
            open = false;
            continue;
        }
        if !open {
            words.push(Word { start: at, end: at, folded: String::new() });
            open = true;
        }
        if let Some(word) = words.last_mut() {
            word.end = at + letter.len_utf8();
            if word.folded.len() < WORD_MAX {
                word.folded.push_str(&plain(letter));
            }
        }
    }
    words
}

/// One letter without its accent, in small.
fn plain(letter: char) -> Cow<'static, str> {
    let small = letter.to_lowercase().next().unwrap_or(letter);
    Cow::Borrowed(match small {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => "i",
        'ł' | 'ĺ' | 'ľ' | 'ļ' => "l",
        'ñ' | 'ń' | 'ň' | 'ņ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => "o",
        'ŕ' | 'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' | 'ŝ' => "s",
        'ť' | 'ţ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ž' | 'ż' => "z",
        'œ' => "oe",
        'æ' => "ae",
        'ß' => "ss",
        other => return Cow::Owned(other.to_string()),
    })
}

/// Whether two words differ by one letter at most: one more, one less, another one, or two that have changed places.
pub fn one_slip_apart(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([], []) => true,
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([a0, a1, a @ ..], [b0, b1, b @ ..]) if a0 == b1 && a1 == b0 && a == b => true,
        ([_, a @ ..], b) if a == b => true,
        (a, [_, b @ ..]) if a == b => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sought_without_capitals_and_accents() {
        let folded: Vec<String> = words("Équilibreur d’Œuvres: NGINX-1.28 für Straße")
            .into_iter()
            .map(|word| word.folded)
            .collect();
        assert_eq!(folded, ["equilibreur", "d", "oeuvres", "nginx", "1", "28", "fur", "strasse"]);
        let text = "un été";
        let word = &words(text)[1];
        assert_eq!(&text[word.start..word.end], "été");
    }

    #[test]
    fn one_slip_of_the_finger_is_forgiven() {
        for (a, b, expected) in [
            ("postgres", "postgres", true),
            ("postgers", "postgres", true),
            ("postgre", "postgres", true),
            ("postgress", "postgres", true),
            ("pestgres", "postgres", true),
            ("pestgrex", "postgres", false),
            ("post", "postgres", false),
        ] {
            assert_eq!(one_slip_apart(a, b), expected, "{a} {b}");
            assert_eq!(one_slip_apart(b, a), expected, "{b} {a}");
        }
    }
}
