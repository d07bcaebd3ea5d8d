//! The same market without scripts, and without a pointer.

mod with_browser {
    use std::time::Duration;

    use house::words::Language;

    use crate::prepared::{Ground, PASSWORD, PUBLISHER, Stop, demo_image};
    use crate::road::visitor::Visitor;

    const SOON: Duration = Duration::from_secs(60);

    /// Reloads until the page says this, as a visitor without scripts does.
    #[track_caller]
    fn reloads_until(visitor: &Visitor, key: &str) {
        let wanted = visitor.word(key);
        let started = std::time::Instant::now();
        while !visitor.browser.text().contains(&wanted) {
            assert!(started.elapsed() < SOON, "no “{wanted}” in\n{}", visitor.browser.text());
            visitor.browser.reload();
        }
    }

    #[track_caller]
    fn signs_in(visitor: &Visitor) {
        visitor.goto("/sign-in");
        visitor.fill("people-email", PUBLISHER);
        visitor.fill("people-password", PASSWORD);
        visitor.press("people-sign-in-go");
        visitor.browser.wait_until("return !location.pathname.startsWith('/sign-in')", SOON);
    }

    #[test]
    fn a_publisher_uploads_an_image_and_reads_its_report_without_scripts() {
        let ground = Ground::at(Stop::Registered);
        let server = ground.serve();
        let visitor = Visitor::open("publisher without scripts", Language::En, server.address());
        visitor.goes_without_scripts();
        signs_in(&visitor);
        visitor.goto(&format!("/sell/{}/images/upload", ground.organisation()));
        visitor.browser.upload(&visitor.word("images-upload-file"), &demo_image());
        visitor.press("images-upload-send");
        // Once it is sealed the upload's page leads on to the image's by itself.
        reloads_until(&visitor, "certification-scan");
        visitor.sees("certification-certified");
        visitor.goto(&format!("/sell/{}/offers/new", ground.organisation()));
        visitor.fill("offers-field-title_en", "Notes");
        visitor.fill("offers-field-offer-slug", "notes");
        visitor.press("offers-create-go");
        visitor.sees("offers-listing-en-line");
        visitor.fill("offers-field-summary_en", "Keeps what a team wants to remember");
        visitor.press("offers-save");
        visitor
            .browser
            .wait_until("return document.querySelector('[name=summary_en]').value.startsWith('Keeps')", SOON);
    }

    #[test]
    fn a_customer_buys_deploys_and_deletes_without_scripts() {
        let ground = Ground::at(Stop::SignedOff);
        let server = ground.serve();
        ground.look().until("select count(*) as n from publishing_listing", 1, SOON);
        let visitor = Visitor::open("customer without scripts", Language::Fr, server.address());
        visitor.goes_without_scripts();
        visitor.goto("/search?q=notebook");
        visitor.browser.within("main").follow("Notes");
        visitor.browser.within("main").follow(&visitor.word_with("storefront-choose", "plan", "Community"));
        visitor.signs_up("Jean Dupont", "jean@dupont.example");
        // A form that cannot be taken comes back with what was typed, and says what is wrong.
        visitor.fill("orders-company", "Dupont et fils");
        visitor
            .browser
            .script("document.querySelectorAll('[required]').forEach(e => e.removeAttribute('required'))");
        visitor.press("orders-place");
        visitor.sees("orders-mistake-accept");
        assert_eq!(
            visitor.browser.script("return document.querySelector('[name=company]').value"),
            "Dupont et fils"
        );
        visitor.tick("orders-accept");
        visitor.press("orders-place");
        visitor.sees("deployments-under-order");
        visitor.follow("deployments-deploy");
        visitor.fill("deployments-host-name", "carnet-1");
        visitor.fill("deployments-user-name", "jean");
        visitor.press("deployments-deploy");
        reloads_until(&visitor, "deployments-stage-booting-line");
        visitor.press_and_confirm("deployments-delete", "deployments-delete-do");
        reloads_until(&visitor, "deployments-stage-destroyed-line");
    }

    #[test]
    fn a_publisher_signs_in_with_the_keyboard_alone() {
        let ground = Ground::at(Stop::Registered);
        let server = ground.serve();
        let visitor = Visitor::open("publisher without a pointer", Language::En, server.address());
        visitor.goto("/sign-in");
        // The first stop skips what stands on every page.
        visitor.browser.key("Tab");
        assert_eq!(
            visitor.browser.script("return document.activeElement.textContent"),
            visitor.word("frame-skip")
        );
        visitor.browser.key("Enter");
        visitor.browser.key("Tab");
        visitor.browser.types(PUBLISHER);
        visitor.browser.key("Tab");
        visitor.browser.types(PASSWORD);
        visitor.browser.key("Enter");
        visitor.browser.wait_until("return !location.pathname.startsWith('/sign-in')", SOON);
        visitor.goto("/sell");
        visitor.browser.wait_for("Acme");
    }
}
