//! The agreements, to be read by anyone.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use house::Result;
use house::error::NotFound;
use house::web::{Frame, Link, Page, show};
use house::words::Words;

use crate::hall::pages::Visit;
use crate::market::Market;
use crate::sellers::{AGREEMENTS, Agreement, Paragraph};

pub(super) fn pages() -> Router<Market> {
    Router::new()
        .route("/policies", get(all))
        .route("/policies/{agreement}", get(newest))
        .route("/policies/{agreement}/{edition}", get(edition))
}

/// The name of an agreement.
pub(super) fn title(w: &Words, agreement: &Agreement) -> String {
    w.say(&format!("sellers-agreement-{}", agreement.id)).to_string()
}

#[derive(Template)]
#[template(path = "sellers/pages/policies.html")]
struct PoliciesPage {
    w: Words,
    frame: Frame,
    /// Each with what it is about, and its edition.
    agreements: Vec<(Link, String, String)>,
}

impl PoliciesPage {
    fn new(w: &Words, frame: Frame) -> PoliciesPage {
        let agreements = AGREEMENTS.iter().map(|agreement| {
            let link = Link::new(title(w, agreement), format!("/policies/{}", agreement.id));
            let line = w.say(&format!("sellers-agreement-{}-line", agreement.id)).to_string();
            (link, line, agreement.edition().to_owned())
        });
        PoliciesPage { w: w.clone(), frame, agreements: agreements.collect() }
    }
}

impl Page for PoliciesPage {
    fn samples(frame: &Frame) -> Vec<PoliciesPage> {
        vec![PoliciesPage::new(&frame.w, frame.clone())]
    }
}

async fn all(visit: Visit) -> Result<Response> {
    show(&PoliciesPage::new(&visit.w, visit.shop()))
}

#[derive(Template)]
#[template(path = "sellers/pages/agreement.html")]
struct AgreementPage {
    w: Words,
    frame: Frame,
    title: String,
    edition: String,
    text: Vec<Paragraph>,
    others: Vec<Link>,
}

impl AgreementPage {
    fn new(w: &Words, frame: Frame, agreement: &Agreement, edition: &str) -> Result<AgreementPage> {
        let text = agreement.text(edition, w.language(), &frame.brand.name).ok_or(NotFound)?;
        let others = agreement.editions().filter(|other| *other != edition);
        let others = others.map(|other| Link::new(other, format!("/policies/{}/{other}", agreement.id)));
        Ok(AgreementPage {
            w: w.clone(),
            title: title(w, agreement),
            edition: edition.to_owned(),
            text,
            others: others.collect(),
            frame,
        })
    }
}

impl Page for AgreementPage {
    fn samples(frame: &Frame) -> Vec<AgreementPage> {
        let page = |agreement: &Agreement| {
            AgreementPage::new(&frame.w, frame.clone(), agreement, agreement.edition())
        };
        AGREEMENTS.iter().filter_map(|agreement| page(agreement).ok()).collect()
    }
}

async fn newest(visit: Visit, Path(agreement): Path<String>) -> Result<Response> {
    let agreement = Agreement::find(&agreement).ok_or(NotFound)?;
    show(&AgreementPage::new(&visit.w, visit.shop(), agreement, agreement.edition())?)
}

async fn edition(visit: Visit, Path((agreement, edition)): Path<(String, String)>) -> Result<Response> {
    let agreement = Agreement::find(&agreement).ok_or(NotFound)?;
    show(&AgreementPage::new(&visit.w, visit.shop(), agreement, &edition)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sellers::WORDS;

    #[test]
    fn every_agreement_can_be_read_in_every_language() {
        house::web::check_samples::<PoliciesPage>(WORDS);
        house::web::check_samples::<AgreementPage>(WORDS);
        for agreement in AGREEMENTS {
            for &language in house::words::Language::ALL {
                let text = agreement.text(agreement.edition(), language, "Halle").expect("a text");
                assert!(text.len() >= 6, "{} in {language} says too little", agreement.id);
            }
        }
    }
}
