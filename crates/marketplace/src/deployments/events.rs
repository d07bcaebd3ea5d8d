//! What happened to a machine, and what follows from it: how long it ran, what that costs.

use house::Timestamp;

use super::Stage;

/// A change of stage, and when.
#[derive(Debug, Clone)]
pub struct Event {
    pub stage: Stage,
    pub at: Timestamp,
}

/// How long a machine has been ready so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Running {
    pub seconds: i64,
}

impl Running {
    /// Counted from `ready` to the next stage, each time; the last one until now.
    pub fn of(events: &[Event], now: Timestamp) -> Running {
        let mut micros = 0_i64;
        for (place, event) in events.iter().enumerate() {
            if matches!(event.stage, Stage::Ready { .. }) {
                let end = events.get(place + 1).map_or(now, |next| next.at);
                let span = end.as_microsecond().saturating_sub(event.at.as_microsecond());
                micros = micros.saturating_add(span.max(0));
            }
        }
        Running { seconds: micros / 1_000_000 }
    }
}

/// What so many seconds cost at this price for an hour, in nano-units, rounded down.
pub fn cost_nanos(running: Running, price_nanos: i64) -> i64 {
    let nanos = i128::from(running.seconds) * i128::from(price_nanos) / 3_600;
    i64::try_from(nanos).unwrap_or(i64::MAX)
}
