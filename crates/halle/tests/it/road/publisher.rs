//! The publisher's part of the road: from a nomination to an offer that is live.

use std::time::Duration;

use house::words::Language;

use super::letters::LetterBox;
use super::visitor::Visitor;
use crate::prepared::demo_image;

pub const EMAIL: &str = "grace@acme.example";
/// Bytes a second: slow enough for the laptop to be closed in the middle of the image.
const SLOW_LINE: u64 = 6 << 20;
const SOON: Duration = Duration::from_secs(60);

pub struct Publisher {
    pub visitor: Visitor,
    /// The portal's address: `/sell/…`.
    pub portal: String,
    offer: String,
}

impl Publisher {
    /// Signs up on the way to the nomination, and nominates.
    pub fn nominates(server: &str) -> Publisher {
        let visitor = Visitor::open("publisher", Language::En, server);
        visitor.goto("/sell");
        visitor.sees("sellers-landing-title");
        visitor.looks_closely("sell-here");
        visitor.follow("sellers-landing-go");
        visitor.signs_up("Grace Hopper", EMAIL);
        visitor.sees("sellers-nominate-line");
        visitor.looks_closely("nominate");
        visitor.fill("sellers-nominate-organisation-name", "Acme");
        visitor.fill("sellers-nominate-product-name", "Notes");
        visitor.fill("sellers-nominate-summary", "Keeps what a small team wants to remember.");
        visitor.fill("sellers-audience", "Teams of five to fifty.");
        visitor.tick("sellers-relation-runs-on");
        visitor.fill("sellers-relation-shown", "Its pages are served from the machine.");
        visitor.tick("sellers-support-free");
        visitor.fill("sellers-contact-name", "Grace Hopper");
        visitor.fill("sellers-contact-email", EMAIL);
        visitor.fill("sellers-contact-phone", "+33 1 23 45 67 89");
        visitor.choose("sellers-country", "France");
        for condition in ["licence", "support", "third_party", "content"] {
            visitor.tick(&format!("sellers-condition-{condition}"));
        }
        visitor.press("sellers-nominate-go");
        visitor.sees("sellers-next-wait");
        visitor.looks_closely("overview");
        let portal = visitor.path();
        Publisher { visitor, portal, offer: String::new() }
    }

    /// Reads the letter of approval, and registers with its code.
    pub fn registers(&self, letters: &LetterBox) {
        let visitor = &self.visitor;
        let letter = letters.letter(EMAIL, "Notes is approved");
        let code = letter.after(" is waived: ").to_owned();
        visitor.browser.goto(letter.link());
        visitor.follow("sellers-next-register-go");
        visitor.sees("sellers-registration-line");
        visitor.looks_closely("register");
        visitor.fill("sellers-registration-display-name", "Acme");
        visitor.fill("sellers-registration-slug", "acme");
        visitor.fill("sellers-registration-website", "https://acme.example");
        visitor.fill("sellers-registration-legal-name", "Acme SAS");
        visitor.choose("sellers-country", "France");
        visitor.fill("sellers-registration-address", "1 rue de la Paix\n75001 Paris");
        visitor.fill("sellers-contact-name", "Grace Hopper");
        visitor.fill("sellers-contact-email", EMAIL);
        visitor.fill("sellers-contact-phone", "+33 1 23 45 67 89");
        visitor.fill("sellers-approver-name", "Grace Hopper");
        visitor.fill("sellers-approver-email", EMAIL);
        visitor.fill("sellers-approver-phone", "+33 1 23 45 67 89");
        visitor.fill("sellers-registration-waiver", &code);
        for agreement in ["participation", "publisher", "terms", "privacy"] {
            visitor.tick(&format!("sellers-agreement-{agreement}"));
        }
        visitor.press("sellers-registration-go");
        visitor.sees("sellers-next-upload");
        visitor.looks();
        let letter = letters.letter(EMAIL, "Acme is registered");
        assert!(letter.body.contains(&visitor.word("sellers-letter-fee-waived")), "{letter:#?}");
    }

