//! What the services of this process share: the router, the time, and what is counted.

use std::sync::atomic::{AtomicUsize, Ordering};

use inferroute::Router;

use crate::clock::Clock;
use crate::counters::Counters;

/// One for the process. Nothing in it is ever locked while a request is decided.
pub(crate) struct Gateway {
    /// Decides, and counts what is in flight.
    pub(crate) router: Router,
    /// The time that the router is told.
    pub(crate) clock: Clock,
    /// What /metrics shows.
    pub(crate) counters: Counters,
    under_way: AtomicUsize,
}

impl Gateway {
    /// A gateway with no request yet.
    pub(crate) fn new(router: Router, clock: Clock, counters: Counters) -> Self {
        Self { router, clock, counters, under_way: AtomicUsize::new(0) }
    }

    /// A request's header was read.
    pub(crate) fn enter(&self) {
        self.under_way.fetch_add(1, Ordering::AcqRel);
    }

    /// A request's answer was sent, or could not be.
    pub(crate) fn leave(&self) {
        self.under_way.fetch_sub(1, Ordering::AcqRel);
    }

    /// Requests between the two, routed or not.
    pub(crate) fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Acquire)
    }
}
