//! Rates an endpoint by how long its requests take to their first token, times how many it has: the least product over its own.
//!
//! The mean goes up at once and forgets with time (peak EWMA, as in Finagle's and linkerd's balancers), so an endpoint that was slow once is tried again.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::units::Nanos;

/// Whatever is quicker than a microsecond is no answer of a model.
const LEAST: f64 = 1000.0;

#[inline]
pub(super) fn rate(default_ttft: Nanos, facts: &Facts<'_>, candidates: Candidates<'_>, ratings: &mut [f64]) {
    let half_life = facts.state.plan.scheduling.half_life;
    let unmeasured = crate::real::of(default_ttft.get());
    let cost = |position| {
        let cell = facts.cell(position)?;
        let ttft = cell.health().ttft(facts.now, half_life).unwrap_or(unmeasured);
        Some(ttft.max(LEAST) * (1.0 + f64::from(cell.in_flight())))
    };
    let mut least = f64::INFINITY;
    candidates.for_each(|position| least = cost(position).map_or(least, |cost| least.min(cost)));
    candidates.rate_each(ratings, |position| cost(position).map(|cost| least / cost));
}
