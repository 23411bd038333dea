//! What /metrics shows of the gateway itself.

use std::time::Duration;

use inferroute::State;
use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    Result, TextEncoder,
};

use crate::context::Outcome;

/// Seconds of a decision: from half a microsecond to a millisecond.
const DECISION_BUCKETS: [f64; 8] = [5e-7, 1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 1e-4, 1e-3];

/// Seconds of a request.
const REQUEST_BUCKETS: [f64; 9] = [0.005, 0.02, 0.1, 0.5, 1.0, 5.0, 20.0, 60.0, 300.0];

/// Counters of the process, all under names that begin with `inferroute_`.
pub(crate) struct Counters {
    registry: Registry,
    requests: IntCounterVec,
    fallbacks: IntCounterVec,
    reloads: IntCounterVec,
    polls: IntCounterVec,
    decisions: Histogram,
    seconds: HistogramVec,
    in_flight: IntGaugeVec,
    state: IntGauge,
}

impl Counters {
    /// All at zero.
    ///
    /// # Errors
    /// A name that is none or stands twice, which no test would survive.
    pub(crate) fn new() -> Result<Self> {
        let counter =
            |name: &str, help: &str, labels: &[&str]| IntCounterVec::new(Opts::new(name, help), labels);
        let requests =
            "Requests that ended: how, and why where they were not answered by an endpoint at once.";
        let decisions = HistogramOpts::new(
            "inferroute_decision_seconds",
            "Time that the library took to route a request.",
        );
        let seconds =
            HistogramOpts::new("inferroute_request_seconds", "Time from a request's header to its end.");
        let in_flight = Opts::new("inferroute_in_flight", "Requests that the library counts at an endpoint.");
        let counters = Self {
            registry: Registry::new(),
            requests: counter("inferroute_requests_total", requests, &["route", "outcome", "reason"])?,
            fallbacks: counter(
                "inferroute_fallbacks_total",
                "Attempts after the first, by what the one before failed of.",
                &["reason"],
            )?,
            reloads: counter(
                "inferroute_reloads_total",
                "Times a file changed and was read again.",
                &["file", "outcome"],
            )?,
            polls: counter("inferroute_polls_total", "Looks at the metrics of endpoints.", &["outcome"])?,
            decisions: Histogram::with_opts(decisions.buckets(DECISION_BUCKETS.to_vec()))?,
            seconds: HistogramVec::new(seconds.buckets(REQUEST_BUCKETS.to_vec()), &["outcome"])?,
            in_flight: IntGaugeVec::new(in_flight, &["endpoint"])?,
            state: IntGauge::new(
                "inferroute_state_version",
                "How many states the router has had before this one.",
            )?,
        };
        let all: [Box<dyn prometheus::core::Collector>; 8] = [
            Box::new(counters.requests.clone()),
            Box::new(counters.fallbacks.clone()),
            Box::new(counters.reloads.clone()),
            Box::new(counters.polls.clone()),
            Box::new(counters.decisions.clone()),
            Box::new(counters.seconds.clone()),
            Box::new(counters.in_flight.clone()),
            Box::new(counters.state.clone()),
        ];
        for collector in all {
            counters.registry.register(collector)?;
        }
        Ok(counters)
    }

    /// The library decided.
    pub(crate) fn decided(&self, took: Duration) {
        self.decisions.observe(took.as_secs_f64());
    }

    /// An attempt failed, and there was another.
    pub(crate) fn fell_back(&self, reason: &str) {
        self.fallbacks.with_label_values(&[reason]).inc();
    }

    /// A request ended.
    pub(crate) fn ended(&self, route: &str, outcome: Outcome, reason: &str, took: Duration) {
        self.requests.with_label_values(&[route, outcome.as_str(), reason]).inc();
        self.seconds.with_label_values(&[outcome.as_str()]).observe(took.as_secs_f64());
    }

    /// A file changed: `outcome` is `taken` or `refused`.
    pub(crate) fn reloaded(&self, file: &str, outcome: &str) {
        self.reloads.with_label_values(&[file, outcome]).inc();
    }

    /// An endpoint was asked for its load.
    pub(crate) fn polled(&self, succeeded: bool) {
        self.polls.with_label_values(&[if succeeded { "read" } else { "failed" }]).inc();
    }

    /// Everything as Prometheus reads it. What is in flight is taken from `state`.
    ///
    /// # Errors
    /// A registry that cannot be written as text.
    pub(crate) fn page(&self, state: &State) -> Result<Vec<u8>> {
        self.in_flight.reset();
        for endpoint in state.endpoints() {
            self.in_flight.with_label_values(&[endpoint.id]).set(i64::from(endpoint.in_flight));
        }
        self.state.set(i64::try_from(state.version()).unwrap_or(i64::MAX));
        let mut page = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut page)?;
        Ok(page)
    }
}
