//! What runs where, and is it well?
//!
//! A deployment is a machine that a customer wants under an order. The customer's wish (running, stopped, gone) is one thing, what
//! is the case another; a reconciler compares the two and does what is missing, as often as it takes. A machine is ready when its
//! own web server has answered with the deployment's token, so nobody else's answer is taken for its own.
//!
//! Every phase has a deadline and ends in words. A deployment that failed can be tried again, and can always be deleted.
//!
//! What is absent: any state in memory. Whoever is cut short, anywhere, asks the engine again; the deployment's id finds the
//! machine that is there or makes the one that is not, and never two.

mod deploy;
mod events;
mod form;
mod jobs;
mod letters;
mod letting_go;
mod observe;
pub mod pages;
mod reconcile;
mod record;
mod stage;
#[cfg(test)]
mod tests;
mod view;

use std::net::SocketAddr;

use house::words::Language;

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

use house::error::{Kind, Refusal};
use house::words::Text;
use house::{Id, Timestamp};

use crate::images::Image;
use crate::orders::Order;
use crate::people::{Organisation, Person};

pub use deploy::{Machine, deploy};
pub use events::{Event as HistoryLine, Running, cost_nanos};
pub use jobs::{handle, sweep_soon};
pub use letting_go::{cancel_order, destroy, restart, start, stop, try_again};
pub use stage::{Event, Opened, Stage, Wish};

/// Machines under one order at the same time.
pub const MACHINES_MAX: usize = 20;
/// What one machine may be given, whatever its plan says.
pub const CORES_MAX: u32 = 8;
pub const MEMORY_MIB_MAX: u32 = 16_384;

#[derive(Debug, Clone)]
pub struct Deployment {
    pub id: Id<Deployment>,
    pub order: Id<Order>,
    pub person: Id<Person>,
    /// The publisher of what runs in it.
    pub organisation: Id<Organisation>,
    pub image: Id<Image>,
    pub content_id: String,
    pub offer_title: String,
    pub host_name: String,
    pub user_name: String,
    pub ssh_keys: Vec<String>,
    pub cores: u32,
    pub memory_mib: u32,
    pub open_ports: Vec<u16>,
    pub health_path: String,
    token: String,
    pub wish: Wish,
    pub stage: Stage,
    pub stage_since: Timestamp,
    pub made_at: Timestamp,
    version: i64,
}

impl Deployment {
    /// Whether something is under way: the page follows it, and a job is at it.
    pub fn is_moving(&self) -> bool {
        match (&self.stage, self.wish) {
            (Stage::Ready { .. }, Wish::Running) | (Stage::Stopped, Wish::Stopped) => false,
            (Stage::Failed { .. }, wish) => wish == Wish::Destroyed,
            (Stage::Destroyed, _) => false,
            _ => true,
        }
    }

    /// The port at which the machine's own web server tells its token.
    pub fn health_port(&self) -> u16 {
        health_port(&self.open_ports)
    }

    /// Where a port of the machine is reached, while it is ready.
    pub fn address_of(&self, port: u16) -> Option<SocketAddr> {
        match &self.stage {
            Stage::Ready { opened } => opened.iter().find(|o| o.guest_port == port).map(|o| o.address),
            _ => None,
        }
    }

    /// A machine for samples of pages.
    pub fn sample(stage: Stage, wish: Wish) -> Deployment {
        Deployment {
            id: Id::sample(1),
            order: Id::sample(1),
            person: Id::sample(2),
            organisation: Id::sample(3),
            image: Id::sample(4),
            content_id: "ab".repeat(32),
            offer_title: "Hardened nginx".to_owned(),
            host_name: "nginx-1".to_owned(),
            user_name: "ada".to_owned(),
            ssh_keys: Vec::new(),
            cores: 1,
            memory_mib: 512,
            open_ports: vec![22, 80],
            health_path: "/halle/health".to_owned(),
            token: "secret".to_owned(),
            wish,
            stage,
            stage_since: Timestamp::UNIX_EPOCH,
            made_at: Timestamp::UNIX_EPOCH,
            version: 1,
        }
    }
}

/// Port 80 where it is open, or where nothing else could serve pages; else the first port that is not for shells or for TLS.
fn health_port(open_ports: &[u16]) -> u16 {
    if open_ports.contains(&80) {
        return 80;
    }
    open_ports.iter().copied().find(|port| ![22, 443].contains(port)).unwrap_or(80)
}

/// The ways in which this chapter says no.
#[derive(Debug)]
pub enum Refused {
    /// What was asked cannot be asked in this stage.
    NotNow,
    OrderCancelled,
    /// Machines still run under the order.
    MachinesLeft {
        count: usize,
    },
    TooManyMachines,
    /// No machine can run in this market at the moment, and what the operator can do about it.
    NoMachinesHere {
        why: String,
    },
    /// The machine is larger than all the memory that machines get here.
    TooLarge {
        memory_mib: u32,
        budget_mib: u64,
    },
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Refused::NotNow => "deployments.not_now",
            Refused::OrderCancelled => "deployments.order_cancelled",
            Refused::MachinesLeft { .. } => "deployments.machines_left",
            Refused::TooManyMachines => "deployments.too_many_machines",
            Refused::NoMachinesHere { .. } => "deployments.no_machines_here",
            Refused::TooLarge { .. } => "deployments.too_large",
        }
    }

    fn text(&self) -> Text {
        match self {
            Refused::NotNow => Text::new("refused-deployments-not-now"),
            Refused::OrderCancelled => Text::new("refused-deployments-order-cancelled"),
            Refused::MachinesLeft { count } => {
                Text::new("refused-deployments-machines-left").with("count", *count)
            }
            Refused::TooManyMachines => {
                Text::new("refused-deployments-too-many-machines").with("most", MACHINES_MAX)
            }
            Refused::NoMachinesHere { why } => {
                Text::new("refused-deployments-no-machines-here").with("why", why)
            }
            Refused::TooLarge { memory_mib, budget_mib } => Text::new("refused-deployments-too-large")
                .with("memory", memory_mib)
                .with("budget", *budget_mib),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Refused::NoMachinesHere { .. } => Kind::NotHere,
            _ => Kind::NotNow,
        }
    }
}
