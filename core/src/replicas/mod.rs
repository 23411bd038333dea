//! Requests of the host's other replicas, counted as if they were this router's own.
//!
//! A replica tells how far its requests have come; what it tells only moves forward, so that it may arrive twice, late and in any order. What arrives at
//! all is the host's business: a list of everything in flight, told now and then, mends whatever was lost, and a replica that tells nothing for as long as
//! its lease counts no more.

mod known;
mod request;
#[cfg(test)]
mod tests;

pub(crate) use known::{Arrival, Replicas};
pub use request::{ReplicaRequest, Stage};
