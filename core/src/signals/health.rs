//! Whether requests to an endpoint fail, and how long they take to their first token.

use std::sync::atomic::{AtomicU64, Ordering};

use super::decaying::Decaying;
use crate::units::Nanos;

/// How requests to one endpoint went. Cancelled ones say nothing.
#[derive(Debug, Default)]
pub(crate) struct Health {
    /// Failures since the last success.
    streak: AtomicU64,
    /// When the last of them was.
    failed_at: AtomicU64,
    failures: Decaying,
    ends: Decaying,
    ttft: Decaying,
}

impl Health {
    pub(crate) fn failed(&self, now: Nanos, half_life: Nanos) {
        self.streak.fetch_add(1, Ordering::Relaxed);
        self.failed_at.fetch_max(now.get(), Ordering::Relaxed);
        self.failures.add(1.0, now, half_life);
        self.ends.add(1.0, now, half_life);
    }

    pub(crate) fn succeeded(&self, now: Nanos, half_life: Nanos) {
        self.streak.store(0, Ordering::Relaxed);
        self.ends.add(1.0, now, half_life);
    }

    pub(crate) fn first_token_after(&self, span: Nanos, now: Nanos, half_life: Nanos) {
        self.ttft.sample(crate::real::of(span.get()), now, half_life);
    }

    /// Failures since the last success.
    #[inline]
    pub(crate) fn streak(&self) -> u64 {
        self.streak.load(Ordering::Relaxed)
    }

    /// How long ago the last failure was. Means nothing where none was.
    pub(crate) fn since_failure(&self, now: Nanos) -> Nanos {
        now.since(Nanos::new(self.failed_at.load(Ordering::Relaxed)))
    }

    /// The decayed share of requests that failed, where at least `least` decayed requests came to an end.
    #[inline]
    pub(crate) fn error_share(&self, least: f64, now: Nanos, half_life: Nanos) -> Option<f64> {
        let ends = self.ends.get(now, half_life).filter(|ends| *ends >= least && *ends > 0.0)?;
        Some(self.failures.get(now, half_life).unwrap_or_default() / ends)
    }

    /// Nanoseconds to the first token: a mean that follows peaks at once, and forgets.
    #[inline]
    pub(crate) fn ttft(&self, now: Nanos, half_life: Nanos) -> Option<f64> {
        self.ttft.get(now, half_life)
    }
}
