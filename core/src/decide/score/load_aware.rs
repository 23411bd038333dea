//! Rates an endpoint by its polled queue length against a fixed limit: 0.5 when empty, 0 from the limit on.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;

#[inline]
pub(super) fn rate(threshold: f64, facts: &Facts<'_>, candidates: Candidates<'_>, ratings: &mut [f64]) {
    let rating = |waiting: u32| {
        let waiting = f64::from(waiting);
        // Anything is full where nothing may wait.
        if waiting == 0.0 {
            0.5
        } else if waiting < threshold {
            0.5 * (1.0 - waiting / threshold)
        } else {
            0.0
        }
    };
    candidates.rate_each(ratings, |position| {
        facts.cell(position).and_then(|cell| cell.polled(facts.oldest)?.waiting()).map(rating)
    });
}
