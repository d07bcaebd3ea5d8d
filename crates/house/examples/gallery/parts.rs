//! Every part, once in each state.

use std::time::Duration;

use askama::Template;
use house::error::Mistakes;
use house::web::*;
use house::words::{Text, Words};

#[derive(Template)]
#[template(path = "gallery/everything.html")]
pub struct PartsPage {
    w: Words,
    frame: Frame,
    crumbs: Vec<Link>,
    tabs: Vec<Link>,
    states: [State; 7],
    badges: Vec<Badge>,
    notices: [NoticeKind; 4],
    form: Form,
    choices: Vec<Choice>,
    heads: [&'static str; 3],
    facts: Vec<Fact>,
    steps: Vec<Step>,
    left: Option<Duration>,
    log: Vec<LogLine>,
    tiles: Vec<Tile>,
    facets: Vec<Facet>,
    disk: DiskBar,
    decisions: Vec<Decision>,
    turner: Turner,
}

impl Page for PartsPage {
    fn samples(frame: &Frame) -> Vec<PartsPage> {
        let now = frame.w.now();
        let mut mistakes = Mistakes::none();
        mistakes.note("email", Text::new("refused-not-found"));
        vec![PartsPage {
            w: frame.w.clone(),
            frame: super::shop(frame.clone()),
            crumbs: vec![
                Link::new("Market", "/"),
                Link::new("Web servers", "#"),
                Link::new("Nginx", "#").current(true),
            ],
            tabs: vec![Link::new("Overview", "#").current(true), Link::new("Reviews", "#").count(12)],
            states: State::ALL,
            badges: vec![
                Badge::new("shield-check", "Certified").class("pass"),
                Badge::new("play", "Test drive"),
                Badge::new("gift", "Free"),
            ],
            notices: [NoticeKind::Done, NoticeKind::Info, NoticeKind::Warn, NoticeKind::Fail],
            form: Form::empty()
                .fill("title", "Hardened nginx")
                .fill("email", "ada@")
                .fill("mode", "hour")
                .marked(mistakes),
            choices: vec![
                Choice::new("hour", "By the hour").hint("You are paid for every hour a machine runs."),
                Choice::new("own", "Bring your own licence").hint("Customers pay you elsewhere."),
            ],
            heads: ["Offer", "Country", ">Hours"],
            facts: vec![Fact::new("Processors", "2"), Fact::new("Memory", "4 GiB")],
            steps: vec![
                Step::new("Image received", State::Pass).took(Duration::from_secs(94)).at(now),
                Step::new("Certification", State::Run).percent(60).usual(Duration::from_secs(8)),
                Step::new("Review", State::Wait)
                    .message("A person looks at it.")
                    .usual(Duration::from_secs(7200)),
            ],
            left: Some(Duration::from_secs(190)),
            log: vec![
                LogLine { at: now, text: "machine created".into(), state: None },
                LogLine { at: now, text: "no answer".into(), state: Some(State::Fail) },
            ],
            tiles: super::samples::tiles(frame),
            facets: super::samples::facets(frame),
            disk: super::samples::disk(frame),
            decisions: super::samples::decisions(frame),
            turner: Turner { previous: Some("#".into()), next: Some("#".into()) },
        }]
    }
}
