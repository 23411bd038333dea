//! Rates an endpoint by the share of its KV cache that is free.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;

/// Hands `put` each candidate's place and its rating.
#[inline(always)]
pub(super) fn rate(
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    places: &mut [f64],
    put: impl Fn(&mut f64, f64),
) {
    facts.polled(candidates, |row| &row.kv_usage, places, |place, usage| put(place, 1.0 - usage));
}
