//! The saturation detectors in their part of filters: they look at each endpoint for itself, and below a limit means below.
//!
//! What an endpoint counts as that tells nothing says [`Scheduling::missing_load`](crate::Scheduling::missing_load), for filters as for the gate.

use crate::plan::ConcurrencyMode;
use crate::units::Nanos;

/// Settings of [`Filter::UtilizationDetector`](super::Filter::UtilizationDetector).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UtilizationDetector {
    /// Waiting requests that an endpoint must stay below. Default: 5.
    pub queue_depth: u32,
    /// KV cache usage that an endpoint must stay below. Default: 0.8.
    pub kv_cache: f64,
    /// The age from which what an endpoint said counts as missing. Default: 200 ms.
    pub stale_after: Nanos,
    /// By how much both limits are raised, as a share of them. Default: 0.
    pub headroom: f64,
    /// Whether everyone stays where nobody is below the limits. Default: yes, as upstream.
    pub fallback_on_empty: bool,
}

impl Default for UtilizationDetector {
    fn default() -> Self {
        Self {
            queue_depth: 5,
            kv_cache: 0.8,
            stale_after: Nanos::new(200_000_000),
            headroom: 0.0,
            fallback_on_empty: true,
        }
    }
}

/// Settings of [`Filter::ConcurrencyDetector`](super::Filter::ConcurrencyDetector).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConcurrencyDetector {
    /// Requests in flight that an endpoint must stay below. Default: 100.
    pub requests: u32,
    /// Tokens in flight that an endpoint must stay below. Default: 1,000,000.
    pub tokens: u64,
    /// Which of the two counts; `Hybrid` means both. Default: requests.
    pub mode: ConcurrencyMode,
    /// By how much both limits are raised, as a share of them. Default: 0.
    pub headroom: f64,
    /// Whether everyone stays where nobody is below the limits. Default: no, as upstream.
    pub fallback_on_empty: bool,
}

impl Default for ConcurrencyDetector {
    fn default() -> Self {
        Self {
            requests: 100,
            tokens: 1_000_000,
            mode: ConcurrencyMode::Requests,
            headroom: 0.0,
            fallback_on_empty: false,
        }
    }
}
