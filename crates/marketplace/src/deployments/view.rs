//! A machine as its page shows it: one column that becomes the state of the machine.

use std::net::SocketAddr;
use std::time::Duration;

use house::Timestamp;
use house::web::{Badge, Fact, State, Step};
use house::words::Words;

use super::events::Event;
use super::{Deployment, Running, Stage, Wish, cost_nanos};
use crate::market::Settings;
use crate::offers::Licence;

/// The phases before a machine is ready, in their order.
const PHASES: [&str; 5] = ["requested", "staging", "creating", "booting", "ready"];
/// Lines of the console that are shown.
const CONSOLE_LINES: usize = 60;

/// Everything that changes while one looks.
pub struct View {
    pub id: String,
    pub badge: Badge,
    pub line: String,
    pub steps: Vec<Step>,
    pub facts: Vec<Fact>,
    /// What leads into the machine, while it is ready.
    pub open: Option<String>,
    pub ssh: Option<String>,
    pub console: String,
    pub running: i64,
    pub cost: Option<String>,
    pub can: Can,
}

/// What may be asked of the machine now.
#[derive(Debug, Default, Clone, Copy)]
pub struct Can {
    pub stop: bool,
    pub start: bool,
    pub restart: bool,
    pub try_again: bool,
    pub delete: bool,
}

impl View {
    pub fn of(
        w: &Words,
        settings: &Settings,
        d: &Deployment,
        events: &[Event],
        licence: &Licence,
        percent: i64,
        console: &str,
    ) -> View {
        let running = Running::of(events, w.now());
        let at = |port| d.address_of(port).map(|address| shown(settings, address));
        View {
            id: d.id.to_string(),
            badge: badge(w, d),
            line: line(w, d),
            steps: steps(w, events, percent),
            facts: facts(w, d),
            open: at(d.health_port()).map(|address| format!("http://{address}/")),
            ssh: at(22).and_then(|address| {
                let (host, port) = address.rsplit_once(':')?;
                Some(format!("ssh -p {port} {}@{}", d.user_name, host.trim_matches(['[', ']'])))
            }),
            console: tail(console),
            running: running.seconds,
            cost: match licence {
                Licence::Hourly { price_nanos, currency } => {
                    Some(w.unit_price(in_hundredths_of_cents(cost_nanos(running, *price_nanos)), currency))
                }
                Licence::Free | Licence::Byol => None,
            },
            can: can(d),
        }
    }
}

/// Small sums stay visible; billionths help nobody.
fn in_hundredths_of_cents(nanos: i64) -> i64 {
    const STEP: i64 = 100_000;
    nanos / STEP * STEP
}

fn can(d: &Deployment) -> Can {
    let runs = matches!(d.stage, Stage::Booting | Stage::Ready { .. }) && d.wish == Wish::Running;
    Can {
        stop: runs,
        restart: matches!(d.stage, Stage::Ready { .. }) && d.wish == Wish::Running,
        start: matches!(d.stage, Stage::Stopped) && d.wish == Wish::Stopped,
        try_again: matches!(d.stage, Stage::Failed { retryable: true, .. }) && d.wish != Wish::Destroyed,
        delete: !matches!(d.stage, Stage::Destroying | Stage::Destroyed),
    }
}

/// The stage as a mark: an icon and a word.
pub fn badge(w: &Words, d: &Deployment) -> Badge {
    let state = match d.stage {
        Stage::Ready { .. } => State::Pass,
        Stage::Failed { .. } => State::Fail,
        Stage::Stopped | Stage::Destroyed => State::Skip,
        _ => State::Run,
    };
    Badge::state(state, w.say(&format!("deployments-stage-{}", d.stage.name())))
}

/// What the stage means, and what comes next.
fn line(w: &Words, d: &Deployment) -> String {
    match &d.stage {
        Stage::Failed { reason, .. } => w.tell(reason),
        stage => w.say(&format!("deployments-stage-{}-line", stage.name())).to_string(),
    }
}

fn facts(w: &Words, d: &Deployment) -> Vec<Fact> {
    vec![
        Fact::new(w.say("deployments-host-name"), &d.host_name),
        Fact::new(w.say("deployments-user-name"), &d.user_name),
        Fact::new(w.say("deployments-size"), size(w, d.cores, d.memory_mib)),
    ]
}

