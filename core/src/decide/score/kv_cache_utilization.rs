//! Rates an endpoint by the share of its KV cache that is free.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;

#[inline]
pub(super) fn rate(facts: &Facts<'_>, candidates: Candidates<'_>, ratings: &mut [f64]) {
    facts.polled(candidates, |row| &row.kv_usage, ratings);
    ratings.iter_mut().for_each(|usage| *usage = 1.0 - *usage);
}
