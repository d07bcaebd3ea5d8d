use house::db::Engine;
use house::{Result, Tx};

use super::artwork::tests::drawn;
use super::*;
use crate::people::ActingFor;
use crate::testing::{Answer, Browser, MarketInABox, a_complete_draft};

struct Desk {
    market: MarketInABox,
    browser: Browser,
    organisation: Id<Organisation>,
    base: String,
}

impl Desk {
    /// A publisher who has just created an offer through the page.
    async fn with_an_offer(engine: Engine) -> Desk {
        let market = MarketInABox::open(engine).await;
        let (mut browser, organisation) = market.publisher("Acme").await;
        let path = format!("/sell/{organisation}/offers/new");
        market.get(&mut browser, &path).await.page();
        let fields = [("title", "Hardened nginx"), ("slug", "hardened-nginx"), ("attempt", "first")];
        let address = market.post(&mut browser, &path, &fields).await.leads_to();
        let base = address.strip_suffix("/listing").expect("the listing comes first").to_owned();
        Desk { market, browser, organisation, base }
    }

    async fn see(&mut self, end: &str) -> String {
        let path = format!("{}{end}", self.base);
        self.market.get(&mut self.browser, &path).await.page()
    }

    async fn send(&mut self, end: &str, fields: &[(&str, &str)]) -> Answer {
        let path = format!("{}{end}", self.base);
        self.market.post(&mut self.browser, &path, fields).await
    }

    /// Opens a form as it stands, and returns what it says stands.
    async fn stands(&mut self, end: &str) -> String {
        let page = self.see(end).await;
        let after = page.split("name=\"stands\" value=\"").nth(1).expect("a form that knows what stands");
        after.split('"').next().unwrap().to_owned()
    }

    async fn fill(&mut self, end: &str, fields: &[(&str, &str)]) {
        let stands = self.stands(end).await;
        let fields = [&[("stands", stands.as_str())], fields].concat();
        self.send(end, &fields).await.leads_to();
    }

    async fn hang(&mut self, kind: &str, png: &[u8]) -> Answer {
        let mut body = format!(
            "--line\r\ncontent-disposition: form-data; name=\"{kind}\"; filename=\"a.png\"\r\n\
             content-type: image/png\r\n\r\n"
        )
        .into_bytes();
        body.extend(png);
        body.extend(b"\r\n--line--\r\n");
        let headers =
            [("content-type", "multipart/form-data; boundary=line"), ("sec-fetch-site", "same-origin")];
        let path = format!("{}/artwork/{kind}", self.base);
        self.market.ask(&mut self.browser, "POST", &path, &headers, body).await
    }

    fn id(&self) -> Id<Offer> {
        Id::parse(self.base.rsplit('/').next().unwrap()).unwrap()
    }

    async fn offer(&self) -> Offer {
        let by = self.market.acting(self.organisation).await;
        let mut tx = self.market.market.read().await.unwrap();
        offer(&mut tx, &by, self.id()).await.unwrap()
    }

    async fn on_a_transaction<T>(
        &self,
        act: impl AsyncFnOnce(&mut Tx, &ActingFor) -> Result<T>,
    ) -> Result<T> {
        let by = self.market.acting(self.organisation).await;
        let mut tx = self.market.market.write().await.unwrap();
        let done = act(&mut tx, &by).await?;
        tx.commit().await?;
        Ok(done)
    }
}

const LISTING: &[(&str, &str)] = &[
    ("title_en", "Hardened nginx"),
    ("summary_en", "A web server that is shut tight"),
    ("description_en", "# What\n\n<b>Fast</b> and **safe**"),
    ("categories", "web"),
    ("categories", "security"),
];
const LEGAL: &[(&str, &str)] = &[("terms", "Use it well."), ("privacy_url", "https://acme.example/privacy")];
const SUPPORT: &[(&str, &str)] = &[
    ("support_url", "https://acme.example/help"),
    ("support_name", "Sue"),
    ("support_email", "sue@acme.example"),
    ("engineering_name", "Ed"),
    ("engineering_email", "ed@acme.example"),
    ("useful_links", "Manual | https://acme.example/manual"),
];

