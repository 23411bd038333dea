//! Endpoints that fail.

use crate::units::Nanos;

/// Settings of [`Filter::CircuitBreaker`](super::Filter::CircuitBreaker).
///
/// After so many failures in a row an endpoint is out. Once that long has passed since the last of them it takes one request at a time, until one of them
/// succeeds. Everyone stays where nobody else would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CircuitBreaker {
    /// Failures in a row that open it. Default: 5.
    pub failures: u32,
    /// How long it stays open. Default: 30 s.
    pub open_for: Nanos,
}

impl Default for CircuitBreaker {
    fn default() -> Self {
        Self { failures: 5, open_for: Nanos::new(30_000_000_000) }
    }
}

/// Settings of [`Filter::OutlierEjection`](super::Filter::OutlierEjection).
///
/// Endpoints that fail more than a share of their requests are out, those that fail most first, up to a share of those that are left. Requests are
/// forgotten with the [half-life](crate::Scheduling::half_life), so an endpoint without new ones comes back by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutlierEjection {
    /// The share of failed requests that an endpoint must not exceed. Default: 0.5.
    pub error_share: f64,
    /// How many requests, less those forgotten, must have come to an end before the share says anything. Default: 5.
    pub least_requests: f64,
    /// The share of the endpoints that may be out. Default: 0.5.
    pub most_ejected: f64,
}

impl Default for OutlierEjection {
    fn default() -> Self {
        Self { error_share: 0.5, least_requests: 5.0, most_ejected: 0.5 }
    }
}
