//! The data that the parts of pages are drawn from; `templates/parts.html` draws them.

use std::fmt;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::words::Words;

use super::assets;

/// How something stands. Told by an icon and a word, never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Pass,
    Warn,
    Fail,
    /// Does not apply here.
    Skip,
    Wait,
    Run,
    /// Waits for whoever reads the page.
    Yours,
}

impl State {
    pub const ALL: [State; 7] =
        [State::Pass, State::Warn, State::Fail, State::Skip, State::Wait, State::Run, State::Yours];

    pub fn class(self) -> &'static str {
        match self {
            State::Pass => "pass",
            State::Warn => "warn",
            State::Fail => "fail",
            State::Skip => "skip",
            State::Wait => "wait",
            State::Run => "run",
            State::Yours => "yours",
        }
    }

    pub fn icon(self) -> &'static str {
        match self {
            State::Pass => "circle-check",
            State::Warn => "triangle-alert",
            State::Fail => "circle-x",
            State::Skip => "circle-minus",
            State::Wait => "clock",
            State::Run => "loader-circle",
            State::Yours => "user",
        }
    }

    /// The state's own name: `Passed`, `Waiting`.
    pub fn word(self, w: &Words) -> String {
        let key = match self {
            State::Pass => "state-pass",
            State::Warn => "state-warn",
            State::Fail => "state-fail",
            State::Skip => "state-skip",
            State::Wait => "state-wait",
            State::Run => "state-run",
            State::Yours => "state-yours",
        };
        w.say(key).to_string()
    }
}

/// An icon of the sprite, as an element. Decoration: the word beside it says the same.
pub struct Icon(&'static str);

/// The icon of this name in `assets/icons.svg`.
pub fn icon(name: &'static str) -> Icon {
    debug_assert!(assets::SPRITE.contains(&format!("id=\"{name}\"")), "no icon `{name}` in the sprite");
    Icon(name)
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sprite = assets::address("icons.svg");
        write!(f, r#"<svg class="icon" aria-hidden="true"><use href="{sprite}#{}"/></svg>"#, self.0)
    }
}

impl askama::filters::HtmlSafe for Icon {}

/// One of several answers: of a select, of radio cards, of facets.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// A second line; may be empty.
    pub hint: String,
    /// How many there are behind it.
    pub count: Option<u64>,
    pub chosen: bool,
}

impl Choice {
    pub fn new(value: impl ToString, label: impl ToString) -> Choice {
        Choice { value: value.to_string(), label: label.to_string(), ..Choice::default() }
    }

    pub fn hint(self, hint: impl ToString) -> Choice {
        Choice { hint: hint.to_string(), ..self }
    }

    pub fn count(self, count: u64) -> Choice {
        Choice { count: Some(count), ..self }
    }

    pub fn chosen(self, chosen: bool) -> Choice {
        Choice { chosen, ..self }
    }
}

/// One question that narrows a search.
#[derive(Debug, Clone)]
pub struct Facet {
    pub title: String,
    pub name: String,
    pub choices: Vec<Choice>,
}

/// One step of something that goes on by itself or waits for someone.
#[derive(Debug, Clone)]
pub struct Step {
    pub name: String,
    pub state: State,
    /// What happened, or what it waits for; may be empty.
    pub message: String,
    pub at: Option<Timestamp>,
    pub took: Option<Duration>,
    /// How long it takes on most days.
    pub usual: Option<Duration>,
    pub percent: Option<u8>,
}

impl Step {
    pub fn new(name: impl ToString, state: State) -> Step {
        Step {
            name: name.to_string(),
            state,
            message: String::new(),
            at: None,
            took: None,
            usual: None,
            percent: None,
        }
    }

    pub fn message(self, message: impl ToString) -> Step {
        Step { message: message.to_string(), ..self }
    }

    pub fn at(self, at: Timestamp) -> Step {
        Step { at: Some(at), ..self }
    }

    pub fn took(self, took: Duration) -> Step {
        Step { took: Some(took), ..self }
    }

    pub fn usual(self, usual: Duration) -> Step {
        Step { usual: Some(usual), ..self }
    }

    pub fn percent(self, percent: u8) -> Step {
        Step { percent: Some(percent.min(100)), ..self }
    }
}

/// A small mark: an icon and a word.
#[derive(Debug, Clone)]
pub struct Badge {
    pub icon: &'static str,
    pub word: String,
    /// `pass warn fail skip wait run accent`, or empty for plain.
    pub class: &'static str,
}

impl Badge {
    pub fn new(icon: &'static str, word: impl ToString) -> Badge {
        Badge { icon, word: word.to_string(), class: "" }
    }

    pub fn class(self, class: &'static str) -> Badge {
        Badge { class, ..self }
    }

    pub fn state(state: State, word: impl ToString) -> Badge {
        Badge { icon: state.icon(), word: word.to_string(), class: state.class() }
    }
}

/// Something on a shelf: artwork, name, one line, what it costs, what speaks for it.
#[derive(Debug, Clone)]
pub struct Tile {
    pub address: String,
    pub title: String,
    pub line: String,
    /// Who makes it.
    pub by: String,
    /// What it costs, as words: `from €0.05/hour`.
    pub price: String,
    pub badges: Vec<Badge>,
    /// The address of its artwork; a drawn letter stands in where there is none.
    pub artwork: Option<String>,
    /// Whole and half stars, doubled (9 is 4.5), and how many gave them.
    pub stars: Option<(u8, u64)>,
}

