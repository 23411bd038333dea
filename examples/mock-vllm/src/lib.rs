//! A model server without a model. What a gateway sees of it is what it would see of vLLM: OpenAI's API with streaming, the metrics page, a queue that
//! fills, a prefix cache that remembers, and the ways in which servers fail. Answers are random words; the time they take is real.
//!
//! It is for tests and trials on one machine. It checks nothing that a model server would check for its own safety.

mod answer;
mod ask;
mod cache;
mod config;
mod engine;
mod events;
mod faults;
pub mod load;
mod metrics;
mod rng;
mod server;
mod tokens;

pub use config::{Config, usage};
pub use server::serve;
