//! What a rule is.

use super::draw::Draw;
use super::known::{Known, Sent};
#[cfg(doc)]
use super::ported::Ported;
use crate::sim::{Asked, Polled};

/// How a router picks an endpoint.
///
/// The ledger is kept by [`Ported`]; a rule adds only what it alone remembers.
pub trait Rule {
    /// What the rule sees of caches by way of KV events; see [`Known::held`].
    fn sight(&self) -> Sight {
        Sight::Nothing
    }

    /// The endpoint for this request, one of [`Known::there`], which is never empty.
    fn pick(&mut self, known: &Known, asked: &Asked<'_>, now: f64, draw: &mut Draw) -> usize;

    /// The request was sent there; `known` has counted it already.
    fn sent(&mut self, _known: &Known, _asked: &Asked<'_>, _sent: &Sent, _now: f64) {}

    /// The first token of a request came; `known` has counted it already.
    fn first_token(&mut self, _sent: &Sent, _now: f64) {}

    /// A request came to its end, answered with so many tokens, or failed (`None`); `known` has counted it already.
    fn ended(&mut self, _sent: &Sent, _generated: Option<u32>, _now: f64) {}

    /// An endpoint was scraped; `known` has what it said.
    fn polled(&mut self, _endpoint: usize, _polled: &Polled, _now: f64) {}

    /// An endpoint is there, with an empty cache.
    fn appeared(&mut self, _endpoint: usize) {}

    /// An endpoint is there no more.
    fn gone(&mut self, _endpoint: usize) {}
}

/// What a rule sees of caches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sight {
    /// Nothing. [`Known::cached`] is 0.
    Nothing,
    /// What KV events told.
    Events,
    /// What KV events told, and prompts sent less than so many seconds ago.
    Speculative(f64),
    /// What KV events told, and prompts in flight.
    Optimistic,
}
