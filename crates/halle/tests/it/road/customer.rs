//! The customer's part of the road: from a search to the web server inside a machine, and its end.

use std::time::Duration;

use house::words::Language;

use super::visitor::Visitor;

/// Without help from the processor a machine takes minutes to boot.
const BOOT: Duration = Duration::from_secs(280);
const SOON: Duration = Duration::from_secs(60);

pub struct Customer {
    pub visitor: Visitor,
    name: &'static str,
    pub email: &'static str,
    host: &'static str,
    machine: String,
}

impl Customer {
    pub fn opens(
        language: Language,
        server: &str,
        name: &'static str,
        email: &'static str,
        host: &'static str,
    ) -> Customer {
        let visitor = Visitor::open("customer", language, server);
        Customer { visitor, name, email, host, machine: String::new() }
    }

    /// Finds the offer by a word, reads it, and orders it; signs up on the way.
    pub fn buys(&self, word: &str, title: &str, plan: &str) {
        let visitor = &self.visitor;
        visitor.goto("/");
        visitor.sees("storefront-home-title");
        visitor.looks_closely("home");
        visitor.browser.within("main form[role=search]").fill(&visitor.word("frame-search"), word);
        visitor.browser.within("main form[role=search]").press(&visitor.word("frame-search"));
        visitor.browser.wait_for(title);
        visitor.looks_closely("search");
        visitor.browser.within("main [data-results]").follow(title);
        visitor.sees("storefront-certificate");
        visitor.looks_closely("offer");
        visitor.browser.within("main").follow(&visitor.word_with("storefront-choose", "plan", plan));
        visitor.signs_up(self.name, self.email);
        visitor.sees("orders-share-title");
        visitor.looks_closely("checkout");
        let (first, last) = self.name.split_once(' ').expect("a first and a last name");
        visitor.tick("orders-accept");
        visitor.tick_beginning("orders-share", "seller");
        visitor.fill("orders-first-name", first);
        visitor.fill("orders-last-name", last);
        visitor.fill("orders-email", self.email);
        visitor.fill("orders-company", "Dupont et fils");
        visitor.fill("orders-country", "FR");
        visitor.press("orders-place");
        visitor.sees("deployments-under-order");
        visitor.looks_closely("order");
    }

    /// Deploys a machine and waits until it is ready, without touching the page.
    pub fn deploys(&mut self) {
        let visitor = &self.visitor;
        visitor.follow("deployments-deploy");
        visitor.sees("deployments-host-name-hint");
        visitor.looks_closely("deploy");
        visitor.fill("deployments-host-name", self.host);
        visitor.fill("deployments-user-name", "ada");
        visitor.press("deployments-deploy");
        visitor.sees("deployments-step-booting");
        visitor.looks_closely("machine-starting");
        visitor.sees_within("deployments-open", BOOT);
        visitor.sees("deployments-stage-ready-line");
        visitor.looks_closely("machine-ready");
        self.machine = visitor.path();
    }

    /// Opens the machine: what its own web server says.
    pub fn looks_into_the_machine(&self, token: &str, health_path: &str) {
        let visitor = &self.visitor;
        let open = visitor.browser.script("return document.querySelector('main a[target=_blank]').href");
        let open = open.as_str().expect("an address").to_owned();
        let health = crate::client::get(&format!("{}{health_path}", open.trim_end_matches('/')));
        assert_eq!(
            (health.status, health.body.trim()),
            (200, format!("token={token}").as_str()),
            "its own token"
        );
        visitor.browser.goto(&open);
        visitor.browser.wait_for("This machine");
        visitor.browser.wait_for(self.host);
        visitor.browser.wait_for(token);
        visitor.browser.screenshot_whole(&format!("road/inside-{}", visitor.language().code()));
    }

    /// Stops the machine, and deletes it.
    pub fn ends_it(&self) {
        let visitor = &self.visitor;
        visitor.goto(&self.machine);
        visitor.sees("deployments-stop");
        visitor.press_and_confirm("deployments-stop", "deployments-stop");
        visitor.sees_within("deployments-stage-stopped-line", SOON);
        visitor.looks();
        visitor.press_and_confirm("deployments-delete", "deployments-delete-do");
        visitor.sees_within("deployments-stage-destroyed-line", SOON);
        visitor.looks();
        for page in ["/machines", "/orders", "/account"] {
            visitor.goto(page);
            visitor.looks();
        }
    }
}
