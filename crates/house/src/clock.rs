//! The one place that knows what time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub use jiff::Timestamp;

/// Tells the time. In tests it stands still until it is turned.
#[derive(Clone, Default)]
pub struct Clock {
    standing_at: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The clock of the machine.
    pub fn running() -> Clock {
        Clock::default()
    }

    /// A clock that stands at `at` until someone calls [`Clock::turn`].
    pub fn standing(at: Timestamp) -> Clock {
        Clock { standing_at: Some(Arc::new(AtomicI64::new(at.as_microsecond()))) }
    }

    /// The time, in whole microseconds: what the database can hold.
    pub fn now(&self) -> Timestamp {
        let micros = match &self.standing_at {
            Some(at) => at.load(Ordering::Relaxed),
            #[allow(
                clippy::disallowed_methods,
                reason = "this is the clock that everyone else is told to ask"
            )]
            None => Timestamp::now().as_microsecond(),
        };
        from_micros(micros)
    }

    /// Moves a standing clock on. A running clock cannot be turned.
    pub fn turn(&self, by: std::time::Duration) {
        let at = self.standing_at.as_ref().expect("only a standing clock is turned");
        at.fetch_add(
            i64::try_from(by.as_micros()).expect("a turn of less than 292,000 years"),
            Ordering::Relaxed,
        );
    }
}

/// An instant as the database holds it: microseconds since 1970, UTC. Values outside the calendar become its edge.
pub fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
