//! What an endpoint said of itself when it was last asked.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::metrics::{Fraction, LoadReport};
use super::others::{Foreign, Others, Own};
use crate::real;
use crate::units::Nanos;

/// Marks a count that was not among what the endpoint said.
const NO_COUNT: u32 = u32::MAX;
/// Stands for the moment at which an endpoint was asked that never was.
const NEVER: u64 = 0;

/// The load of one endpoint as of one moment. All zeros would be a lie, so it starts as missing.
#[derive(Debug)]
pub(crate) struct Polled {
    /// One more than that moment, so that one comparison tells whether it is recent.
    at: AtomicU64,
    /// The bits of a float, NaN where missing.
    kv_usage: AtomicU64,
    waiting: AtomicU32,
    running: AtomicU32,
    /// Tokens that fit into its KV cache; 0 where missing.
    kv_tokens: AtomicU64,
    others: Others,
}

impl Default for Polled {
    fn default() -> Self {
        Self {
            at: AtomicU64::new(NEVER),
            kv_usage: AtomicU64::new(f64::NAN.to_bits()),
            waiting: AtomicU32::new(NO_COUNT),
            running: AtomicU32::new(NO_COUNT),
            kv_tokens: AtomicU64::new(0),
            others: Others::default(),
        }
    }
}

impl Polled {
    /// Replaces what was known.
    /// Returns what [`Others::set`] does.
    pub(super) fn set(&self, load: &LoadReport, own: Own, at: Nanos) -> Option<u64> {
        let count = |count: Option<u32>| count.unwrap_or(NO_COUNT);
        self.waiting.store(count(load.waiting), Ordering::Relaxed);
        self.running.store(count(load.running), Ordering::Relaxed);
        self.kv_usage.store(load.kv_usage.map_or(f64::NAN, Fraction::get).to_bits(), Ordering::Relaxed);
        self.kv_tokens.store(load.kv_tokens.unwrap_or_default(), Ordering::Relaxed);
        let missed = self.others.set(load, own);
        self.at.store(at.get().saturating_add(1), Ordering::Relaxed);
        missed
    }

    #[inline]
    pub(super) fn is_since(&self, oldest: Nanos) -> bool {
        self.at.load(Ordering::Relaxed) > oldest.get()
    }

    /// One more than that moment; 0 where there was none.
    pub(super) fn told(&self) -> u64 {
        self.at.load(Ordering::Relaxed)
    }

    /// Seconds since that moment.
    #[inline]
    pub(crate) fn age(&self, now: Nanos) -> f64 {
        now.since(Nanos::new(self.at.load(Ordering::Relaxed).saturating_sub(1))).seconds()
    }

    /// Requests there that are not this router's, as of that moment.
    #[inline]
    pub(crate) fn foreign(&self) -> Foreign {
        self.others.of(self.waiting().unwrap_or_default(), self.running().unwrap_or_default())
    }

    /// Tokens that fit into its KV cache.
    #[inline]
    pub(crate) fn kv_tokens(&self) -> Option<f64> {
        Some(self.kv_tokens.load(Ordering::Relaxed)).filter(|tokens| *tokens > 0).map(real::of)
    }

    #[inline]
    pub(crate) fn waiting(&self) -> Option<u32> {
        Some(self.waiting.load(Ordering::Relaxed)).filter(|count| *count != NO_COUNT)
    }

    /// The queue as it must be by now: what it was, with the requests of this router that were sent since and without those that ended.
    #[inline]
    pub(crate) fn waiting_now(&self, in_flight: u32) -> Option<u32> {
        let then = self.others.own_in_flight();
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