/// `2 cores, 4 GiB`.
pub fn size(w: &Words, cores: u32, memory_mib: u32) -> String {
    let cores = w.say("orders-cores").with("count", cores);
    format!("{cores}, {}", w.bytes(i64::from(memory_mib) << 20))
}

/// Where a port is, by the name that customers reach it under.
fn shown(settings: &Settings, address: SocketAddr) -> String {
    if !settings.machines_host.is_empty() {
        return format!("{}:{}", settings.machines_host, address.port());
    }
    if !address.ip().is_unspecified() {
        return address.to_string();
    }
    let market = url::Url::parse(&settings.address).ok();
    let host = market.as_ref().and_then(|url| url.host_str()).unwrap_or("localhost");
    format!("{host}:{}", address.port())
}

/// The phases with their real times. A machine that was started again shows its last start.
fn steps(w: &Words, events: &[Event], percent: i64) -> Vec<Step> {
    let begun = events.iter().rposition(|event| event.stage == Stage::Requested).unwrap_or(0);
    let events = &events[begun.min(events.len())..];
    let mut steps = Vec::new();
    let mut reached = 0;
    for phase in PHASES {
        let name = w.say(&format!("deployments-step-{phase}")).to_string();
        let last = events.iter().rposition(|event| event.stage.name() == phase).filter(|at| *at >= reached);
        let Some(at) = last else {
            steps.push(Step::new(name, State::Wait));
            continue;
        };
        reached = at;
        let event = &events[at];
        let step = match events.get(at + 1) {
            _ if phase == "ready" => Step::new(name, State::Pass).at(event.at),
            None => {
                let step = Step::new(name, State::Run).took(between(event.at, w.now()));
                match u8::try_from(percent) {
                    Ok(percent) if phase == "staging" && percent > 0 => step.percent(percent),
                    _ => step,
                }
            }
            Some(next) if matches!(next.stage, Stage::Failed { .. }) => {
                Step::new(name, State::Fail).took(between(event.at, next.at)).at(next.at)
            }
            Some(next) => Step::new(name, State::Pass).took(between(event.at, next.at)),
        };
        steps.push(step);
    }
    steps
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    to.duration_since(from).try_into().unwrap_or_default()
}

/// The end of what the guest wrote.
fn tail(console: &str) -> String {
    let lines: Vec<&str> = console.lines().collect();
    lines[lines.len().saturating_sub(CONSOLE_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use house::words::{Language, Text};

    use super::*;
    use crate::testing::words;

    /// Draws the steps of a life: `staging 0, failed 5` seconds after it began.
    #[track_caller]
    fn check(life: &str, expected: &str) {
        let w = words(Language::En);
        let events: Vec<Event> = life
            .split(", ")
            .map(|part| {
                let (name, seconds) = part.split_once(' ').expect("a stage and its second");
                let stage = match name {
                    "requested" => Stage::Requested,
                    "staging" => Stage::Staging,
                    "creating" => Stage::Creating,
                    "booting" => Stage::Booting,
                    "ready" => Stage::Ready { opened: Vec::new() },
                    "stopped" => Stage::Stopped,
                    "failed" => Stage::Failed { reason: Text::new("x"), retryable: true },
                    other => panic!("no stage {other}"),
                };
                let seconds: u64 = seconds.parse().expect("a second");
                Event { stage, at: w.now() - Duration::from_secs(100 - seconds) }
            })
            .collect();
        let drawn: Vec<String> = steps(&w, &events, 0)
            .iter()
            .map(|step| {
                let took = step.took.map_or(String::new(), |took| format!(" {}", took.as_secs()));
                format!("{}{took}", step.state.class())
            })
            .collect();
        assert_eq!(drawn.join(", "), expected, "{life}");
    }

    #[test]
    fn steps_tick_with_their_real_seconds() {
        check("requested 0", "run 100, wait, wait, wait, wait");
        check("requested 0, staging 1, creating 5", "pass 1, pass 4, run 95, wait, wait");
        check("requested 0, staging 1, failed 7", "pass 1, fail 6, wait, wait, wait");
        let whole = "requested 0, staging 1, creating 5, booting 8, ready 20";
        check(whole, "pass 1, pass 4, pass 3, pass 12, pass");
        check(&format!("{whole}, stopped 50, booting 90"), "pass 1, pass 4, pass 3, run 10, wait");
        check("requested 0, failed 1, requested 60, staging 61", "pass 1, run 39, wait, wait, wait");
    }
}