house::on_both_engines! {
    async fn an_offer_is_drafted_section_by_section_until_nothing_is_missing(engine) {
        let mut desk = Desk::with_an_offer(engine).await;
        let image = desk.market.image(desk.organisation, 3).await.to_string();
        assert!(desk.see("").await.contains("missing before you can submit"));
        desk.fill("/listing", LISTING).await;
        assert!(desk.see("/listing").await.contains("&lt;b&gt;Fast&lt;/b&gt; and <strong>safe</strong>"));
        desk.fill("/legal", LEGAL).await;
        desk.fill("/support", SUPPORT).await;
        desk.hang("logo", &drawn(300, 300)).await.leads_to();
        let sku = [
            ("slug", "pro"), ("sku_title_en", "Pro"), ("licence", "hourly"), ("price", "0,05"),
            ("image", image.as_str()), ("image_version", "1.0.0"), ("cores", "2"), ("memory_mib", "1024"),
            ("open_ports", "443, 22 80"), ("health_path", "/halle/health"),
        ];
        desk.fill("/skus/new", &sku).await;
        assert!(desk.see("").await.contains("Submit for publication"));
        let draft = desk.offer().await.draft;
        assert_eq!(draft.skus[0].licence, Licence::Hourly { price_nanos: 50_000_000, currency: "EUR".to_owned() });
        assert_eq!(draft.skus[0].open_ports, [22, 80, 443]);
        assert!(missing(&draft, None).is_empty());
        assert!(desk.see("/skus").await.contains("€0.05/hour"));

        let frozen = desk.on_a_transaction(async |tx, by| freeze(tx, by, desk.id(), None).await).await.unwrap();
        assert_eq!((frozen.number, frozen.document), (1, draft.clone()));
        let read = desk.on_a_transaction(async |tx, by| {
            Ok((version(tx, frozen.id).await?, versions_of(tx, by, desk.id()).await?.len()))
        });
        let (again, count) = read.await.unwrap();
        assert_eq!((again.document, count), (draft, 1));
        assert_eq!(desk.send("/discard", &[]).await.status, 409, "it is part of the history");
        desk.send("/skus/pro/remove", &[]).await.leads_to();
        assert!(desk.offer().await.draft.skus.is_empty());
    }

    async fn every_page_of_the_editor_is_told_in_both_languages(engine) {
        let desk = Desk::with_an_offer(engine).await;
        let image = desk.market.image(desk.organisation, 3).await;
        let empty = ["", "/listing", "/artwork", "/skus", "/skus/new", "/legal", "/support", "/leads", "/preview", "/status", "/compare"];
        for language in ["en", "fr"] {
            for end in empty {
                let path = format!("{}{end}", desk.base);
                let mut browser = desk.browser.speaking(language);
                let page = desk.market.get(&mut browser, &path).await.page();
                assert!(page.contains(&format!("<html lang=\"{language}\"")), "{end}");
            }
        }
        desk.on_a_transaction(async |tx, by| {
            let offer = offer(tx, by, desk.id()).await?;
            let mut draft = a_complete_draft(Some(image));
            draft.leads = LeadDestination::Webhook { url: "https://a.example/h".to_owned(), secret: "s".to_owned() };
            save(tx, by, &offer, &draft, Section::Listing).await
        }).await.unwrap();
        for language in ["en", "fr"] {
            for end in ["", "/listing", "/artwork", "/skus", "/skus/pro", "/leads", "/preview"] {
                let mut browser = desk.browser.speaking(language);
                desk.market.get(&mut browser, &format!("{}{end}", desk.base)).await.page();
            }
        }
    }

    async fn two_people_edit_one_section_and_the_second_is_told_and_loses_nothing(engine) {
        let mut desk = Desk::with_an_offer(engine).await;
        let stands = desk.stands("/legal").await;
        desk.fill("/legal", LEGAL).await;
        // Another section meanwhile disturbs nobody.
        desk.fill("/support", SUPPORT).await;
        let second = [("stands", stands.as_str()), ("terms", "Mine."), ("privacy_url", "https://acme.example/privacy")];
        let answer = desk.send("/legal", &second).await;
        assert_eq!(answer.status, 409);
        assert!(answer.body.contains("Mine.") && answer.body.contains("Use it well."), "{}", answer.body);
        assert_eq!(desk.offer().await.draft.terms, "Use it well.");
        desk.fill("/legal", &second[1..]).await;
        assert_eq!(desk.offer().await.draft.terms, "Mine.");
        assert_eq!(desk.offer().await.draft.support_contact.name, "Sue");

        let read = desk.offer().await;
        let draft = a_complete_draft(None);
        desk.on_a_transaction(async |tx, by| save(tx, by, &read, &draft, Section::Legal).await).await.unwrap();
        let late = desk.on_a_transaction(async |tx, by| save(tx, by, &read, &Draft::default(), Section::Legal).await);
        assert_eq!(late.await.unwrap_err().code(), Some("house.changed_meanwhile"));
    }

    async fn a_form_tells_all_mistakes_at_once_and_keeps_what_was_typed(engine) {
        let mut desk = Desk::with_an_offer(engine).await;
        let stands = desk.stands("/skus/new").await;
        let wrong = [
            ("stands", stands.as_str()), ("slug", "No Slug"), ("sku_title_en", "Kept words"), ("licence", "hourly"), ("price", "cheap"),
            ("image", "01890a5d-0000-7000-8000-000000000000"), ("image_version", "1.0"), ("cores", "9"),
            ("memory_mib", "64"), ("open_ports", "70000"), ("health_path", "health"),
        ];
        let answer = desk.send("/skus/new", &wrong).await;
        assert_eq!(answer.status, 422);
        for said in ["Kept words", "m-slug", "m-price", "m-image", "m-image_version", "m-cores", "m-memory_mib", "m-open_ports", "m-health_path"] {
            assert!(answer.body.contains(said), "{said}");
        }
        let long = "é".repeat(51);
        let stands = desk.stands("/listing").await;
        let answer = desk.send("/listing", &[("stands", &stands), ("title_en", &long), ("summary_en", "fine")]).await;
        assert!(answer.status == 422 && answer.body.contains("51 characters") && answer.body.contains(&long));
        assert!(desk.offer().await.draft.skus.is_empty());
    }

    async fn an_address_is_given_once_and_a_double_click_creates_one_offer(engine) {
        let mut desk = Desk::with_an_offer(engine).await;
        let path = format!("/sell/{}/offers/new", desk.organisation);
        let again = [("title", "Hardened nginx"), ("slug", "hardened-nginx"), ("attempt", "first")];
        assert!(desk.market.post(&mut desk.browser, &path, &again).await.leads_to().starts_with(&desk.base));
        let taken = [("title", "Other"), ("slug", "hardened-nginx"), ("attempt", "second")];
        let answer = desk.market.post(&mut desk.browser, &path, &taken).await;
        assert!(answer.status == 422 && answer.body.contains("at this address already"), "{}", answer.body);
        let all = desk.on_a_transaction(async |tx, by| offers_of(tx, by, None, 10).await).await.unwrap();
        assert_eq!(all.len(), 1);
        desk.send("/discard", &[]).await.leads_to();
        let all = desk.on_a_transaction(async |tx, by| offers_of(tx, by, None, 10).await).await.unwrap();
        assert!(all.is_empty());
    }

    async fn artwork_is_looked_at_before_it_hangs_and_served_for_ever(engine) {
        let mut desk = Desk::with_an_offer(engine).await;
        for (png, why) in [
            (b"<svg onload=alert(1)>".to_vec(), "no whole PNG"),
            (drawn(100, 100), "100 × 100 pixels"),
            (vec![0; PNG_BYTES_MAX + 1], "larger than"),
            (Vec::new(), "No file was sent"),
        ] {
            let answer = desk.hang("logo", &png).await;
            assert!(answer.status == 422 && answer.body.contains(why), "{why}: {}", answer.body);
        }
        let png = drawn(1280, 720);
        for _ in 0..SCREENSHOTS_MAX {
            desk.hang("screenshot", &png).await.leads_to();
        }
        assert_eq!(desk.hang("screenshot", &png).await.status, 409);
        let hung = desk.offer().await.draft.screenshots;
        let mut stranger = Browser::new();
        let served = desk.market.get(&mut stranger, &format!("/artwork/{}", hung[0])).await;
        assert_eq!(served.body.as_bytes(), String::from_utf8_lossy(&png).as_bytes());
        desk.send(&format!("/artwork/{}/remove", hung[0]), &[]).await.leads_to();
        assert_eq!(desk.offer().await.draft.screenshots, hung[1..]);
        assert_eq!(desk.market.get(&mut stranger, "/artwork/none").await.status, 404);
    }
}

