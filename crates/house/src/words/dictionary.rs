//! All that the house can say, in every language in which it can say it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use intl_memoizer::concurrent::IntlLangMemoizer;

use super::figures::{self, NARROW_SPACE};
use super::{Blank, Language};

/// The sentences of every language, by key.
pub struct Dictionary {
    bundles: Vec<(Language, FluentBundle<FluentResource>)>,
}

impl Dictionary {
    /// Reads the sources, several a language. The sources are part of the program, so a flaw in them is a flaw in it.
    ///
    /// # Panics
    /// Where a source cannot be read, a key is given twice, or a key is missing in one of the languages.
    pub fn new(sources: &[(Language, &'static str)]) -> Dictionary {
        let mut bundles = Vec::new();
        let mut keys = Vec::new();
        for &language in Language::ALL {
            let mut bundle = empty_bundle(language);
            let mut known = BTreeSet::new();
            for (_, source) in sources.iter().filter(|(of, _)| *of == language) {
                let resource =
                    FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(_, mistakes)| {
                        panic!("words.{language}.ftl cannot be read: {mistakes:?}")
                    });
                known.extend(message_keys(&resource));
                bundle
                    .add_resource(resource)
                    .unwrap_or_else(|twice| panic!("words.{language}.ftl says a key twice: {twice:?}"));
            }
            bundles.push((language, bundle));
            keys.push(known);
        }
        for (language, known) in Language::ALL.iter().zip(&keys) {
            let missing: Vec<&String> = keys.iter().flatten().filter(|key| !known.contains(*key)).collect();
            assert!(missing.is_empty(), "words.{language}.ftl lacks {missing:?}");
        }
        Dictionary { bundles }
    }

    /// Whether there are words for `key`.
    pub fn knows(&self, key: &str) -> bool {
        self.bundles.iter().all(|(_, bundle)| bundle.has_message(key))
    }

    /// The words for `key`; an unknown key or blank is a flaw of the program, told as loudly as the build allows.
    pub(super) fn look_up<'b>(
        &self,
        language: Language,
        key: &str,
        blanks: impl Iterator<Item = (&'b str, &'b Blank)>,
    ) -> String {
        let (_, bundle) = self
            .bundles
            .iter()
            .find(|(of, _)| *of == language)
            .expect("`new` makes a bundle for every language");
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            debug_assert!(false, "no words for `{key}`");
            tracing::warn!(key, "no words for this key");
            return key.to_owned();
        };
        let args: FluentArgs<'_> = blanks.map(|(name, value)| (name, fluent_value(value))).collect();
        let mut flaws = Vec::new();
        let said = bundle.format_pattern(pattern, Some(&args), &mut flaws).into_owned();
        debug_assert!(flaws.is_empty(), "`{key}` in {language}: {flaws:?}");
        said
    }
}

fn fluent_value(blank: &Blank) -> FluentValue<'_> {
    match blank {
        Blank::Number(number) => FluentValue::from(*number),
        Blank::Text(text) => FluentValue::from(text.as_str()),
    }
}

fn empty_bundle(language: Language) -> FluentBundle<FluentResource> {
    let id = language.code().parse().expect("our codes are language identifiers");
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    match language {
        Language::En => bundle.set_formatter(Some(number_in_english)),
        Language::Fr => {
            bundle.set_formatter(Some(number_in_french));
            bundle.set_transform(Some(french_spaces));
        }
    }
    bundle
}

fn number_in_english(value: &FluentValue<'_>, _: &IntlLangMemoizer) -> Option<String> {
    grouped(Language::En, value)
}

fn number_in_french(value: &FluentValue<'_>, _: &IntlLangMemoizer) -> Option<String> {
    grouped(Language::Fr, value)
}

fn grouped(language: Language, value: &FluentValue<'_>) -> Option<String> {
    match value {
        FluentValue::Number(number) if number.value.fract() == 0.0 => {
            Some(figures::grouped(language, number.value as i64))
        }
        _ => None,
    }
}

/// Before `: ; ! ? » %` and after `«` French has a space at which no line breaks. Nobody should have to type it.
fn french_spaces(text: &str) -> Cow<'_, str> {
    const BEFORE: [char; 6] = [':', ';', '!', '?', '»', '%'];
    if !text.contains(' ') {
        return Cow::Borrowed(text);
    }
    let mut spaced = String::with_capacity(text.len() + 8);
    let mut rest = text.chars().peekable();
    let mut last = None;
    while let Some(c) = rest.next() {
        let hugs = c == ' ' && (last == Some('«') || rest.peek().is_some_and(|next| BEFORE.contains(next)));
        spaced.push(if hugs { NARROW_SPACE } else { c });
        last = Some(c);
    }
    Cow::Owned(spaced)
}

fn message_keys(resource: &FluentResource) -> impl Iterator<Item = String> + '_ {
    resource.source().lines().filter_map(|line| {
        let (key, _) = line.split_once('=')?;
        let key = key.trim_end();
        let starts = key.starts_with(|c: char| c.is_ascii_alphabetic());
        (starts && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'))
            .then(|| key.to_owned())
    })
}
