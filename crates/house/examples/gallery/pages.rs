//! Whole pages with made-up goods; chapters copy their structure.

use std::time::Duration;

use askama::Template;
use house::web::*;
use house::words::Words;

use super::samples;

/// What the sample pages draw from.
pub struct Samples {
    french: bool,
    tiles: Vec<Tile>,
    facets: Vec<Facet>,
    disk: DiskBar,
    decisions: Vec<Decision>,
    form: Form,
    publishing: Vec<Step>,
    machine: Vec<Step>,
    log: Vec<LogLine>,
    left: Option<Duration>,
    crumbs: Vec<Link>,
    tabs: Vec<Link>,
    choices: Vec<Choice>,
    aisles: Vec<Link>,
    passes: Vec<String>,
    turner: Turner,
}

impl Samples {
    fn new(frame: &Frame) -> Samples {
        Samples {
            french: frame.w.language() == house::words::Language::Fr,
            tiles: samples::tiles(frame),
            facets: samples::facets(frame),
            disk: samples::disk(frame),
            decisions: samples::decisions(frame),
            form: Form::empty()
                .fill("title", "Hardened nginx")
                .fill("line", samples::tiles(frame)[0].line.clone()),
            publishing: samples::publishing(frame),
            machine: samples::machine(frame),
            log: samples::log(frame),
            left: Some(Duration::from_secs(190)),
            crumbs: samples::crumbs(frame),
            tabs: samples::tabs(frame),
            choices: samples::choices(frame),
            aisles: samples::aisles(frame),
            passes: samples::passes(frame),
            turner: Turner { previous: None, next: Some("#".into()) },
        }
    }

    /// The text in the reader's language: the gallery has no words of its own.
    fn t<'a>(&self, english: &'a str, french: &'a str) -> &'a str {
        if self.french { french } else { english }
    }
}

macro_rules! pages {
    ($($page:ident $file:literal $side:path;)*) => {$(
        #[derive(Template)]
        #[template(path = $file)]
        pub struct $page {
            w: Words,
            frame: Frame,
            s: Samples,
        }

        impl Page for $page {
            fn samples(frame: &Frame) -> Vec<$page> {
                vec![$page { w: frame.w.clone(), s: Samples::new(frame), frame: $side(frame.clone()) }]
            }
        }
    )*};
}

pages! {
    Home "gallery/home.html" samples::home;
    Search "gallery/search.html" super::shop;
    Offer "gallery/offer.html" super::shop;
    Door "gallery/door.html" super::shop;
    Machine "gallery/machine.html" samples::buyer;
    Editor "gallery/editor.html" samples::seller;
    Publishing "gallery/publishing.html" samples::seller;
    Report "gallery/report.html" samples::seller;
    Upload "gallery/upload.html" samples::seller;
    Desk "gallery/desk.html" samples::operator;
}

/// A part of a page by itself: only words, no frame.
#[derive(Template)]
#[template(source = "{% import \"parts.html\" as parts %}{{ parts::steps(steps) }}", ext = "html")]
pub struct MachineSteps {
    w: Words,
    steps: Vec<Step>,
}

impl MachineSteps {
    pub fn new(frame: &Frame) -> MachineSteps {
        let mut steps = samples::machine(frame);
        let share = u8::try_from(frame.w.now().as_second() % 50).unwrap_or(0);
        steps[3] = steps[3].clone().percent(50 + share);
        MachineSteps { w: frame.w.clone(), steps }
    }
}