#[test]
fn everything_that_is_missing_is_named_at_once_with_its_place() {
    let places: Vec<String> = missing(&Draft::default(), None).iter().map(Missing::place).collect();
    assert_eq!(places.len(), 13, "{places:?}");
    assert!(
        places.contains(&"/listing#f-title_en".to_owned()) && places.contains(&"/skus#f-skus".to_owned())
    );
    let mut draft = a_complete_draft(Some(Id::sample(3)));
    assert_eq!(missing(&draft, None), []);
    draft.skus[1].image = None;
    draft.skus[1].title = draft.skus[0].title.clone();
    draft.listing.get_mut("fr").unwrap().summary.clear();
    let places: Vec<String> = missing(&draft, None).iter().map(Missing::place).collect();
    assert_eq!(places, ["/listing#f-summary_fr", "/skus/pro#f-sku_title_en", "/skus/pro#f-image"]);
}

#[test]
fn a_slug_is_lower_case_words_between_single_hyphens() {
    for good in ["abc", "hardened-nginx", "a-1", &"a".repeat(50)] {
        assert!(Slug::parse(good).is_ok(), "{good}");
    }
    for bad in ["", "ab", "Abc", "a--b", "-ab", "ab-", "a_b", "é-a", "a b", &"a".repeat(51)] {
        assert!(Slug::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn image_versions_grow_as_people_count() {
    let version = |text| ImageVersion::parse(text);
    assert!(version("1.10.0") > version("1.9.9"));
    for bad in ["", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.x", "1..0", "-1.0.0", "4294967296.0.0"] {
        assert_eq!(version(bad), None, "{bad}");
    }
}

#[test]
fn a_comparison_names_each_field_that_differs() {
    let live = a_complete_draft(Some(Id::sample(3)));
    let mut draft = live.clone();
    assert_eq!(compare(&draft, &live), []);
    draft.terms = "Other.".to_owned();
    draft.categories = vec![Category::Web];
    draft.logo = None;
    draft.skus[0].cores = 2;
    draft.skus.remove(1);
    let fields: Vec<_> = compare(&draft, &live).iter().map(|one| (one.sku.clone(), one.field)).collect();
    assert!(fields.contains(&(None, "terms")) && fields.contains(&(None, "categories")));
    assert!(fields.contains(&(None, "logo")) && fields.contains(&(Some("community".to_owned()), "cores")));
    assert!(fields.contains(&(Some("pro".to_owned()), "slug")), "{fields:?}");
}