impl Tile {
    /// The letter that stands in for artwork.
    pub fn initial(&self) -> String {
        self.title.chars().next().into_iter().flat_map(char::to_uppercase).collect()
    }

    /// One of six quiet grounds for that letter, always the same for the same title.
    pub fn ground(&self) -> usize {
        self.title.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte))) % 6
    }
}

/// Pages that are turned by key.
#[derive(Debug, Clone, Default)]
pub struct Turner {
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl Turner {
    /// Cuts a list that was read one line too far to `most` lines. `address` is where it begins, `turned` whether this is another
    /// page of it, and `key` what the next page comes before.
    pub fn cut<T, K: fmt::Display>(
        list: &mut Vec<T>,
        most: usize,
        address: &str,
        turned: bool,
        key: impl Fn(&T) -> K,
    ) -> Turner {
        let goes_on = list.len() > most;
        list.truncate(most);
        let last = list.last().filter(|_| goes_on).map(key);
        Turner {
            previous: turned.then(|| address.to_owned()),
            next: last.map(|key| format!("{address}?before={key}")),
        }
    }
}

/// Something that waits for a decision.
#[derive(Debug, Clone)]
pub struct Decision {
    pub address: String,
    pub title: String,
    pub line: String,
    pub kind: Badge,
    pub waiting_since: Timestamp,
    pub due: Option<Timestamp>,
}

/// A stretch of a disk.
#[derive(Debug, Clone)]
pub struct Stretch {
    pub label: String,
    /// What lies there: `ext4, 1.2 GiB used`.
    pub detail: String,
    pub start: u64,
    pub length: u64,
    /// Nobody's: drawn hatched, and not numbered.
    pub free: bool,
    /// Set where something about it must be fixed or looked at.
    pub state: Option<State>,
}

/// A disk, drawn to scale.
#[derive(Debug, Clone)]
pub struct DiskBar {
    pub length: u64,
    pub stretches: Vec<Stretch>,
}

/// A rectangle of the drawing, in thousandths of the bar's width.
pub struct Block {
    pub x: u64,
    pub width: u64,
    /// How it is coloured; the legend uses the same name.
    pub key: &'static str,
}

/// Blocks drawn; a table with more entries than this is told in the legend only.
const BLOCKS_MAX: usize = 128;
/// The narrowest block that can be seen, in thousandths.
const BLOCK_LEAST: u64 = 6;

impl DiskBar {
    /// The colour of a stretch: by how it stands, else by its place.
    pub fn key(&self, place: &usize) -> &'static str {
        const TINTS: [&str; 5] = ["0", "1", "2", "3", "4"];
        match self.stretches.get(*place) {
            Some(stretch) if stretch.free => "free",
            Some(Stretch { state: Some(State::Fail), .. }) => "fail",
            Some(Stretch { state: Some(State::Warn), .. }) => "warn",
            _ => TINTS[place % TINTS.len()],
        }
    }

    /// The rectangles of the drawing: to scale, except that nothing gets too narrow to be seen.
    pub fn blocks(&self) -> Vec<Block> {
        let length = u128::from(self.length.max(1));
        let scaled = |at: u64| u64::try_from(u128::from(at) * 1000 / length).unwrap_or(1000).min(1000);
        let mut edge = 0;
        let mut blocks = Vec::new();
        for (place, stretch) in self.stretches.iter().take(BLOCKS_MAX).enumerate() {
            let x = scaled(stretch.start).max(edge).min(1000 - BLOCK_LEAST);
            let end = scaled(stretch.start.saturating_add(stretch.length)).max(x + BLOCK_LEAST).min(1000);
            edge = end;
            blocks.push(Block { x, width: end - x, key: self.key(&place) });
        }
        blocks
    }
}

/// A line of a log.
#[derive(Debug, Clone)]
pub struct LogLine {
    pub at: Timestamp,
    pub text: String,
    pub state: Option<State>,
}

/// A name and its value, as in a key–value list.
#[derive(Debug, Clone)]
pub struct Fact {
    pub name: String,
    pub value: String,
}

impl Fact {
    pub fn new(name: impl ToString, value: impl ToString) -> Fact {
        Fact { name: name.to_string(), value: value.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(start: u64, length: u64) -> Stretch {
        Stretch { label: String::new(), detail: String::new(), start, length, free: false, state: None }
    }

    #[test]
    fn a_disk_is_drawn_within_its_frame_however_odd_its_table() {
        let odd = [(0, 1), (1, 1), (500, 100), (500, 100), (990, u64::MAX), (u64::MAX, u64::MAX), (0, 0)];
        for length in [0, 1, 1000, u64::MAX] {
            let bar = DiskBar {
                length,
                stretches: odd.iter().map(|&(start, long)| stretch(start, long)).collect(),
            };
            for block in bar.blocks() {
                assert!(block.width >= BLOCK_LEAST && block.x + block.width <= 1000, "length {length}");
            }
        }
    }
}
