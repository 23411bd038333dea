//! What came out of a run: plain facts, from which others make means and shares.

/// All that a run leaves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The requests that were answered, by their number.
    pub records: Vec<Record>,
    /// The numbers of those that were not, because their endpoint went away and they were not dispatched again.
    pub failed: Vec<usize>,
    /// How full the endpoints were, once a second.
    pub samples: Vec<Sample>,
    /// How often a request was put out of a batch for want of KV space.
    pub preemptions: u64,
    /// When the last answer was complete, in seconds since the run began.
    pub end: f64,
}

impl Outcome {
    /// The share of the prompts' tokens that was found in caches.
    pub fn hit_rate(&self) -> f64 {
        let sum = |tokens: fn(&Record) -> u32| self.records.iter().map(|r| u64::from(tokens(r))).sum::<u64>();
        match sum(|record| record.prompt) {
            0 => 0.0,
            prompt => sum(|record| record.cached) as f64 / prompt as f64,
        }
    }
}

/// One answered request. Times are seconds since the run began.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its number in the workload.
    pub number: usize,
    /// Whose it is.
    pub tenant: u32,
    /// When it came to the gateway, for the first time if it was dispatched more than once.
    pub arrival: f64,
    /// The gateway that dispatched it.
    pub replica: usize,
    /// The endpoint that answered it.
    pub endpoint: usize,
    /// How often it was dispatched.
    pub attempts: u32,
    /// When the first token of its answer came, in the attempt that was answered.
    pub first_token: f64,
    /// When the answer was complete.
    pub end: f64,
    /// Tokens of the prompt.
    pub prompt: u32,
    /// Those of them that were found in the endpoint's cache.
    pub cached: u32,
    /// Tokens of the answer.
    pub output: u32,
    /// How often it was put out of a batch for want of KV space.
    pub preemptions: u32,
    /// Seconds to its first token at an endpoint of the nominal hardware with an empty cache and no other request.
    pub cold: f64,
}

impl Record {
    /// Seconds from its arrival to the first token.
    pub fn ttft(&self) -> f64 {
        self.first_token - self.arrival
    }
}

/// How full the endpoints were at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// When.
    pub at: f64,
    /// The endpoints that were there.
    pub loads: Vec<Load>,
}

/// How full an endpoint was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// Its number.
    pub endpoint: usize,
    /// Requests in its queue.
    pub waiting: u32,
    /// Requests in its batch.
    pub running: u32,
}
