use certifier::finding::{Evidence, Verdict as Each};
use certifier::phrase::say;
use certifier::profile::Severity;
use certifier::report::{Judged, Overall, Report};

use crate::offers::Section;
use crate::testing::{ANY_CONTENT, MarketInABox, a_clean_report, a_complete_draft, a_puppet, puppet_says};

/// A report in which these rules are broken, each at its place.
fn broken(rules: &[(&str, &str)]) -> Report {
    let judged = |(id, path): &(&str, &str)| Judged {
        id: (*id).to_owned(),
        severity: Severity::Fail,
        verdict: Each::Fail,
        reason: say("quote").text("text", "It is so."),
        evidence: vec![Evidence::full(say("quote").text("text", "yes")).at(path)],
        remedy: Some(say("quote").text("text", "Change it.")),
        exception: None,
    };
    Report {
        verdict: Overall::NotCertified,
        rules: rules.iter().map(judged).collect(),
        ..a_clean_report(ANY_CONTENT)
    }
}

/// What lies between two headings of a page.
#[track_caller]
fn part<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let begins = page.find(from).unwrap_or_else(|| panic!("`{from}` is missing in {page}"));
    let rest = &page[begins + from.len()..];
    &rest[..rest.find(to).unwrap_or(rest.len())]
}

house::on_both_engines! {
    async fn a_report_is_compared_with_the_one_of_the_version_before(engine) {
        let folder = tempfile::tempdir().unwrap();
        let program = a_puppet(folder.path());
        let says = |report: &Report| puppet_says(folder.path(), report);
        let market = MarketInABox::open_with(engine, |settings| settings.certify_program = Some(program)).await;
        let (mut acme, organisation) = market.publisher("Acme").await;
        says(&broken(&[("L18", "/etc/ssh/sshd_config"), ("L20", "/etc/shadow"), ("L26", "/etc/udev")]));
        let first = market.image(organisation, 1).await;
        let at = |image| format!("/sell/{organisation}/images/{image}");
        let page = market.get(&mut acme, &at(first)).await.page();
        assert!(page.contains("This is the first report"), "{page}");
        let page = market.get(&mut acme, &format!("{}/compare", at(first))).await.page();
        assert!(page.contains("Nothing to compare with yet"), "{page}");

        let offer = market.drafted(organisation, "nginx", &a_complete_draft(Some(first))).await;
        market.submitted(organisation, offer).await;
        says(&broken(&[("L20", "/etc/gshadow"), ("L24", "/root/.bash_history"), ("L26", "/etc/udev")]));
        market.turn(std::time::Duration::from_secs(1));
        let second = market.image(organisation, 2).await;
        let by = market.acting(organisation).await;
        let mut tx = market.market.write().await.unwrap();
        let read = crate::offers::offer(&mut tx, &by, offer).await.unwrap();
        crate::offers::save(&mut tx, &by, &read, &a_complete_draft(Some(second)), Section::Listing).await.unwrap();
        tx.commit().await.unwrap();

        let page = market.get(&mut acme, &at(second)).await.page();
        assert!(page.contains("which the plan community ran before as 1.0.0"), "{page}");
        assert!(page.contains("1 newly broken, 1 mended, 1 broken in other places, 1 as before"), "{page}");
        let compare = format!("{}/compare?profile=kvm", at(second));
        let page = market.get(&mut acme, &compare).await.page();
        let newly = part(&page, "<h2>Newly broken", "<h2>");
        assert!(newly.contains("L24 · not asked → to fix") && newly.contains("/root/.bash_history"), "{newly}");
        assert!(newly.contains("Change it."), "{newly}");
        let changed = part(&page, "<h2>Broken as before, in other places", "<h2>");
        assert!(changed.contains("L20") && changed.contains("<del><code>/etc/shadow</code></del>"), "{changed}");
        assert!(changed.contains("<code>/etc/gshadow</code>"), "{changed}");
        let gone = part(&page, "Not asked any more", "</details>");
        assert!(gone.contains("L18"), "{gone}");
        let same = part(&page, "As before", "</details>");
        assert!(same.contains("L26") && !same.contains("L20"), "{same}");

        let with = part(&page, "<option", "</select>");
        let run = with.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let chosen = market.get(&mut acme, &format!("{compare}&with={run}")).await.page();
        assert!(chosen.contains("Newly broken"), "{chosen}");
        assert_eq!(market.get(&mut acme, &format!("{compare}&with=nonsense")).await.status, 404);
        assert_eq!(market.get(&mut acme, &format!("{}/compare?profile=azure", at(second))).await.status, 409);
        let french = market.get(&mut acme.speaking("fr"), &compare).await.page();
        assert!(french.contains("Nouvelles infractions") && french.contains("à corriger"), "{french}");
        let (mut globex, _) = market.publisher("Globex").await;
        assert_eq!(market.get(&mut globex, &compare).await.status, 404);
    }
}
