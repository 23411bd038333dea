//! What a run is about, and what may be wrong with it.

use std::fmt;

use super::hardware::Hardware;
use super::workload::{Arrival, Workload};

/// The servers, the gateways and what befalls them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What every endpoint runs on.
    pub hardware: Hardware,
    /// Endpoints that are there from the start, numbered from 0.
    pub endpoints: usize,
    /// How many times as long a step of each of these endpoints takes; 1 for those beyond the list.
    pub slowdown: Vec<f64>,
    /// Times of [`Arrival::At`] are divided by this. Think times are not.
    pub speed: f64,
    /// Gateways. Each request goes through one that the seed draws.
    pub replicas: usize,
    /// Seconds between two scrapes of an endpoint by a gateway. Each pair has its own phase, drawn by the seed.
    pub scrape_interval: f64,
    /// Seconds from a change in a cache to the event at the gateways.
    pub event_delay: f64,
    /// What befalls endpoints.
    pub faults: Vec<Fault>,
    /// Whether a request is dispatched again when its endpoint goes away.
    pub retry: bool,
    /// What the replicas of requests and the phases of scrapes are drawn from.
    pub seed: u64,
}

impl Settings {
    /// One gateway in front of that many equal endpoints, scraped every 50 ms, with KV events after 10 ms, without faults.
    pub fn new(hardware: Hardware, endpoints: usize) -> Self {
        Self {
            hardware,
            endpoints,
            slowdown: Vec::new(),
            speed: 1.0,
            replicas: 1,
            scrape_interval: 0.05,
            event_delay: 0.01,
            faults: Vec::new(),
            retry: true,
            seed: 0,
        }
    }
}

/// Something that befalls an endpoint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fault {
    /// Seconds since the run began.
    pub at: f64,
    /// What it is.
    pub kind: FaultKind,
}

/// What can befall an endpoint. Nothing happens to one that is not there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FaultKind {
    /// An endpoint with an empty cache appears. Its number is the next that no endpoint had.
    Added {
        /// How many times as long its steps take.
        slowdown: f64,
    },
    /// The endpoint goes away, with its cache and its requests. Its number is not used again.
    Removed {
        /// Its number.
        endpoint: usize,
    },
    /// Steps that begin from now on take so many times as long as those of the hardware.
    Slowed {
        /// Its number.
        endpoint: usize,
        /// How many times.
        factor: f64,
    },
    /// Nothing moves at the endpoint for a while, a step under way included. It can be scraped and takes requests.
    Hung {
        /// Its number.
        endpoint: usize,
        /// How long.
        seconds: f64,
    },
}

/// Why a run cannot be made or go on.
#[derive(Clone, Debug, PartialEq)]
pub enum RunError {
    /// A setting is not a number of its range.
    Setting {
        /// Which one, and its range.
        what: &'static str,
    },
    /// A request has no prompt, no answer, no time, or follows one that does not come before it.
    Request {
        /// Its number.
        number: usize,
    },
    /// The prompt and the answer do not fit into an empty KV cache.
    TooLong {
        /// The request's number.
        number: usize,
        /// Its tokens.
        tokens: u64,
        /// Tokens of a cache.
        kv_tokens: u64,
    },
    /// A request came while no endpoint was there.
    NoEndpoint {
        /// The request's number.
        number: usize,
    },
    /// A gateway chose an endpoint that is not there.
    WrongEndpoint {
        /// The request's number.
        number: usize,
        /// What the gateway answered.
        endpoint: usize,
    },
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting { what } => write!(f, "the setting must be {what}"),
            Self::Request { number } => {
                write!(f, "request {number} needs a prompt, an answer and a time or a former request")
            }
            Self::TooLong { number, tokens, kv_tokens } => {
                write!(f, "request {number} has {tokens} tokens, a KV cache holds {kv_tokens}: leave it out")
            }
            Self::NoEndpoint { number } => write!(f, "no endpoint was there for request {number}"),
            Self::WrongEndpoint { number, endpoint } => {
                write!(f, "request {number} was sent to endpoint {endpoint}, which is not there")
            }
        }
    }
}

impl std::error::Error for RunError {}

/// Finds what would make a run endless or meaningless.
pub(super) fn check(settings: &Settings, workload: &Workload) -> Result<(), RunError> {
    let positive = |value: f64| value.is_finite() && value > 0.0;
    let hardware = &settings.hardware;
    for (holds, what) in [
        (settings.replicas > 0, "replicas: at least 1"),
        (workload.block_tokens > 0, "block_tokens: at least 1"),
        (positive(settings.speed), "speed: positive"),
        (positive(settings.scrape_interval), "scrape_interval: positive"),
        (settings.event_delay.is_finite() && settings.event_delay >= 0.0, "event_delay: not negative"),
        (settings.slowdown.iter().all(|&factor| positive(factor)), "slowdown: positive"),
        (hardware.max_sequences > 0, "max_sequences: at least 1"),
        (hardware.budget >= hardware.max_sequences, "budget: at least max_sequences"),
        (settings.faults.iter().all(fault_is_sound), "faults: times and factors that are positive"),
    ] {
        if !holds {
            return Err(RunError::Setting { what });
        }
    }
    for (number, request) in workload.requests.iter().enumerate() {
        let timely = match request.arrival {
            Arrival::At(at) => at.is_finite() && at >= 0.0,
            Arrival::After { former, think } => former < number && think.is_finite() && think >= 0.0,
        };
        if !timely || request.prompt == 0 || request.output == 0 {
            return Err(RunError::Request { number });
        }
        let tokens = u64::from(request.prompt) + u64::from(request.output);
        if tokens > hardware.kv_tokens {
            return Err(RunError::TooLong { number, tokens, kv_tokens: hardware.kv_tokens });
        }
    }
    Ok(())
}

fn fault_is_sound(fault: &Fault) -> bool {
    let value = match fault.kind {
        FaultKind::Added { slowdown: value }
        | FaultKind::Slowed { factor: value, .. }
        | FaultKind::Hung { seconds: value, .. } => value,
        FaultKind::Removed { .. } => 1.0,
    };
    fault.at.is_finite() && fault.at >= 0.0 && value.is_finite() && value > 0.0
}
