//! Ways to choose an endpoint that have a name, for hosts that write no profile.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How an endpoint of a pool is chosen.
///
/// | strategy | cost in endpoints | choose it when |
/// |---|---|---|
/// | `random` | constant | nothing is known of the load |
/// | `round_robin` | constant | requests are alike and one router sees all of them |
/// | `least_request` | linear | one router sees all requests and pools are small |
/// | `predicted_completion` | linear | otherwise: the default. The more the host tells of prompts, first tokens and metrics, the better it is |
/// | `two_choice` | constant | a decision must cost as little for any number of endpoints: near the balance of `least_request`, without its herds when several routers or threads decide at once |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Each ready endpoint is as likely as any other.
    Random,
    /// Ready endpoints in turn.
    RoundRobin,
    /// An endpoint with the fewest requests in flight, by chance among several.
    LeastRequest,
    /// The one with fewer requests in flight of two drawn by chance (Mitzenmacher, "The Power of Two Choices", 2001).
    TwoChoice,
    /// The one where the request is foreseen to be answered soonest, what it costs others included:
    /// [`Scorer::PredictedCompletion`](crate::Scorer::PredictedCompletion) with its default settings. Without prompts, first tokens and metrics it is
    /// `least_request`.
    #[default]
    PredictedCompletion,
}

impl Strategy {
    /// All strategies.
    pub const ALL: &'static [Self] =
        &[Self::Random, Self::RoundRobin, Self::LeastRequest, Self::TwoChoice, Self::PredictedCompletion];

    /// The name in options and vectors, for example `two_choice`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::RoundRobin => "round_robin",
            Self::LeastRequest => "least_request",
            Self::TwoChoice => "two_choice",
            Self::PredictedCompletion => "predicted_completion",
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A strategy name that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a strategy; choose one of {}", names())]
pub struct UnknownStrategy {
    name: String,
}

fn names() -> String {
    Strategy::ALL.iter().map(|strategy| strategy.as_str()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Strategy {
    type Err = UnknownStrategy;

    fn from_str(name: &str) -> Result<Self, UnknownStrategy> {
        let found = Self::ALL.iter().find(|strategy| strategy.as_str() == name);
        found.copied().ok_or_else(|| UnknownStrategy { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_its_strategy_and_others_are_told_all_names() {
        for strategy in Strategy::ALL {
            assert_eq!(strategy.as_str().parse(), Ok(*strategy));
        }
        let error = Strategy::from_str("best").map_err(|error| error.to_string());
        let message = "`best` is not a strategy; choose one of random, round_robin, least_request, two_choice, \
                       predicted_completion";
        assert_eq!(error, Err(message.to_owned()));
    }
}
