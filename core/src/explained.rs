//! What an explanation holds beside the endpoints: matches, draws, picks, and what would have changed them.

use std::fmt;

use serde::Serialize;

/// A match of a rule that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExplainedMatch {
    /// The route, as `namespace/name`.
    pub route: String,
    /// The rule's position in its route, from 0.
    pub rule: usize,
    /// The match's position in its rule, from 0.
    pub match_index: usize,
    /// What kept it from holding, in words; `None` if it holds.
    pub miss: Option<String>,
}

/// A number that was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExplainedDraw {
    /// What it decides.
    pub what: &'static str,
    /// The number is below this one.
    pub below: u64,
    /// The number.
    pub number: u64,
}

/// An endpoint that was picked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExplainedPick {
    /// Its id.
    pub endpoint: String,
    /// The picker's type name.
    pub picker: &'static str,
}

/// How full a pool was.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExplainedSaturation {
    /// 1 is full.
    pub saturation: f64,
    /// From where on the request is turned away.
    pub ceiling: f64,
}

/// A scorer of the host's own that could not rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExplainedFailure {
    /// Its name.
    pub scorer: String,
    /// Why.
    pub reason: String,
}

/// The endpoint that came second, and what it lacked.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExplainedChange {
    /// Its id.
    pub endpoint: String,
    /// Its points behind the one that was picked; 0 where another seed may pick it.
    pub behind: f64,
    /// The scorer that would have to see the least differently; `None` where points are equal or no scorer alone could make up for them.
    pub by: Option<ExplainedMove>,
}

/// How differently a scorer would have to rate an endpoint.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExplainedMove {
    /// The scorer's type name.
    pub scorer: String,
    /// Its rating, held to 0..=1.
    pub rating: f64,
    /// Above this rating the endpoint would have been picked.
    pub wanted: f64,
}

/// One part of what is printed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExplainedSection {
    /// What it is about.
    pub title: &'static str,
    /// A step a line.
    pub lines: Vec<String>,
    /// How many lines before the last were left out.
    pub left_out: usize,
}

impl fmt::Display for ExplainedChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nearest change: {} is {:.4} points behind; ", self.endpoint, self.behind)?;
        match &self.by {
            Some(ExplainedMove { scorer, rating, wanted }) => {
                write!(f, "a {scorer} of more than {wanted:.4} instead of {rating:.4} would win")
            }
            None if self.behind > 0.0 => f.write_str("no scorer alone could make up for that"),
            None => f.write_str("another seed may pick it"),
        }
    }
}
