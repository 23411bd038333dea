//! Quantities with their units in the type, checked where they enter.
//!
//! A number that reaches the plan has passed one of these constructors, so nothing behind it needs to check again.

use serde::{Deserialize, Serialize};

/// A point in time or a span, in nanoseconds of the host's own monotonic clock.
///
/// The library reads no clock: the host passes its time with every call that needs one. Only differences are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nanos(u64);

impl Nanos {
    /// The time `nanos` nanoseconds after the host's origin.
    pub const fn new(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the host's origin.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The span from `earlier` to this time; none where that is later.
    pub(crate) const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    /// The span in seconds.
    #[inline]
    pub(crate) fn seconds(self) -> f64 {
        crate::real::of(self.0) * 1e-9
    }

    /// The time `span` after this one.
    pub(crate) const fn after(self, span: Self) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The time `span` before this one, at the earliest the host's origin.
    pub(crate) const fn before(self, span: Self) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

/// The share of a backendRef or target model: 0 (takes nothing) to 2,147,483,647, as the manifests' int32 allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Weight(u32);

impl Weight {
    /// What an absent `weight` field means.
    pub(crate) const DEFAULT: Self = Self(1);

    pub(crate) fn try_new(value: i64) -> Option<Self> {
        i32::try_from(value).ok().and_then(|value| u32::try_from(value).ok()).map(Self)
    }

    /// Wide enough that the sum over any list in memory cannot overflow.
    pub(crate) fn get(self) -> u64 {
        u64::from(self.0)
    }
}

/// A TCP port that can be connected to: 1 to 65535.
pub(crate) fn port(value: i64) -> Option<u16> {
    u16::try_from(value).ok().filter(|port| *port != 0)
}
