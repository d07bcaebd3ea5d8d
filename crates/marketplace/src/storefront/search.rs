//! A search: what was asked, what was found, and what would narrow it.

use std::collections::BTreeSet;

use house::Id;
use house::words::Language;

use super::shelves::{Good, Shelf};
use crate::offers::{Category, Offer};

/// Results on one page.
pub const PAGE: usize = 24;
/// The licences that one can choose, in the order in which they are shown.
pub const LICENCES: [&str; 3] = ["free", "byol", "hourly"];

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Best,
    Newest,
    Cheapest,
    Name,
}

impl Order {
    pub const ALL: &'static [Order] = &[Order::Best, Order::Newest, Order::Cheapest, Order::Name];

    pub fn code(self) -> &'static str {
        match self {
            Order::Best => "best",
            Order::Newest => "newest",
            Order::Cheapest => "price",
            Order::Name => "name",
        }
    }
}

/// What was asked. Every part of it stands in the address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    pub text: String,
    pub categories: Vec<Category>,
    pub licences: Vec<&'static str>,
    pub order: Order,
    /// The last result of the page before.
    pub after: Option<Id<Offer>>,
}

/// Longer queries are cut.
const TEXT_MAX: usize = 200;

impl Query {
    /// Reads the part of the address behind the question mark. What is not understood is left out.
    pub fn parse(query: &str) -> Query {
        let mut asked = Query::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()).take(100) {
            match name.as_ref() {
                "q" => asked.text = value.trim().chars().take(TEXT_MAX).collect(),
                "category" => asked.categories.extend(Category::parse(&value)),
                "licence" => {
                    asked.licences.extend(LICENCES.iter().copied().filter(|code| *code == value));
                }
                "sort" => {
                    let known = Order::ALL.iter().copied().find(|order| order.code() == value);
                    asked.order = known.unwrap_or_default();
                }
                "after" => asked.after = Id::parse(&value).ok(),
                _ => {}
            }
        }
        asked
    }

    /// The address of this search.
    pub fn address(&self) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        if !self.text.is_empty() {
            pairs.append_pair("q", &self.text);
        }
        for category in &self.categories {
            pairs.append_pair("category", category.code());
        }
        for licence in &self.licences {
            pairs.append_pair("licence", licence);
        }
        if self.order != Order::default() {
            pairs.append_pair("sort", self.order.code());
        }
        if let Some(after) = self.after {
            pairs.append_pair("after", &after.to_string());
        }
        let pairs = pairs.finish();
        if pairs.is_empty() { "/search".to_owned() } else { format!("/search?{pairs}") }
    }

    fn takes(&self, good: &Good, but: Option<Narrowing>) -> bool {
        let category = but == Some(Narrowing::Category)
            || self.categories.is_empty()
            || self.categories.iter().any(|one| good.categories.contains(one));
        let licence = but == Some(Narrowing::Licence)
            || self.licences.is_empty()
            || self.licences.iter().any(|one| good.licences.contains(one));
        category && licence
    }
}

/// A question that narrows a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Narrowing {
    Category,
    Licence,
}

/// What was found.
pub struct Results<'a> {
    pub goods: Vec<&'a Good>,
    pub total: usize,
    /// The words to be marked.
    pub words: BTreeSet<String>,
    pub meant: Option<String>,
    pub next: Option<Id<Offer>>,
    pub categories: Vec<(Category, u64)>,
    pub licences: Vec<(&'static str, u64)>,
}

/// Searches a shelf in a reader's language.
pub fn search<'a>(shelf: &'a Shelf, language: Language, query: &Query) -> Results<'a> {
    let found = shelf.index(language).and_then(|index| index.search(&query.text));
    let weighed: Vec<(&Good, u64)> = match &found {
        Some(found) => {
            let goods = found.goods.iter();
            goods.filter_map(|(at, weight)| Some((shelf.goods.get(*at as usize)?, *weight))).collect()
        }
        None => shelf.goods.iter().map(|good| (good, 0)).collect(),
    };
    let count = |but, has: &dyn Fn(&Good) -> bool| {
        let goods = weighed.iter().filter(|(good, _)| query.takes(good, Some(but)) && has(good));
        u64::try_from(goods.count()).unwrap_or(u64::MAX)
    };
    let categories = Category::ALL
        .iter()
        .map(|one| (*one, count(Narrowing::Category, &|good| good.categories.contains(one))))
        .filter(|(one, count)| *count > 0 || query.categories.contains(one))
        .collect();
    let licences = LICENCES
        .iter()
        .map(|one| (*one, count(Narrowing::Licence, &|good| good.licences.contains(one))))
        .filter(|(one, count)| *count > 0 || query.licences.contains(one))
        .collect();
    let mut taken: Vec<(&Good, u64)> =
        weighed.iter().copied().filter(|(good, _)| query.takes(good, None)).collect();
    sort(&mut taken, language, query.order);
    let total = taken.len();
    let from = query.after.and_then(|after| taken.iter().position(|(good, _)| good.offer == after));
    let from = from.map_or(0, |place| place + 1);
    let goods: Vec<&Good> = taken.iter().skip(from).take(PAGE).map(|(good, _)| *good).collect();
    let next = goods.last().filter(|_| total > from + PAGE).map(|good| good.offer);
    let (words, meant) = found.map(|found| (found.words, found.meant)).unwrap_or_default();
    Results { goods, total, words, meant, next, categories, licences }
}

/// Goods come newest first; where two are alike in what is sorted by, they stay so.
fn sort(goods: &mut [(&Good, u64)], language: Language, order: Order) {
    match order {
        Order::Best => goods.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight)),
        Order::Newest => goods.sort_by_key(|(good, _)| std::cmp::Reverse(good.live_since)),
        Order::Cheapest => goods.sort_by_key(|(good, _)| good.least_nanos()),
        Order::Name => goods.sort_by_cached_key(|(good, _)| {
            super::fold::words(good.title(language)).into_iter().map(|word| word.folded).collect::<Vec<_>>()
        }),
    }
}