    /// Sends the demo image over a line that breaks, comes back, and reads the report.
    pub fn uploads(&self) {
        let visitor = &self.visitor;
        visitor.goto(&format!("{}/images", self.portal));
        visitor.sees("certification-list-empty");
        visitor.looks();
        visitor.browser.within("main header, main .page-head").follow(&visitor.word("images-upload-title"));
        visitor.sees("images-upload-line");
        visitor.looks_closely("upload");
        visitor.browser.send_at_most(Some(SLOW_LINE));
        visitor.browser.upload(&visitor.word("images-upload-file"), &demo_image());
        // Part of it is there, and the laptop is closed.
        let part_of_it = "return document.querySelector('main [data-part=bar]').value >= 20";
        visitor.browser.wait_until(part_of_it, SOON);
        visitor.looks_closely("uploading");
        visitor.browser.reload();
        visitor.sees("images-upload-unfinished");
        visitor.looks();
        visitor.browser.send_at_most(None);
        visitor.browser.upload(&visitor.word("images-upload-file"), &demo_image());
        // Whoever is slower than the seal is led to the report at once.
        let open = visitor.word("images-sealed-open");
        let sealed = format!("return document.body.innerText.includes('{open}')");
        let there = "/\\/images\\/[0-9a-f-]{36}$/.test(location.pathname)";
        visitor.browser.wait_until(&format!("{sealed} || {there}"), SOON);
        if visitor.path().contains("/images/uploads/") {
            visitor.looks();
            visitor.follow("images-sealed-open");
        }
        visitor.sees_within("certification-certified", SOON);
        visitor.sees("certification-scan");
        visitor.looks_closely("report");
        visitor.goto(&format!("{}/images", self.portal));
        visitor.sees("certification-state-certified");
        visitor.looks();
    }

    /// Describes and prices an offer.
    pub fn drafts(&mut self, leads: &str) -> String {
        let visitor = &self.visitor;
        visitor.goto(&format!("{}/offers", self.portal));
        visitor.sees("publishing-offers-empty");
        visitor.looks();
        visitor.follow("publishing-new");
        visitor.sees("offers-create-line");
        visitor.looks();
        visitor.fill("offers-field-title_en", "Notes");
        visitor.fill("offers-field-offer-slug", "notes");
        visitor.press("offers-create-go");
        visitor.sees("offers-listing-en-line");
        visitor.looks_closely("editor");
        let offer = visitor.path().trim_end_matches("/listing").to_owned();
        self.listing();
        self.artwork();
        self.sku();
        self.legal_and_support();
        let secret = self.leads(leads);
        self.offer = offer;
        secret
    }

    fn section(&self, section: &str) {
        let visitor = &self.visitor;
        let sections = format!("nav.tabs[aria-label='{}']", visitor.word("offers-sections"));
        visitor.browser.within(&sections).follow(&visitor.word(&format!("offers-section-{section}")));
    }

    fn listing(&self) {
        let visitor = &self.visitor;
        self.section("listing");
        visitor.fill("offers-field-title_en", "Notes");
        visitor.fill("offers-field-summary_en", "Keeps what a team wants to remember");
        visitor
            .fill("offers-field-description_en", "# What it is\n\nA **notebook** that a whole team shares.");
        visitor.fill("offers-field-title_fr", "Carnet");
        visitor.fill("offers-field-summary_fr", "Garde ce dont une équipe veut se souvenir");
        visitor
            .fill("offers-field-description_fr", "# Présentation\n\nUn **carnet** partagé par une équipe.");
        visitor.tick("offers-category-web");
        visitor.press("offers-save");
        visitor.sees("offers-as-read");
        visitor.looks_closely("listing");
    }

    fn artwork(&self) {
        let visitor = &self.visitor;
        let folder = tempfile::tempdir().expect("there is room");
        let logo = folder.path().join("logo.png");
        std::fs::write(&logo, crate::prepared::logo()).expect("there is room");
        self.section("artwork");
        visitor.looks();
        visitor.browser.upload(&visitor.word("offers-field-logo"), &logo);
        visitor.browser.within("main form[action$='/artwork/logo']").press(&visitor.word("offers-hang"));
        visitor.browser.within("main img[width='108']").text();
        visitor.looks();
    }

