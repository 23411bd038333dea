//! Rates an endpoint by its polled number of running requests, relative to the fewest and the most.

use super::relative;
use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;

#[inline]
pub(super) fn rate(facts: &Facts<'_>, candidates: Candidates<'_>, ratings: &mut [f64]) {
    relative::less_is_better(facts, candidates, |row| &row.running, ratings, |rating| rating);
}
