//! What a publisher agrees to: texts of our own, in editions. An old edition stays readable for those who accepted it.

use house::words::Language;

/// One agreement, in all its editions; the newest comes last.
#[derive(Debug)]
pub struct Agreement {
    /// Its part of the address, and of the keys of its words.
    pub id: &'static str,
    editions: &'static [Edition],
}

#[derive(Debug)]
struct Edition {
    /// The month since which it holds.
    name: &'static str,
    en: &'static str,
    fr: &'static str,
}

macro_rules! edition {
    ($id:literal, $name:literal) => {
        Edition {
            name: $name,
            en: include_str!(concat!("agreements/", $id, "-", $name, ".en.txt")),
            fr: include_str!(concat!("agreements/", $id, "-", $name, ".fr.txt")),
        }
    };
}

/// All agreements that a publisher accepts.
pub const AGREEMENTS: &[Agreement] = &[
    Agreement { id: "participation", editions: &[edition!("participation", "2026-05")] },
    Agreement { id: "publisher", editions: &[edition!("publisher", "2026-05")] },
    Agreement { id: "terms", editions: &[edition!("terms", "2026-05")] },
    Agreement { id: "privacy", editions: &[edition!("privacy", "2026-05")] },
];

/// A piece of an agreement's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paragraph {
    Heading(String),
    Text(String),
}

impl Agreement {
    pub fn find(id: &str) -> Option<&'static Agreement> {
        AGREEMENTS.iter().find(|agreement| agreement.id == id)
    }

    /// The edition that holds now.
    pub fn edition(&self) -> &'static str {
        self.editions.last().map_or("", |edition| edition.name)
    }

    /// The names of all editions, newest first.
    pub fn editions(&self) -> impl Iterator<Item = &'static str> {
        self.editions.iter().rev().map(|edition| edition.name)
    }

    /// The text of an edition: headings begin with `# `, paragraphs are parted by empty lines. `{market}` is the market's name.
    pub fn text(&self, edition: &str, language: Language, market: &str) -> Option<Vec<Paragraph>> {
        let edition = self.editions.iter().find(|known| known.name == edition)?;
        let text = match language {
            Language::En => edition.en,
            Language::Fr => edition.fr,
        };
        let pieces =
            text.split("\n\n").map(|piece| piece.trim().replace('\n', " ").replace("{market}", market));
        let told = pieces.filter(|piece| !piece.is_empty()).map(|piece| match piece.strip_prefix("# ") {
            Some(heading) => Paragraph::Heading(heading.to_owned()),
            None => Paragraph::Text(piece),
        });
        Some(told.collect())
    }
}
