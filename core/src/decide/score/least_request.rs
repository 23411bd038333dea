//! Rates an endpoint by its requests in flight: 1 when idle, falling towards 0.
//!
//! The value does not depend on the other endpoints, so adding or removing one changes no rating. Distinct counts have distinct ratings: the gap
//! between 1/(1+n) and 1/(2+n) is wider than a double's spacing for every n below 2^26, and a larger count cannot be told from its neighbour by any
//! user.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;

#[inline]
pub(super) fn rate(facts: &Facts<'_>, candidates: Candidates<'_>, ratings: &mut [f64]) {
    candidates.rate(&facts.members.cells, ratings, |cell| of_count(cell.requests()));
}

/// 1 / (1 + n).
#[inline]
fn of_count(in_flight: f64) -> f64 {
    1.0 / (1.0 + in_flight)
}

#[cfg(test)]
mod tests {
    use super::of_count;

    #[test]
    fn more_requests_never_rate_higher() {
        let counts = [0.0, 1.0, 2.0, 3.0, 100.0, 101.0, 65_535.0, 65_536.0, 33_554_432.0, 4e9, 4e18];
        assert!(
            counts.windows(2).all(|pair| of_count(pair[0]) > of_count(pair[1]) || pair[0] >= 67_108_864.0)
        );
        assert!(counts.iter().all(|n| (0.0..=1.0).contains(&of_count(*n))));
    }
}
