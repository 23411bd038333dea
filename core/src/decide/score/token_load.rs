//! Rates an endpoint by the prompt tokens it still has to work off, against a fixed limit.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::real;

#[inline]
pub(super) fn rate(queue_threshold: f64, facts: &Facts<'_>, candidates: Candidates<'_>, ratings: &mut [f64]) {
    candidates.rate_each(ratings, |position| {
        let waiting = facts.cell(position).map_or(0, |cell| cell.waiting_tokens());
        let tokens = real::of(waiting.saturating_add(facts.uncached_tokens(position).into()));
        Some(of_tokens(tokens, queue_threshold))
    });
}

/// 1 - tokens / full, for any `full`: nothing to do is never full, and anything is where nothing may be done.
fn of_tokens(tokens: f64, full: f64) -> f64 {
    if tokens <= 0.0 {
        1.0
    } else if tokens < full {
        1.0 - tokens / full
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::of_tokens;

    #[test]
    fn a_limit_of_nothing_is_full_with_the_first_token() {
        assert_eq!([0.0, 50.0, 100.0, 101.0].map(|tokens| of_tokens(tokens, 100.0)), [1.0, 0.5, 0.0, 0.0]);
        for full in [0.0, -1.0, f64::NAN] {
            assert_eq!((of_tokens(0.0, full), of_tokens(1.0, full)), (1.0, 0.0));
        }
    }
}
