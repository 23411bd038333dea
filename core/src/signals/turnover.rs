//! How much of an endpoint's KV cache was written anew lately.

use super::backlog::Work;
use super::decaying::Decaying;
use crate::real;
use crate::units::Nanos;

/// After how long half of it is forgotten.
const HALF_LIFE: Nanos = Nanos::new(60_000_000_000);

/// Tokens of prompts that were not found in the cache: they take room there from what is only kept. Sums of which half is forgotten in a minute are what
/// came within the last 87 s, where as much comes all the time.
#[derive(Debug, Default)]
pub(crate) struct Turnover {
    /// Of this router's requests, from the moment when they were sent.
    sent: Decaying,
    /// Of everybody's, by what the endpoint says.
    told: Decaying,
}

impl Turnover {
    pub(crate) fn sent(&self, work: Work, now: Nanos) {
        self.sent.add(work.tokens().into(), now, HALF_LIFE);
    }

    /// So many tokens were not found, anybody's, since the endpoint told of it before.
    pub(super) fn told(&self, missed: u64, now: Nanos) {
        self.told.add(real::of(missed), now, HALF_LIFE);
    }

    /// Tokens: ours, or everybody's where the endpoint is heard of and that is more. It has ours in it, later than we know of them.
    #[inline]
    pub(crate) fn tokens(&self, is_heard: bool, now: Nanos) -> f64 {
        let other = if is_heard { &self.told } else { &self.sent };
        self.sent.larger_faded(other, now, HALF_LIFE).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::metrics::LoadReport;
    use super::super::others::{Others, Own};
    use super::*;

    fn totals(queries: u64, hits: u64) -> LoadReport {
        let mut load = LoadReport::default();
        (load.prefix_queries, load.prefix_hits) = (Some(queries), Some(hits));
        load
    }

    #[test]
    fn what_others_send_is_told_by_totals_once_two_are_known() {
        let (turnover, now) = (Turnover::default(), Nanos::new(1 << 30));
        let tokens = |is_heard| turnover.tokens(is_heard, now);
        let others = Others::default();
        let told = |load: &LoadReport| {
            others.set(load, Own::default()).into_iter().for_each(|missed| turnover.told(missed, now));
        };
        assert_eq!(tokens(true), 0.0);
        told(&totals(9_000_000, 1_000_000));
        assert_eq!(tokens(true), 0.0, "since when, nobody knows");
        turnover.sent(Work::new(1000, 400), now);
        assert_eq!(tokens(true), 600.0, "nothing better is known");
        told(&totals(9_004_000, 1_001_000));
        assert_eq!((tokens(true), tokens(false)), (3000.0, 600.0), "ours are among them");
        told(&totals(2000, 500));
        told(&LoadReport::default());
        assert_eq!(tokens(true), 3000.0, "totals that began anew");
        told(&totals(2500, 500));
        assert_eq!(tokens(true), 3500.0);
    }

    #[test]
    fn a_steady_stream_is_that_of_87_seconds_and_fades_when_it_ends() {
        let turnover = Turnover::default();
        for second in 0..900_u64 {
            turnover.sent(Work::new(100, 0), Nanos::new(second * 1_000_000_000));
        }
        let tokens = turnover.tokens(false, Nanos::new(899_000_000_000));
        assert!((tokens - 8700.0).abs() < 100.0, "{tokens}");
        let later = turnover.tokens(false, Nanos::new(959_000_000_000));
        assert!((later / tokens - 0.5).abs() < 0.01, "{later} of {tokens}");
    }
}
