//! The operator's part of the road: a desk on which decisions wait, and a log that tells the whole story.

use std::path::Path;
use std::process::Command;

use house::words::Language;

use super::letters::LetterBox;
use super::visitor::{PASSWORD, Visitor};
use crate::server::program;

pub const EMAIL: &str = "olive@market.example";

pub struct Operator {
    pub visitor: Visitor,
}

impl Operator {
    /// Is made by the program, and chooses a password by the link that it prints.
    pub fn takes_the_desk(data: &Path, server: &str) -> Operator {
        let output = Command::new(program())
            .args(["operator", EMAIL, "--name", "Olive", "--address", server, "--data"])
            .arg(data)
            .output()
            .expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let link = String::from_utf8(output.stdout).expect("a link is text");
        let visitor = Visitor::open("operator", Language::En, server);
        visitor.browser.goto(link.trim());
        visitor.sees("people-choose-title");
        visitor.looks();
        visitor.fill("people-password-new", PASSWORD);
        visitor.press("people-choose-go");
        visitor.sees("people-desk-none");
        visitor.looks_closely("desk-clear");
        // The link works once.
        visitor.browser.goto(link.trim());
        visitor.sees("refused-people-dead-link");
        Operator { visitor }
    }

    /// Finds the nomination on the desk, and approves it.
    pub fn approves(&self, product: &str, letters: &LetterBox) {
        let visitor = &self.visitor;
        let letter = letters.letter(EMAIL, product);
        assert!(letter.body.contains("small team"), "{letter:#?}");
        visitor.goto("/desk");
        visitor.browser.wait_for(product);
        visitor.looks_closely("desk");
        // The list is decided with the keyboard: on to the first, and in.
        visitor.browser.key("j");
        visitor.browser.key("Enter");
        visitor.sees("sellers-decide-approve-line");
        visitor.looks_closely("decide");
        visitor.press("sellers-decide-approve-go");
        visitor.sees("people-desk-done-decided");
    }

    /// Reads the audit log, page by page, until all of these details have been found.
    pub fn reads_the_log(&self, deeds: &[&str]) {
        let visitor = &self.visitor;
        for page in ["/desk/letters", "/desk/jobs", "/desk/audit"] {
            visitor.goto(page);
            visitor.looks_closely(&page.trim_start_matches('/').replace('/', "-"));
        }
        let mut missing: Vec<&str> = deeds.to_vec();
        for _ in 0..20 {
            let text = visitor.browser.text();
            missing.retain(|deed| !text.contains(deed));
            let more = visitor.browser.script("return Boolean(document.querySelector('main a[rel=next]'))");
            if missing.is_empty() || more != true {
                break;
            }
            visitor.follow("part-next");
        }
        assert!(missing.is_empty(), "the log does not tell of {missing:?}:\n{}", visitor.browser.text());
    }
}
