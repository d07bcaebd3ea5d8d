//! `halle explain`: what a rule wants, why, and what to do.

use std::io::{self, Write};
use std::process::ExitCode;

use certifier::rulebook::rule_of;
use certifier::{nearest, text};
use clap::Args;

use super::{GOOD, Lang, colour, complain, language, printed};

#[derive(Args)]
pub struct ExplainArguments {
    /// The rule, such as `L17`; without one, all are listed
    rule: Option<String>,
    /// The language; without it, that of your locale
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

/// Says what a rule wants; without a rule, lists them all.
pub fn run(arguments: &ExplainArguments) -> ExitCode {
    let language = language(arguments.lang);
    let told = match &arguments.rule {
        None => text::list(language, colour()),
        Some(id) => match rule_of(id.trim()) {
            Some(rule) => text::explain(rule, language, colour()),
            None => return complain(&nearest::unknown(id, language)),
        },
    };
    printed(io::stdout().write_all(told.as_bytes()), GOOD)
}
