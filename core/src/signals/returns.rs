//! How often requests come back to an endpoint for what its cache holds.

use super::backlog::Work;
use super::decaying::Decaying;
use crate::units::Nanos;

/// After how long half of a request is forgotten.
const HALF_LIFE: Nanos = Nanos::new(60_000_000_000);

/// Requests sent to one endpoint, each by the share of its prompt that was cached there. Whoever has most of a prompt elsewhere goes elsewhere, however long
/// the line; whoever has nothing anywhere can go around a long line and is not counted.
#[derive(Debug, Default)]
pub(crate) struct Returns {
    shares: Decaying,
}

impl Returns {
    pub(crate) fn sent(&self, work: Work, now: Nanos) {
        if work.cached() > 0 {
            self.shares.add(f64::from(work.cached()) / f64::from(work.prompt()), now, HALF_LIFE);
        }
    }

    /// Requests a second.
    #[inline]
    pub(crate) fn rate(&self, now: Nanos) -> f64 {
        self.shares.a_second(now, HALF_LIFE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_count_by_what_was_cached_of_them() {
        let returns = Returns::default();
        assert_eq!(returns.rate(Nanos::new(0)), 0.0);
        let start = Nanos::new(1 << 30);
        returns.sent(Work::new(1000, 0), start);
        assert_eq!(returns.rate(start), 0.0, "it can go elsewhere");
        returns.sent(Work::new(1000, 500), start);
        returns.sent(Work::new(64, 64), start);
        assert!((returns.rate(start) - 1.5 * std::f64::consts::LN_2 / 60.0).abs() < 1e-9);
    }

    #[test]
    fn a_steady_stream_is_counted_at_its_rate_and_fades_when_it_ends() {
        let returns = Returns::default();
        for second in 0..600_u64 {
            returns.sent(Work::new(100, 100), Nanos::new(second * 1_000_000_000));
        }
        let rate = returns.rate(Nanos::new(599_500_000_000));
        assert!((rate - 1.0).abs() < 0.02, "{rate}");
        let later = returns.rate(Nanos::new(659_000_000_000));
        assert!((later / rate - 0.5).abs() < 0.01, "{later} of {rate}");
    }
}
