//! Scorers rate an endpoint; more is better. One file a scorer.

mod least_request;

use crate::ids::EndpointIx;
use crate::plan::Scorer;
use crate::state::State;

/// The scorer's rating of an endpoint, between 0 and 1, never NaN.
#[inline]
pub(super) fn score(scorer: Scorer, state: &State, endpoint: EndpointIx) -> f64 {
    match scorer {
        Scorer::LeastRequest => least_request::score(in_flight(state, endpoint)),
    }
}

/// Requests in flight at an endpoint.
#[inline]
pub(super) fn in_flight(state: &State, endpoint: EndpointIx) -> u32 {
    state.cells[endpoint].in_flight()
}
