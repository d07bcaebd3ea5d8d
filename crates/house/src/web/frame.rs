//! What stands around a page: who reads it, where they are, and where they can go.

use std::sync::Arc;

use crate::clock::Timestamp;
use crate::words::{Dictionary, Words};

use super::brand::Brand;
use super::reader::Reader;

/// Everything around a page. It knows people, places and words, but nothing of what the page is about.
#[derive(Debug, Clone)]
pub struct Frame {
    pub w: Words,
    pub side: Side,
    /// Path and query of the page itself, for the switches that come back to it.
    pub path: String,
    /// One sentence about the page, for search engines and previews; may be empty.
    pub description: String,
    /// The ways through the whole building.
    pub nav: Vec<Link>,
    /// The ways through the part of it in which the visitor works; shown on the work side only.
    pub section: Option<Section>,
    pub visitor: Option<Visitor>,
    pub notices: Vec<Notice>,
    pub brand: Arc<Brand>,
    /// The search box at the head of the shop side.
    pub search: Option<SearchBox>,
    pub theme: Theme,
    pub addresses: Addresses,
    /// The ways at the foot of every page.
    pub foot: Vec<Link>,
}

/// The two sides of the building: where people shop, and where they work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    #[default]
    Shop,
    Work,
}

/// Where the frame's own buttons lead.
#[derive(Debug, Clone)]
pub struct Addresses {
    pub home: String,
    pub sign_in: String,
    /// Takes a POST.
    pub sign_out: String,
    pub account: String,
}

impl Default for Addresses {
    fn default() -> Addresses {
        Addresses {
            home: "/".into(),
            sign_in: "/sign-in".into(),
            sign_out: "/sign-out".into(),
            account: "/account".into(),
        }
    }
}

/// A way to another page.
#[derive(Debug, Clone, Default)]
pub struct Link {
    pub label: String,
    pub address: String,
    /// Whether the visitor is there.
    pub current: bool,
    /// The name of an icon, or nothing.
    pub icon: &'static str,
    /// How many things wait there.
    pub count: Option<u64>,
}

impl Link {
    pub fn new(label: impl ToString, address: impl Into<String>) -> Link {
        Link { label: label.to_string(), address: address.into(), ..Link::default() }
    }

    pub fn icon(self, icon: &'static str) -> Link {
        Link { icon, ..self }
    }

    pub fn count(self, count: u64) -> Link {
        Link { count: Some(count), ..self }
    }

    pub fn current(self, current: bool) -> Link {
        Link { current, ..self }
    }
}

/// A part of the building in which someone works: its name and its pages.
#[derive(Debug, Clone, Default)]
pub struct Section {
    pub title: String,
    pub links: Vec<Link>,
}

/// Who reads the page.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub name: String,
    /// Where they belong, told under the name; may be empty.
    pub of: String,
}

impl Visitor {
    /// The first letters of the first and the last name.
    pub fn initials(&self) -> String {
        let mut names = self.name.split_whitespace().filter_map(|name| name.chars().next());
        let first = names.next();
        first.into_iter().chain(names.next_back()).flat_map(char::to_uppercase).collect()
    }
}

/// Something to tell above the page: what just happened, or what the visitor should know.
#[derive(Debug, Clone)]
pub struct Notice {
    pub kind: NoticeKind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    Done,
    Info,
    Warn,
    Fail,
}

impl Notice {
    pub fn new(kind: NoticeKind, text: impl ToString) -> Notice {
        Notice { kind, text: text.to_string() }
    }
}

impl NoticeKind {
    pub fn class(self) -> &'static str {
        match self {
            NoticeKind::Done => "done",
            NoticeKind::Info => "info",
            NoticeKind::Warn => "warn",
            NoticeKind::Fail => "fail",
        }
    }

    pub fn icon(self) -> &'static str {
        match self {
            NoticeKind::Done => "circle-check",
            NoticeKind::Info => "info",
            NoticeKind::Warn => "triangle-alert",
            NoticeKind::Fail => "circle-x",
        }
    }
}

/// The search box: where it sends, and what stands in it.
#[derive(Debug, Clone)]
pub struct SearchBox {
    pub action: String,
    pub value: String,
}

/// How a visitor wants pages to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the device is set.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: &'static [Theme] = &[Theme::Auto, Theme::Light, Theme::Dark];

    pub fn code(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    pub fn parse(code: &str) -> Option<Theme> {
        Theme::ALL.iter().copied().find(|theme| theme.code() == code)
    }

    pub fn icon(self) -> &'static str {
        match self {
            Theme::Auto => "monitor",
            Theme::Light => "sun",
            Theme::Dark => "moon",
        }
    }

    /// The key of its name in the house's words.
    pub fn key(self) -> &'static str {
        match self {
            Theme::Auto => "frame-theme-auto",
            Theme::Light => "frame-theme-light",
            Theme::Dark => "frame-theme-dark",
        }
    }
}

impl Frame {
    /// The frame for one reader: their language, their theme, the page they asked for.
    pub fn for_reader(
        reader: &Reader,
        dictionary: &Arc<Dictionary>,
        brand: &Arc<Brand>,
        now: Timestamp,
    ) -> Frame {
        let w = Words::new(reader.language, dictionary.clone(), now);
        Frame { theme: reader.theme, ..Frame::new(w, brand.clone(), reader.path.clone()) }
    }

    /// A frame with nothing in it but the reader and the market's face.
    pub fn new(w: Words, brand: Arc<Brand>, path: impl Into<String>) -> Frame {
        Frame {
            w,
            side: Side::default(),
            path: path.into(),
            description: String::new(),
            nav: Vec::new(),
            section: None,
            visitor: None,
            notices: Vec::new(),
            brand,
            search: None,
            theme: Theme::default(),
            addresses: Addresses::default(),
            foot: Vec::new(),
        }
    }

    /// The same page with `name=value` in its query, as the switches for language and theme need it.
    pub fn path_with(&self, name: &str, value: &str) -> String {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(url::form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known != name));
        pairs.append_pair(name, value);
        format!("{path}?{}", pairs.finish())
    }

    pub fn is_work(&self) -> bool {
        self.side == Side::Work
    }
}
