//! When a pool counts as full.

use crate::units::Nanos;

/// When a pool counts as full, so that requests of negative priority are turned away.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Saturation {
    /// `utilization-detector`: the mean over endpoints of max(waiting / `queue_depth`, KV cache usage / `kv_cache`), endpoints without a value younger than
    /// `stale_after` counting as full.
    Utilization {
        /// Waiting requests at which an endpoint is full. Upstream's default: 5.
        queue_depth: u32,
        /// KV cache usage at which an endpoint is full. Upstream's default: 0.8.
        kv_cache: f64,
        /// Nanoseconds after which a value counts as missing. Upstream's default: 200 ms.
        stale_after: Nanos,
    },
    /// `concurrency-detector`: requests and tokens in flight against what endpoints may have.
    Concurrency {
        /// Requests an endpoint may have. Upstream's default: 100.
        requests: u32,
        /// Tokens an endpoint may have. Upstream's default: 1,000,000.
        tokens: u64,
        /// Which of the two counts.
        mode: ConcurrencyMode,
    },
}

/// What a [`Saturation::Concurrency`] counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConcurrencyMode {
    /// Requests over the whole pool.
    #[default]
    Requests,
    /// Tokens over the whole pool.
    Tokens,
    /// The mean over endpoints of the larger of both shares.
    Hybrid,
}
