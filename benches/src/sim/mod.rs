//! A simulator of routing quality: model servers in simulated seconds behind one gateway or several, each with its own knowledge.
//!
//! A run is events in order of time. Servers form batches as vLLM V1 does, a step takes what [`Hardware::step_time`] says. Not simulated: the network,
//! the tokenizer, LoRA adapters, speculative decoding, answers that become part of the cache.

mod befall;
mod cache;
mod draw;
mod gateway;
mod hardware;
mod outcome;
mod queue;
mod run;
mod scrapes;
mod server;
mod settings;
#[cfg(test)]
mod tests;
mod workload;

pub use gateway::{Asked, Gateway, Polled};
pub use hardware::{Batch, Hardware};
pub use outcome::{Load, Outcome, Record, Sample};
pub use run::run;
pub use settings::{Fault, FaultKind, RunError, Settings};
pub use workload::{Arrival, SimRequest, Workload};
