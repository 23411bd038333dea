//! Rates an endpoint by its polled queue length, relative to the shortest and the longest.

use super::relative;
use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;

/// Writes `of` each rating.
#[inline(always)]
pub(super) fn rate(
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    ratings: &mut [f64],
    of: impl Fn(f64) -> f64,
) {
    relative::less_is_better(facts, candidates, |row| &row.waiting, ratings, of);
}
