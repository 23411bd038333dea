//! The router with what it needs of the outside: a clock, limits, and counters for those who operate it.

use std::time::Instant;

use inferroute::{BodyLimits, Event, EventError, Nanos, Plan, ReportedEndpoint, Router};

use crate::args::Args;
use crate::counters::Counters;

pub(crate) struct Picker {
    pub(crate) router: Router,
    pub(crate) limits: BodyLimits,
    /// The most bytes of a body.
    pub(crate) body_bytes: usize,
    /// Whether clients choose their InferenceObjective.
    pub(crate) objectives: bool,
    /// The pool of every request, where the gateway has matched its routes itself.
    pub(crate) pool: Option<String>,
    started: Instant,
    pub(crate) counters: Counters,
}

impl Picker {
    pub(crate) fn new(plan: Plan, args: &Args) -> Self {
        Self {
            router: Router::new(plan, args.seed),
            limits: BodyLimits::default().bytes(args.body_bytes),
            body_bytes: args.body_bytes,
            objectives: args.objectives,
            pool: args.pool.clone(),
            started: Instant::now(),
            counters: Counters::default(),
        }
    }

    /// The library's time.
    pub(crate) fn now(&self) -> Nanos {
        Nanos::new(u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    pub(crate) fn replace_endpoints(&self, endpoints: Vec<ReportedEndpoint>) -> Result<(), EventError> {
        self.router.observe(&Event::EndpointsReplaced { endpoints }, self.now())
    }

    /// Requests in flight at all endpoints.
    pub(crate) fn in_flight(&self) -> u64 {
        self.router.snapshot().endpoints().map(|endpoint| u64::from(endpoint.in_flight)).sum()
    }
}
