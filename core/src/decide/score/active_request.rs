//! Rates an endpoint by its requests in flight relative to the busiest, which always rates 0; idle ones rate 1.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;

#[inline]
pub(super) fn rate(
    idle_threshold: u32,
    max_busy_score: f64,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    ratings: &mut [f64],
) {
    let of = |position| facts.cell(position).map_or(0, |cell| cell.in_flight());
    let mut most = 0;
    candidates.for_each(|position| most = most.max(of(position)));
    candidates.rate_each(ratings, |position| {
        let count = of(position);
        // Above the threshold, so `most` is at least 1.
        let busy = || f64::from(most.saturating_sub(count)) / f64::from(most) * max_busy_score;
        Some(if count <= idle_threshold { 1.0 } else { busy() })
    });
}
