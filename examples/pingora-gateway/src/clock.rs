//! The time of all events and decisions.

use std::time::Instant;

use inferroute::Nanos;

/// Counts from when it was made. The library compares times and never asks what hour it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(Instant);

impl Clock {
    /// A clock that is at zero.
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Nanoseconds since it was made.
    pub(crate) fn now(&self) -> Nanos {
        Nanos::new(u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }
}
