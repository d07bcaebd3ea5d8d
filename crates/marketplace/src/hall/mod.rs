//! What stands around every page of the market: the ways through it, and who walks them.
//!
//! The hall is no chapter: it comes after `people` and before all others, and knows of them only their addresses.

pub mod pages;

use house::Id;
use house::web::{Link, Section};
use house::words::{Language, Words};

use crate::people::Organisation;

/// What the hall says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

/// The ways of the shop side.
fn shop_ways(w: &Words, path: &str, signed_in: bool) -> Vec<Link> {
    let mut ways = vec![way(w.say("hall-browse"), "/search", path)];
    if signed_in {
        ways.push(way(w.say("hall-my-orders"), "/orders", path));
        ways.push(way(w.say("hall-my-machines"), "/machines", path));
    }
    ways.push(way(w.say("hall-sell"), "/sell", path));
    ways
}

/// The ways of a publisher's portal.
fn portal(w: &Words, organisation: &Organisation, path: &str) -> Section {
    let at = |end: &str| portal_address(organisation.id, end);
    Section {
        title: organisation.name.clone(),
        links: vec![
            exact(w.say("hall-portal"), at(""), path).icon("gauge"),
            way(w.say("hall-offers"), at("/offers"), path).icon("package"),
            way(w.say("hall-images"), at("/images"), path).icon("hard-drive"),
            way(w.say("hall-orders"), at("/orders"), path).icon("receipt"),
            way(w.say("hall-deployments"), at("/deployments"), path).icon("server"),
            way(w.say("hall-leads"), at("/leads"), path).icon("users"),
            way(w.say("hall-registration"), at("/registration"), path).icon("building"),
            way(w.say("hall-members"), at("/members"), path).icon("settings"),
            way(w.say("hall-tokens"), at("/tokens"), path).icon("key"),
            way(w.say("hall-history"), at("/history"), path).icon("history"),
        ],
    }
}

/// The ways of the operator's desk.
fn desk(w: &Words, path: &str) -> Section {
    Section {
        title: w.say("hall-desk").to_string(),
        links: vec![
            exact(w.say("hall-desk-waiting"), "/desk".to_owned(), path).icon("inbox"),
            way(w.say("hall-desk-images"), "/desk/images", path).icon("hard-drive"),
            way(w.say("hall-desk-exceptions"), "/desk/exceptions", path).icon("flag"),
            way(w.say("hall-desk-letters"), "/desk/letters", path).icon("mail"),
            way(w.say("hall-desk-jobs"), "/desk/jobs", path).icon("list-checks"),
            way(w.say("hall-desk-audit"), "/desk/audit", path).icon("file-text"),
        ],
    }
}

/// Where a page of an organisation's portal is: `/sell/{id}` and what follows.
pub fn portal_address(organisation: Id<Organisation>, end: &str) -> String {
    format!("/sell/{organisation}{end}")
}

fn way(label: impl ToString, address: impl Into<String>, path: &str) -> Link {
    let address = address.into();
    let current = path.split('?').next().is_some_and(|path| path.starts_with(&address));
    Link::new(label, address).current(current)
}

fn exact(label: impl ToString, address: String, path: &str) -> Link {
    let current = path.split('?').next() == Some(&address);
    Link::new(label, address).current(current)
}
