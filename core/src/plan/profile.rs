//! How an endpoint of a pool is chosen: filters take endpoints out, scorers rate those that stay, a picker takes one.
//!
//! These are closed lists; the code of each item is one file under `decide/filter`, `decide/score` or `decide/pick`.

use super::options::Strategy;

/// A strategy spelled out.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) filters: Box<[Filter]>,
    /// What pickers that compare endpoints compare.
    pub(crate) scorer: Scorer,
    pub(crate) picker: Picker,
}

/// What takes endpoints out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    Ready,
}

/// What rates an endpoint; more is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scorer {
    LeastRequest,
}

/// What takes one of the endpoints that are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Picker {
    Random,
    RoundRobin,
    MaxScore,
    TwoChoice,
}

impl Profile {
    pub(crate) fn of(strategy: Strategy) -> Self {
        let picker = match strategy {
            Strategy::Random => Picker::Random,
            Strategy::RoundRobin => Picker::RoundRobin,
            Strategy::LeastRequest => Picker::MaxScore,
            Strategy::TwoChoice => Picker::TwoChoice,
        };
        Self { filters: [Filter::Ready].into(), scorer: Scorer::LeastRequest, picker }
    }
}

impl Filter {
    /// The name in explanations.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
        }
    }
}

impl Scorer {
    /// The name in explanations.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::LeastRequest => "least_request",
        }
    }
}

impl Picker {
    /// The name in explanations.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::RoundRobin => "round_robin",
            Self::MaxScore => "max_score",
            Self::TwoChoice => "two_choice",
        }
    }
}
