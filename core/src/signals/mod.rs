//! What the router knows of its endpoints from one moment to the next: cells of atomics that outlive any one state.
//!
//! A cell belongs to one endpoint from the moment it is reported until it is gone; an endpoint that comes back gets a new one. So a count can
//! neither leak into another endpoint nor survive its own.

mod endpoint_id;
mod event;
mod in_flight;
mod metrics;
mod reported;

pub(crate) use endpoint_id::address_with_port;
pub(crate) use event::check;
pub use event::{Event, EventError};
pub(crate) use in_flight::{EndpointCell, PoolCell};
pub use metrics::{
    Engine, Fraction, LoadReport, LoraReport, MetricsCode, MetricsProblem, NotAFraction, Scrape,
    ScrapeOptions, UnknownEngine,
};
pub use reported::ReportedEndpoint;
