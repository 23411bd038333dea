//! Reads what model servers publish of themselves: Prometheus text in, plain values out.
//!
//! The text comes from outside and may be anything. Whatever it is, reading it costs time linear in its bytes and memory of a fixed size, and a value
//! that is not certain is not known: a bad number, a torn line or half of a sum never passes for a small load. The exact rules are on the page
//! `core/tests/vectors/metrics/README.md`.

mod engine;
mod fraction;
mod labels;
mod line;
mod lora;
mod options;
mod problem;
mod quantity;
mod report;
mod scrape;
mod series;
mod table;

pub use engine::{Engine, UnknownEngine};
pub use fraction::{Fraction, NotAFraction};
pub use options::ScrapeOptions;
pub use problem::{MetricsCode, MetricsProblem};
pub use report::{LoadReport, LoraReport};
pub use scrape::Scrape;
