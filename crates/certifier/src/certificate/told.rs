//! What the desk says of certificates and keys, in no language yet.

use super::{Broken, Certificate};
use crate::phrase::{Phrase, quote, say};

impl Certificate {
    /// What there is to say of a certificate that holds, a line each: the files as the reader named them.
    pub fn told(&self, certificate: &str, image: &str) -> Vec<Phrase> {
        let report = &self.report;
        let holds = say("verify.holds")
            .text("certificate", certificate)
            .text("image", image)
            .text("day", &self.certified_on.to_string())
            .text("profile", &report.profile)
            .text("rulebook", &report.rulebook);
        let mut lines = vec![holds, say("verify.key").text("key", &self.key_id)];
        lines.extend(report.profile_differences.iter().map(|difference| quote(&format!("  {difference}"))));
        lines.extend(report.rules.iter().filter_map(|judged| {
            let granted = judged.exception.as_ref()?;
            let line = say("verify.excepted").text("rule", &judged.id).text("by", &granted.by);
            Some(line.text("until", &granted.until.to_string()).text("reason", &granted.reason))
        }));
        let name = image.rsplit('/').next().unwrap_or(image);
        if name != report.file_name {
            lines.push(say("verify.was_called").text("name", &report.file_name));
        }
        lines
    }
}

impl Broken {
    /// That this certificate does not hold, and why.
    pub fn told(&self, certificate: &str) -> Phrase {
        say("verify.broken").text("certificate", certificate).phrase("why", self.phrase())
    }
}

/// That two keys were made, what each is for, and their name.
pub fn keys_made(private: &str, public: &str, id: &str) -> [Phrase; 3] {
    [
        say("key.keep").text("file", private),
        say("key.give").text("file", public),
        say("verify.key").text("key", id),
    ]
}

/// That a key is there, which nothing overwrites.
pub fn key_is_there(path: &str) -> Phrase {
    say("key.there").text("file", path)
}
