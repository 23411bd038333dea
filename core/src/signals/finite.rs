//! A number that is one, checked where it enters.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// A number that is neither infinite nor NaN, so it can be compared and sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Finite(f64);

impl Finite {
    /// `value`, `None` where it is infinite or NaN.
    pub fn new(value: f64) -> Option<Self> {
        // Adding 0 makes the negative zero a zero.
        value.is_finite().then_some(Self(value + 0.0))
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Eq for Finite {}

impl PartialOrd for Finite {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Finite {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// A number that is not [`Finite`].
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{value} is not a finite number")]
pub struct NotFinite {
    value: f64,
}

impl TryFrom<f64> for Finite {
    type Error = NotFinite;

    fn try_from(value: f64) -> Result<Self, NotFinite> {
        Self::new(value).ok_or(NotFinite { value })
    }
}

impl From<Finite> for f64 {
    fn from(number: Finite) -> Self {
        number.0
    }
}
