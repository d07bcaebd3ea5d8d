//! An index of words, in memory: which goods hold which word, and how much it weighs there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::fold::{one_slip_apart, words};

/// A query longer than this is cut.
const QUERY_WORDS_MAX: usize = 8;
const QUERY_LENGTH_MAX: usize = 200;
/// From this length on, a slip of the finger is forgiven.
const SLIP_LENGTH_MIN: usize = 5;
/// The whole word, its beginning, a slip: how much each counts.
const WHOLE: u64 = 8;
const BEGINNING: u64 = 4;
const SLIP: u64 = 2;

/// Words in their order, so that all that begin alike stand together.
#[derive(Debug, Default)]
pub struct Index {
    terms: BTreeMap<String, Vec<(u32, u64)>>,
    count: u32,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Goods and their weights, in the order of the goods.
    pub goods: Vec<(u32, u64)>,
    /// The words that matched, to be marked.
    pub words: BTreeSet<String>,
    /// The query with its slips put right, when there were any.
    pub meant: Option<String>,
}

impl Index {
    /// Adds the next thing: texts, and how much a word in each weighs.
    pub fn add(&mut self, texts: &[(&str, u64)]) {
        let mut weights: HashMap<String, u64> = HashMap::new();
        for (text, weight) in texts {
            for word in words(text) {
                // A word that stands in two fields weighs what it weighs in the better one.
                let known = weights.entry(word.folded).or_default();
                *known = (*known).max(*weight);
            }
        }
        for (term, weight) in weights {
            self.terms.entry(term).or_default().push((self.count, weight));
        }
        self.count += 1;
    }

    /// All that hold every word of the query; `None` when the query has no words.
    pub fn search(&self, query: &str) -> Option<Found> {
        let cut: String = query.chars().take(QUERY_LENGTH_MAX).collect();
        let sought: Vec<String> =
            words(&cut).into_iter().take(QUERY_WORDS_MAX).map(|word| word.folded).collect();
        let last = sought.len().checked_sub(1)?;
        let mut found = Found::default();
        let mut all: Option<HashMap<u32, u64>> = None;
        let mut meant = Vec::new();
        let mut slipped = false;
        for (place, word) in sought.iter().enumerate() {
            let mut terms = self.matches(word, place == last);
            if terms.is_empty() && word.chars().count() >= SLIP_LENGTH_MIN {
                terms = self.slips(word);
                if let Some((best, _)) = terms.first() {
                    slipped = true;
                    meant.push((*best).to_owned());
                }
            } else {
                meant.push(word.clone());
            }
            let weighed = self.weigh(&terms);
            found.words.extend(terms.into_iter().map(|(term, _)| term.to_owned()));
            all = Some(match all {
                None => weighed,
                Some(before) => before
                    .into_iter()
                    .filter_map(|(good, weight)| Some((good, weight + weighed.get(&good)?)))
                    .collect(),
            });
        }
        found.goods = all.unwrap_or_default().into_iter().collect();
        found.goods.sort_unstable();
        found.meant = (slipped && meant.len() == sought.len()).then(|| meant.join(" "));
        Some(found)
    }

    /// The whole word; for the word that is still being typed, also all that begin with it.
    fn matches(&self, word: &str, is_last: bool) -> Vec<(&str, u64)> {
        let beginnings = self.terms.range(word.to_owned()..).take_while(|(term, _)| term.starts_with(word));
        beginnings
            .filter(|(term, _)| is_last || term.as_str() == word)
            .map(|(term, _)| (term.as_str(), if term == word { WHOLE } else { BEGINNING }))
            .collect()
    }

    /// Words one slip away, the commonest first.
    fn slips(&self, word: &str) -> Vec<(&str, u64)> {
        let mut near: Vec<(&str, usize)> = self
            .terms
            .iter()
            .filter(|(term, _)| term.len() + 1 >= SLIP_LENGTH_MIN && one_slip_apart(term, word))
            .map(|(term, goods)| (term.as_str(), goods.len()))
            .collect();
        near.sort_by_key(|(_, goods)| std::cmp::Reverse(*goods));
        near.into_iter().map(|(term, _)| (term, SLIP)).collect()
    }

    /// What each good weighs for these terms: the best of them counts, and a rare word more than a common one.
    fn weigh(&self, terms: &[(&str, u64)]) -> HashMap<u32, u64> {
        let mut weighed: HashMap<u32, u64> = HashMap::new();
        for (term, closeness) in terms {
            let Some(goods) = self.terms.get(*term) else { continue };
            let holders = u64::try_from(goods.len()).unwrap_or(u64::MAX).max(1);
            let rarity = u64::from((u64::from(self.count) / holders).max(1).ilog2()) + 1;
            for (good, weight) in goods {
                let now = weight * closeness * rarity;
                let known = weighed.entry(*good).or_default();
                *known = (*known).max(now);
            }
        }
        weighed
    }
}

/// A stretch of a text, and whether it matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    pub text: String,
    pub marked: bool,
}

/// Cuts a text into what matched and what did not.
pub fn marked(text: &str, matched: &BTreeSet<String>) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    let mut from = 0;
    let mut push = |part: &str, marked| {
        if !part.is_empty() {
            stretches.push(Stretch { text: part.to_owned(), marked });
        }
    };
    for word in words(text) {
        if matched.contains(&word.folded) {
            push(&text[from..word.start], false);
            push(&text[word.start..word.end], true);
            from = word.end;
        }
    }
    push(&text[from..], false);
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> Index {
        let mut index = Index::default();
        index.add(&[("Hardened nginx", 8), ("A web server", 4), ("Écrit pour les équipes", 1)]);
        index.add(&[("PostgreSQL tuned", 8), ("A database server", 4), ("Runs beside nginx", 1)]);
        index.add(&[("Équilibreur", 8), ("Répartit la charge", 4)]);
        index
    }

    /// Searches and compares: the goods, best first, and what was meant.
    #[track_caller]
    fn check(query: &str, expected: &[u32], meant: Option<&str>) {
        let index = index();
        let mut found = index.search(query).expect("a query with words");
        found.goods.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        let goods: Vec<u32> = found.goods.iter().map(|(good, _)| *good).collect();
        assert_eq!((goods.as_slice(), found.meant.as_deref()), (expected, meant), "{query}");
    }

    #[test]
    fn a_title_weighs_more_than_a_description_and_every_word_counts() {
        check("nginx", &[0, 1], None);
        check("server nginx", &[0, 1], None);
        check("database nginx", &[1], None);
        check("nothing", &[], None);
    }

    #[test]
    fn the_last_word_may_be_unfinished_and_accents_do_not_matter() {
        check("postg", &[1], None);
        check("equil", &[2], None);
        check("EQUIPES", &[0], None);
        check("postg nginx", &[], None);
    }

    #[test]
    fn one_slip_is_put_right_and_told() {
        check("postgresqk", &[1], Some("postgresql"));
        check("ngnix", &[0, 1], Some("nginx"));
        check("ngnix databse", &[1], Some("nginx database"));
        check("web ngixn", &[0], Some("web nginx"));
    }

    #[test]
    fn words_that_matched_are_marked_as_they_were_written() {
        let matched = BTreeSet::from(["equipes".to_owned()]);
        let shown: String = marked("Pour les Équipes.", &matched)
            .iter()
            .map(|part| if part.marked { format!("[{}]", part.text) } else { part.text.clone() })
            .collect();
        assert_eq!(shown, "Pour les [Équipes].");
        assert!(index().search(" ,. ").is_none());
    }
}