    fn sku(&self) {
        let visitor = &self.visitor;
        self.section("skus");
        visitor.sees("offers-skus-empty");
        visitor.looks();
        visitor.follow("offers-sku-add");
        visitor.looks_closely("sku");
        visitor.fill("offers-field-slug", "community");
        visitor.fill("offers-field-sku_title_en", "Community");
        visitor.fill("offers-field-sku_summary_en", "For one team");
        visitor.fill("offers-field-sku_title_fr", "Communauté");
        visitor.fill("offers-field-sku_summary_fr", "Pour une équipe");
        visitor.tick("offers-licence-hourly");
        visitor.fill("offers-field-price", "0.05");
        visitor.browser.within("main").choose_beginning(&visitor.word("offers-field-image"), "notes.vhd");
        visitor.fill("offers-field-image_version", "1.0.0");
        visitor.fill("offers-field-cores", "1");
        visitor.fill("offers-field-memory_mib", "256");
        visitor.fill("offers-field-open_ports", "80");
        visitor.fill("offers-field-health_path", "/halle/health");
        visitor.press("offers-save");
        visitor.browser.wait_for("Community");
        visitor.looks();
    }

    fn legal_and_support(&self) {
        let visitor = &self.visitor;
        self.section("legal");
        visitor.looks();
        visitor.fill("offers-field-terms", "Use it well.\nBreak nothing.");
        visitor.fill("offers-field-privacy_url", "https://acme.example/privacy");
        visitor.press("offers-save");
        self.section("support");
        visitor.looks();
        visitor.fill("offers-field-support_url", "https://acme.example/support");
        visitor.fill("offers-field-support_name", "Sue");
        visitor.fill("offers-field-support_email", "sue@acme.example");
        visitor.fill("offers-field-support_phone", "+33 1 23 45 67 89");
        visitor.fill("offers-field-engineering_name", "Ed");
        visitor.fill("offers-field-engineering_email", "ed@acme.example");
        visitor.fill("offers-field-engineering_phone", "+33 1 23 45 67 89");
        visitor.press("offers-save");
    }

    /// Names the web hook for leads; returns the secret by which its calls are signed.
    fn leads(&self, address: &str) -> String {
        let visitor = &self.visitor;
        self.section("leads");
        visitor.looks();
        visitor.tick("offers-leads-webhook");
        visitor.fill("offers-field-leads_url", address);
        visitor.press("offers-save");
        visitor.sees("offers-hook-secret");
        visitor.looks();
        visitor
            .browser
            .script("return document.querySelector('main pre code, main .code code').textContent")
            .as_str()
            .expect("the secret is shown")
            .trim()
            .to_owned()
    }

    /// Submits, follows the steps, looks at the preview, and signs off.
    pub fn publishes(&self, letters: &LetterBox) {
        let visitor = &self.visitor;
        visitor.goto(&self.offer);
        visitor.sees("offers-ready");
        visitor.looks();
        visitor.press("offers-submit");
        // Nobody reloads: the page follows by itself.
        visitor.sees_within("publishing-waits-preview", SOON);
        visitor.sees("publishing-step-sign-off");
        visitor.looks_closely("publishing");
        letters.letter(EMAIL, &visitor.word_with("publishing-letter-preview", "offer", "Notes"));
        visitor.follow("publishing-open-preview");
        visitor.sees("storefront-preview");
        visitor.looks_closely("preview");
        visitor.goto(&format!("{}/status", self.offer));
        visitor.press("publishing-sign-off");
        visitor.sees_within("publishing-waits-live", SOON);
        visitor.looks_closely("live");
        letters.letter(EMAIL, &visitor.word_with("publishing-letter-live", "offer", "Notes"));
    }

    /// Sees who bought, what runs, and who showed interest.
    pub fn sees_what_came(&self, customer: &str) {
        let visitor = &self.visitor;
        visitor.goto(&format!("{}/orders", self.portal));
        visitor.sees("orders-sold-line");
        visitor.browser.wait_for(customer);
        visitor.looks_closely("orders-sold");
        visitor.goto(&format!("{}/deployments", self.portal));
        visitor.sees("deployments-sold-line");
        visitor.sees("deployments-stage-destroyed");
        visitor.looks_closely("deployments-sold");
        visitor.goto(&format!("{}/leads", self.portal));
        visitor.browser.wait_for(customer);
        visitor.looks_closely("leads");
        for page in ["registration", "members", "tokens", "history"] {
            visitor.goto(&format!("{}/{page}", self.portal));
            visitor.looks();
        }
    }
}
