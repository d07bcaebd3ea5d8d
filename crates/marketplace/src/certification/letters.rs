//! Letters about verdicts.

use certifier::finding::Verdict as Each;
use house::mail::Letter;

use super::begin::Cause;
use super::report_view::language_of;
use super::{Outcome, Run, Verdict, granted_line};
use crate::hall::portal_address;
use crate::images::Image;
use crate::market::Market;
use crate::people::Person;

/// Things to fix that a letter names; the report has them all.
const NAMED_MAX: usize = 5;

/// Tells the sender of an image what came of it, and what must be fixed first.
pub fn concluded(
    market: &Market,
    to: &Person,
    image: &Image,
    run: &Run,
    verdict: Verdict,
    outcome: &Outcome,
    cause: Cause,
) -> Letter {
    let w = market.words(to.language);
    let (title, opening) = match verdict {
        Verdict::Certified if cause == Cause::Exceptions => {
            ("certification-letter-good-title", "certification-letter-accepted")
        }
        Verdict::NotCertified if cause == Cause::Exceptions => {
            ("certification-letter-ended-title", "certification-letter-ended")
        }
        Verdict::Certified => ("certification-letter-good-title", "certification-letter-good"),
        Verdict::NotCertified => ("certification-letter-bad-title", "certification-letter-bad"),
        Verdict::CouldNotJudge => ("certification-letter-open-title", "certification-letter-open"),
    };
    let title = w.say(title).with("file", &image.file_name).to_string();
    let opening = w.say(opening).with("file", &image.file_name).with("profile", &run.profile);
    let mut body =
        format!("{}\n\n{opening}\n", w.say("certification-letter-greeting").with("name", &to.name));
    match outcome {
        Outcome::BrokenOff(why) => body += &format!("\n{}\n", w.tell(why)),
        Outcome::Judged(report) => {
            let language = language_of(&w);
            for rule in report.with_verdict(Each::Fail).take(NAMED_MAX) {
                let rule = rule.render(language);
                body += &format!("\n{}  {}\n    {}\n", rule.id, rule.title, rule.reason);
                if let Some(remedy) = rule.remedy {
                    body += &format!("    {} {remedy}\n", w.say("certification-letter-remedy"));
                }
            }
            for rule in
                report.with_verdict(Each::Excepted).filter_map(|rule| rule.exception.as_ref().zip(Some(rule)))
            {
                let (granted, rule) = rule;
                let title = rule.render(language).title;
                body += &format!("\n{}  {title}\n    {}\n", rule.id, granted_line(&w, granted));
            }
            let left = report.with_verdict(Each::Fail).count().saturating_sub(NAMED_MAX);
            if left > 0 {
                body += &format!("\n{}\n", w.say("certification-letter-more").with("count", left));
            }
        }
    }
    let page = portal_address(image.organisation, &format!("/images/{}?profile={}", image.id, run.profile));
    let address = format!("{}{page}", market.settings().address);
    body += &format!("\n{}\n{address}\n", w.say("certification-letter-report"));
    Letter { to: to.email.clone(), title, body }
}
