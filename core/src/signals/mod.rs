//! What the router knows of its endpoints from one moment to the next: cells of atomics that outlive any one state.
//!
//! A cell belongs to one endpoint from the moment it is reported until it is gone; an endpoint that comes back gets a new one. So a count can
//! neither leak into another endpoint nor survive its own.

mod adapters;
mod attributes;
mod backlog;
#[cfg(test)]
mod backlog_tests;
mod cell;
mod decaying;
mod endpoint_id;
mod event;
mod finite;
mod health;
mod leased;
mod line;
mod metrics;
mod others;
mod pace;
mod panel;
mod polled;
mod prefilling;
mod reported;
mod returns;
mod sessions;
mod turnover;
mod typical;

pub(crate) use adapters::AdapterUse;
pub(crate) use attributes::attribute_key;
pub(crate) use backlog::Work;
pub use cell::CachedTokens;
pub(crate) use cell::{EndpointCell, PoolCell};
pub(crate) use endpoint_id::{address_with_port, socket_address};
pub(crate) use event::check;
pub use event::{Event, EventError};
pub use finite::{Finite, NotFinite};
pub(crate) use leased::{Lease, Terms};
pub use metrics::{
    Engine, Fraction, LoadReport, LoraReport, MetricsCode, MetricsProblem, NotAFraction, Scrape,
    ScrapeOptions, UnknownEngine,
};
pub(crate) use panel::{Column as PolledColumn, Panel, Row, WIDTH};
pub(crate) use polled::Polled;
pub use reported::ReportedEndpoint;
pub(crate) use typical::Mean;
