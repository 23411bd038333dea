//! Everything whose speed is measured, by one list: the benchmarks time it, and `cost` counts its instructions and allocations.
//!
//! Ids are `area/scenario/size`. One file an area.

mod body;
mod compiling;
mod events;
mod handle;
mod hashing;
pub mod held;
mod matching;
mod metrics;
mod picking;
mod scoring;
mod walking;
mod whole;
pub mod world;

/// Runs a scenario once. What it returns keeps the compiler from leaving the work out.
pub type Run = Box<dyn FnMut() -> u64>;

/// One thing to measure.
pub struct Scenario {
    id: String,
    prepare: Box<dyn Fn() -> Run>,
    bytes: Option<u64>,
    is_counted: bool,
}

impl Scenario {
    fn new(id: String, prepare: impl Fn() -> Run + 'static) -> Self {
        Self { id, prepare: Box::new(prepare), bytes: None, is_counted: false }
    }

    /// Works through so many bytes.
    fn bytes(self, bytes: usize) -> Self {
        Self { bytes: Some(bytes as u64), ..self }
    }

    /// Its instructions and allocations are kept, and may not grow.
    fn counted(self) -> Self {
        Self { is_counted: true, ..self }
    }

    /// `area/scenario/size`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Makes what it runs on.
    pub fn prepare(&self) -> Run {
        (self.prepare)()
    }

    /// The bytes that it works through, where that is what it is about.
    pub fn throughput(&self) -> Option<u64> {
        self.bytes
    }

    /// Whether its instructions and allocations are kept.
    pub fn is_counted(&self) -> bool {
        self.is_counted
    }
}

/// All scenarios, area by area.
pub fn all() -> Vec<Scenario> {
    [
        matching::list(),
        picking::list(),
        scoring::list(),
        hashing::list(),
        walking::list(),
        whole::list(),
        handle::list(),
        events::list(),
        compiling::list(),
        body::list(),
        metrics::list(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
