//! Someone who walks the road: a browser, a language, and what is found out about every page on the way.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use house::words::{Dictionary, Language, Words};

use crate::browser::Browser;

/// A password that nobody's name is in.
pub const PASSWORD: &str = "sept chats gris";

pub struct Visitor {
    pub browser: Browser,
    pub server: String,
    w: Words,
    /// What shuts people out of a page, with the page: told all at once, at the end of the road.
    offences: RefCell<Vec<String>>,
    /// Who it is, for what is found.
    name: &'static str,
    scripts: Cell<bool>,
}

impl Visitor {
    pub fn open(name: &'static str, language: Language, server: &str) -> Visitor {
        static WORDS: std::sync::OnceLock<Arc<Dictionary>> = std::sync::OnceLock::new();
        let words = WORDS.get_or_init(|| Arc::new(marketplace::market::dictionary()));
        let now = house::Clock::running().now();
        Visitor {
            browser: Browser::open_in(language.code()),
            server: server.to_owned(),
            w: Words::new(language, Arc::clone(words), now),
            offences: RefCell::default(),
            name,
            scripts: Cell::new(true),
        }
    }

    pub fn language(&self) -> Language {
        self.w.language()
    }

    /// What the market says under this key, in the visitor's language.
    pub fn word(&self, key: &str) -> String {
        self.w.say(key).to_string()
    }

    /// The same with one blank filled in.
    pub fn word_with(&self, key: &str, blank: &'static str, value: &str) -> String {
        self.w.say(key).with(blank, value).to_string()
    }

    #[track_caller]
    pub fn goto(&self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.server));
    }

    /// The address, without the server's name.
    #[track_caller]
    pub fn path(&self) -> String {
        let address = self.browser.address();
        let path = address.strip_prefix(&self.server).unwrap_or_else(|| panic!("{address} is another site"));
        path.split(['?', '#']).next().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub fn sees(&self, key: &str) {
        self.browser.wait_for(&self.word(key));
    }

    #[track_caller]
    pub fn sees_within(&self, key: &str, patience: Duration) {
        self.browser.wait_for_within(&self.word(key), patience);
    }

    #[track_caller]
    pub fn fill(&self, key: &str, text: &str) {
        self.browser.within("main").fill(&self.word(key), text);
    }

    #[track_caller]
    pub fn choose(&self, key: &str, option: &str) {
        self.browser.within("main").choose(&self.word(key), option);
    }

    #[track_caller]
    pub fn tick(&self, key: &str) {
        self.browser.within("main").tick(&self.word(key));
    }

    /// Ticks the box whose label begins with what stands before this blank.
    #[track_caller]
    pub fn tick_beginning(&self, key: &str, blank: &'static str) {
        let label = self.word_with(key, blank, "…");
        let (begins, _) = label.split_once('…').expect("the label has this blank");
        self.browser.within("main").tick(begins.trim_end());
    }

    #[track_caller]
    pub fn press(&self, key: &str) {
        self.browser.within("main").press(&self.word(key));
    }

    #[track_caller]
    pub fn follow(&self, key: &str) {
        self.browser.within("main").follow(&self.word(key));
    }

    /// Opens what asks before it acts, and says yes to it.
    #[track_caller]
    pub fn press_and_confirm(&self, key: &str, yes: &str) {
        self.browser.within("main details.confirm:not([open])").text();
        self.press(key);
        self.browser.within("main details.confirm[open] form").press(&self.word(yes));
    }

    /// From the next page on no script runs, nor can any look for what shuts people out.
    #[track_caller]
    pub fn goes_without_scripts(&self) {
        self.browser.without_javascript(true);
        self.scripts.set(false);
    }

    /// Looks whether anybody is shut out of this page.
    #[track_caller]
    pub fn looks(&self) {
        let at = self.browser.address();
        self.note(&at, "");
        let title = self.browser.title();
        assert!(!title.is_empty(), "{at} has no title");
    }

    /// The same for a page that everybody will see: at a desk and on a phone, in light and in the dark, with pictures.
    #[track_caller]
    pub fn looks_closely(&self, page: &str) {
        let at = self.browser.address();
        if !self.scripts.get() {
            return;
        }
        for (width, height) in [(1440, 1000), (360, 740)] {
            self.browser.resize(width, height);
            for dark in [false, true] {
                self.browser.prefer_dark(dark);
                let light = if dark { "dark" } else { "light" };
                self.note(&at, &format!("{width} px, {light}"));
                let overflow =
                    self.browser.script("return document.documentElement.scrollWidth - innerWidth");
                if overflow.as_i64().is_some_and(|pixels| pixels > 0) {
                    self.offences.borrow_mut().push(format!("{at} ({width} px): {overflow} px too wide"));
                }
                let language = self.language().code();
                self.browser.screenshot_whole(&format!("road/{page}-{language}-{width}-{light}"));
            }
        }
        self.browser.prefer_dark(false);
        self.browser.resize(1440, 1000);
    }

    #[track_caller]
    fn note(&self, at: &str, how: &str) {
        if !self.scripts.get() {
            return;
        }
        for offence in self.browser.accessibility_offences() {
            let line = format!("{} at {at} {how}: {offence}", self.name);
            let mut offences = self.offences.borrow_mut();
            if !offences.contains(&line) {
                offences.push(line);
            }
        }
    }

    /// What was found on all pages, for the end of a story.
    pub fn offences(&self) -> Vec<String> {
        self.offences.borrow().clone()
    }

    /// Makes an account, from whichever page asks who one is.
    #[track_caller]
    pub fn signs_up(&self, name: &str, email: &str) {
        if !self.path().starts_with("/sign") {
            self.looks();
            self.follow("problem-sign-in");
        }
        if self.path() == "/sign-in" {
            self.sees("people-sign-in-go");
            self.looks_closely("sign-in");
            self.follow("people-sign-in-new");
        }
        self.sees("people-sign-up-go");
        self.looks_closely("sign-up");
        self.fill("people-name", name);
        self.fill("people-email", email);
        self.fill("people-password", PASSWORD);
        self.choose("people-language", self.language().name());
        self.press("people-sign-up-go");
    }
}
