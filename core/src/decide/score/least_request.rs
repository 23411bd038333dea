//! Rates an endpoint by its requests in flight: 1 when idle, falling towards 0.
//!
//! The value does not depend on the other endpoints, so adding or removing one changes no rating. Distinct counts have distinct ratings: the gap
//! between 1/(1+n) and 1/(2+n) is wider than a double's spacing for every n below 2^26, and a larger count cannot be told from its neighbour by any
//! user.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;

#[inline]
pub(super) fn rate(facts: &Facts<'_>, candidates: Candidates<'_>, ratings: &mut [f64]) {
    candidates.rate(&facts.members.cells, ratings, |cell| of_count(cell.in_flight()));
}

/// 1 / (1 + n).
#[inline]
fn of_count(in_flight: u32) -> f64 {
    1.0 / (1.0 + f64::from(in_flight))
}

#[cfg(test)]
mod tests {
    use super::of_count;

    #[test]
    fn more_requests_never_rate_higher() {
        let counts = [0, 1, 2, 3, 100, 101, 65_535, 65_536, 1 << 25, u32::MAX - 1, u32::MAX];
        assert!(counts.windows(2).all(|pair| of_count(pair[0]) > of_count(pair[1]) || pair[0] >= 1 << 26));
        assert!(counts.iter().all(|n| (0.0..=1.0).contains(&of_count(*n))));
    }
}
