//! The router with what it needs of the outside: a clock, limits, and counters for those who operate it.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use inferroute::{BodyLimits, Event, EventError, Nanos, Plan, ReportedEndpoint, Router};

use crate::args::Args;

pub(crate) struct Picker {
    pub(crate) router: Router,
    pub(crate) limits: BodyLimits,
    /// The most bytes of a body.
    pub(crate) body_bytes: usize,
    /// Whether clients choose their InferenceObjective.
    pub(crate) objectives: bool,
    started: Instant,
    pub(crate) counters: Counters,
}

/// What `/metrics` of the picker itself says.
#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) reloads: AtomicU64,
    pub(crate) failed_reloads: AtomicU64,
    pub(crate) picked: AtomicU64,
    /// Attempts of the gateway at endpoints that did not answer.
    pub(crate) fallen_back: AtomicU64,
    refused: Mutex<BTreeMap<String, u64>>,
}

impl Picker {
    pub(crate) fn new(plan: Plan, args: &Args) -> Self {
        Self {
            router: Router::new(plan, args.seed),
            limits: BodyLimits::default().bytes(args.body_bytes),
            body_bytes: args.body_bytes,
            objectives: args.objectives,
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

impl Counters {
    pub(crate) fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn refuse(&self, reason: &str) {
        *self.refused.lock().unwrap().entry(reason.to_owned()).or_default() += 1;
    }

    pub(crate) fn page(&self) -> String {
        let mut page = String::new();
        let mut series = |name: &str, labels: &str, value: u64| {
            page += &format!("# TYPE {name} counter\n{name}{labels} {value}\n");
        };
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        series("picker_picked_total", "", of(&self.picked));
        series("picker_fallen_back_total", "", of(&self.fallen_back));
        series("picker_reloads_total", "", of(&self.reloads));
        series("picker_failed_reloads_total", "", of(&self.failed_reloads));
        for (reason, count) in &*self.refused.lock().unwrap() {
            page += &format!("picker_refused_total{{reason=\"{reason}\"}} {count}\n");
        }
        page
    }
}
