//! A share of a whole, checked where it enters.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// A number from 0 (nothing) to 1 (all). Never NaN, so it can be compared and sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Fraction(f64);

impl Fraction {
    /// `value` as a fraction, `None` where it is NaN or outside 0 to 1.
    pub fn new(value: f64) -> Option<Self> {
        // Adding 0 makes the negative zero a zero.
        (0.0..=1.0).contains(&value).then_some(Self(value + 0.0))
    }

    /// The number, from 0 to 1.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// A number that is no [`Fraction`].
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{value} is not from 0 to 1")]
pub struct NotAFraction {
    value: f64,
}

impl TryFrom<f64> for Fraction {
    type Error = NotAFraction;

    fn try_from(value: f64) -> Result<Self, NotAFraction> {
        Self::new(value).ok_or(NotAFraction { value })
    }
}

impl From<Fraction> for f64 {
    fn from(fraction: Fraction) -> Self {
        fraction.0
    }
}
