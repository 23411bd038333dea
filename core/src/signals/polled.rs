//! What an endpoint said of itself when it was last asked.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::backlog::Waiting;
use super::metrics::{Fraction, LoadReport};
use crate::real;
use crate::units::Nanos;

/// Marks a count that was not among what the endpoint said.
const NO_COUNT: u32 = u32::MAX;
/// Marks an endpoint that was never asked.
const NEVER: u64 = u64::MAX;

/// The load of one endpoint as of one moment. All zeros would be a lie, so it starts as missing.
#[derive(Debug)]
pub(crate) struct Polled {
    at: AtomicU64,
    /// The bits of a float, NaN where missing.
    kv_usage: AtomicU64,
    waiting: AtomicU32,
    running: AtomicU32,
    /// Requests of this router in flight at that moment.
    in_flight: AtomicU32,
    /// Those of them without a first token.
    unanswered: AtomicU32,
    /// Prompt tokens of requests that the endpoint had begun with and that had no first token.
    begun: AtomicU64,
    /// Totals of the prefix cache, and the bits of the share of the prompts last begun with that was not found there.
    queries: AtomicU64,
    hits: AtomicU64,
    missed: AtomicU64,
    kv_tokens: AtomicU64,
}

/// Requests of others at an endpoint.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Foreign {
    /// Tokens to work off of prompts that the endpoint has begun with.
    pub(crate) begun: f64,
    /// Requests in the queue.
    pub(crate) waiting: f64,
    /// Requests that run.
    pub(crate) answered: f64,
}

impl Default for Polled {
    fn default() -> Self {
        Self {
            at: AtomicU64::new(NEVER),
            kv_usage: AtomicU64::new(f64::NAN.to_bits()),
            waiting: AtomicU32::new(NO_COUNT),
            running: AtomicU32::new(NO_COUNT),
            in_flight: AtomicU32::new(0),
            unanswered: AtomicU32::new(0),
            begun: AtomicU64::new(0),
            queries: AtomicU64::new(0),
            hits: AtomicU64::new(0),
            missed: AtomicU64::new(f64::to_bits(1.0)),
            kv_tokens: AtomicU64::new(0),
        }
    }
}

impl Polled {
    /// Replaces what was known.
    pub(crate) fn set(&self, load: &LoadReport, in_flight: u32, own: Waiting, own_begun: u64, at: Nanos) {
        let count = |count: Option<u32>| count.unwrap_or(NO_COUNT);
        self.waiting.store(count(load.waiting), Ordering::Relaxed);
        self.running.store(count(load.running), Ordering::Relaxed);
        self.kv_usage.store(load.kv_usage.map_or(f64::NAN, Fraction::get).to_bits(), Ordering::Relaxed);
        self.in_flight.store(in_flight, Ordering::Relaxed);
        #[expect(clippy::as_conversions, reason = "a count of requests is far below 2^32")]
        self.unanswered.store(own.requests as u32, Ordering::Relaxed);
        // The prefix cache is asked when a request is begun with, the prompt counted when it is done.
        let begun =
            load.prefix_queries.zip(load.prompt_tokens).map(|(asked, done)| asked.saturating_sub(done).saturating_sub(own_begun));
        self.begun.store(begun.unwrap_or_default(), Ordering::Relaxed);
        self.set_missed(load);
        self.kv_tokens.store(load.kv_tokens.unwrap_or_default(), Ordering::Relaxed);
        self.at.store(at.get().min(NEVER - 1), Ordering::Relaxed);
    }

    fn set_missed(&self, load: &LoadReport) {
        let (Some(queries), Some(hits)) = (load.prefix_queries, load.prefix_hits) else { return };
        let asked = queries.saturating_sub(self.queries.swap(queries, Ordering::Relaxed));
        let found = hits.saturating_sub(self.hits.swap(hits, Ordering::Relaxed));
        if asked > 0 {
            let missed = real::of(asked.saturating_sub(found)) / real::of(asked);
            self.missed.store(missed.to_bits(), Ordering::Relaxed);
        }
    }

    /// Requests there that are none of this router's, as of that moment, where prompts have `mean_prompt` tokens.
    #[inline]
    pub(crate) fn foreign(&self) -> Foreign {
        let read = |count: &AtomicU32| f64::from(count.load(Ordering::Relaxed));
        let (own, own_unanswered) = (read(&self.in_flight), read(&self.unanswered));
        let waiting = self.waiting().map_or(0.0, f64::from);
        let running = self.running().map_or(0.0, f64::from);
        let all = (waiting + running - own).max(0.0);
        let begun = real::of(self.begun.load(Ordering::Relaxed));
        let missed = f64::from_bits(self.missed.load(Ordering::Relaxed));
        let waiting = (waiting - own_unanswered).clamp(0.0, all);
        Foreign { begun: begun * missed, waiting, answered: all - waiting }
    }

    /// Seconds since that moment.
    #[inline]
    pub(crate) fn age(&self, now: Nanos) -> f64 {
        now.since(Nanos::new(self.at.load(Ordering::Relaxed))).seconds()
    }

    /// Tokens that fit into its KV cache.
    #[inline]
    pub(crate) fn kv_tokens(&self) -> Option<f64> {
        Some(self.kv_tokens.load(Ordering::Relaxed)).filter(|tokens| *tokens > 0).map(real::of)
    }

    #[inline]
    pub(super) fn is_since(&self, oldest: Nanos) -> bool {
        let at = self.at.load(Ordering::Relaxed);
        at != NEVER && at >= oldest.get()
    }

    #[inline]
    pub(crate) fn waiting(&self) -> Option<u32> {
        Some(self.waiting.load(Ordering::Relaxed)).filter(|count| *count != NO_COUNT)
    }

    /// The queue as it must be by now: what it was, with the requests of this router that were sent since and without those that ended.
    #[inline]
    pub(crate) fn waiting_now(&self, in_flight: u32) -> Option<u32> {
        let then = self.in_flight.load(Ordering::Relaxed);
        Some(
            self.waiting()?
                .saturating_add(in_flight.saturating_sub(then))
                .saturating_sub(then.saturating_sub(in_flight)),
        )
    }

    #[inline]
    pub(crate) fn running(&self) -> Option<u32> {
        Some(self.running.load(Ordering::Relaxed)).filter(|count| *count != NO_COUNT)
    }

    #[inline]
    pub(crate) fn kv_usage(&self) -> Option<f64> {
        Some(f64::from_bits(self.kv_usage.load(Ordering::Relaxed))).filter(|usage| !usage.is_nan())
    }
}
