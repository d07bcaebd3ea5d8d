use std::sync::Arc;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn words(language: Language) -> Words {
    Words::new(language, Arc::new(Dictionary::new(SOURCES)), at("2026-11-22T10:00:00Z"))
}

/// What `write` writes for an English and for a French reader. `_` stands for a space at which no line breaks.
#[track_caller]
fn check(write: impl Fn(&Words) -> String, english: &str, french: &str) {
    let plain = |text: String| text.replace(['\u{a0}', '\u{202f}'], "_");
    assert_eq!(plain(write(&words(Language::En))), english);
    assert_eq!(plain(write(&words(Language::Fr))), french);
}

#[test]
fn numbers_are_grouped_in_the_readers_way() {
    check(|w| w.number(1_234_567), "1,234,567", "1_234_567");
    check(|w| w.number(-999), "−999", "−999");
    check(
        |w| w.say("when-minutes-ago").with("count", 1234).to_string(),
        "1,234 minutes ago",
        "il y a 1_234 minutes",
    );
}

#[test]
fn money_has_the_decimals_of_its_currency() {
    check(|w| w.money(123_450, "EUR"), "€1,234.50", "1_234,50_€");
    check(|w| w.money(-5, "USD"), "−$0.05", "−0,05_$US");
    check(|w| w.money(1500, "JPY"), "¥1,500", "1_500_¥JP");
    check(|w| w.money(1500, "KWD"), "KWD_1.500", "1,500_KWD");
    check(|w| w.price_per_hour(12_500_000, "EUR"), "€0.0125/hour", "0,0125_€/h");
    check(|w| w.price_per_hour(2_000_000_000_i64, "EUR"), "€2.00/hour", "2,00_€/h");
}

#[test]
fn sizes_are_counted_in_powers_of_1024() {
    check(|w| w.bytes(0), "0_B", "0_o");
    check(|w| w.bytes(1023), "1023_B", "1023_o");
    check(|w| w.bytes(1_u64 << 21), "2_MiB", "2_Mio");
    check(|w| w.bytes((3_u64 << 30) / 2), "1.5_GiB", "1,5_Gio");
    check(|w| w.bytes(u64::MAX), "8,192_PiB", "8_192_Pio");
}

#[test]
fn times_are_relative_within_a_day_and_dates_beyond_it() {
    check(|w| w.when(at("2026-11-22T09:59:30Z")), "just now", "à l’instant");
    check(|w| w.when(at("2026-11-22T09:57:00Z")), "3 minutes ago", "il y a 3 minutes");
    check(|w| w.when(at("2026-11-22T13:00:00Z")), "in 3 hours", "dans 3 heures");
    check(|w| w.when(at("2026-11-01T09:57:00Z")), "1_November 2026", "1er_novembre 2026");
    check(
        |w| w.moment(at("2026-11-22T09:57:00Z")).to_string(),
        r#"<time datetime="2026-11-22T09:57:00Z" title="22_November 2026, 09:57:00 UTC">3 minutes ago</time>"#,
        r#"<time datetime="2026-11-22T09:57:00Z" title="22_novembre 2026, 09:57:00 UTC">il y a 3 minutes</time>"#,
    );
}

#[test]
fn spans_are_told_in_their_two_largest_units() {
    check(|w| w.duration(std::time::Duration::from_millis(850)), "850_ms", "850_ms");
    check(|w| w.duration(185), "3_min_5_s", "3_min_5_s");
    check(|w| w.duration(90_000), "1_d_1_h", "1_j_1_h");
}

#[test]
fn french_has_its_spaces_without_anyone_typing_them() {
    check(
        |w| w.say("frame-search-hint").to_string(),
        "What do you want to run?",
        "Que souhaitez-vous faire tourner_?",
    );
}

#[test]
fn a_text_kept_as_data_is_told_in_the_language_of_whoever_reads_it() {
    let text = Text::new("refused-form-mistakes").with("count", 1);
    check(
        |w| w.tell(&text),
        "One answer cannot be taken as it is. It is marked below; nothing was saved.",
        "Une réponse ne peut être acceptée telle quelle. Elle est signalée ci-dessous_; rien n’a été enregistré.",
    );
}

#[test]
#[should_panic(expected = "words.fr.ftl lacks [\"greeting\"]")]
fn words_that_one_language_lacks_are_found_at_the_start() {
    Dictionary::new(&[(Language::En, "greeting = Hello")]);
}

#[test]
#[should_panic(expected = "words.en.ftl says a key twice")]
fn a_key_that_is_said_twice_is_found_at_the_start() {
    Dictionary::new(&[(Language::En, "greeting = Hello"), (Language::En, "greeting = Hi")]);
}

#[test]
#[should_panic(expected = "no words for `nothing`")]
fn an_unknown_key_is_a_flaw_that_tests_find() {
    let _ = words(Language::En).say("nothing").to_string();
}
