//! How an endpoint of a pool is chosen: filters take endpoints out, scorers rate those that stay, a picker takes one.
//!
//! These are closed lists plus one door for the host's own code; what each item does is one file under `decide/filter`, `decide/score` or `decide/pick`.

mod affinity;
mod attribute;
mod completion;
mod custom;
mod demand;
mod detector;
mod filter;
mod hash_key;
mod health;
mod latency;
mod picker;
mod scorer;
mod session;
mod topology;
mod tree;

pub use affinity::{ExpectedTtft, PrefixCacheAffinity};
pub use attribute::{AttributeFilter, Comparison, Normalization};
pub use completion::{PredictedCompletion, StepCost};
pub use custom::{CustomScorer, ScoredEndpoint, ScorerFailure, SharedScorer};
pub use detector::{ConcurrencyDetector, UtilizationDetector};
pub use filter::{Filter, LoadLimit, LoadMetric, Role};
pub use hash_key::HashKey;
pub use health::{CircuitBreaker, OutlierEjection};
pub use latency::{
    HeadroomChoice, LatencyFeatures, LatencyModel, LatencyPrediction, LatencyScorer, LinearLatency,
    LinearTerms, SharedModel, SloHeadroomTier,
};
pub use picker::Picker;
pub use scorer::{LoraFormula, Scorer};
pub use session::Session;
pub use topology::{TopologyLabels, TopologyLevel};
pub use tree::DecisionTree;

use super::strategy::Strategy;

/// How an endpoint of a pool is chosen.
///
/// An endpoint's score is the sum over all scorers of weight times rating, the rating held to 0..=1; weights are not normalised. These are the
/// semantics of the Inference Extension's endpoint picker, so a configuration written for it means here what it means there.
///
/// ```
/// use inferroute::{Filter, Picker, Profile, Scorer};
///
/// let profile = Profile::new("balanced")
///     .scorer(Scorer::Queue, 2.0)
///     .scorer(Scorer::KvCacheUtilization, 2.0)
///     .picker(Picker::MaxScore);
/// ```
#[derive(Clone, Debug)]
pub struct Profile {
    pub(crate) name: Box<str>,
    pub(crate) filters: Vec<Filter>,
    pub(crate) scorers: Vec<Weighted>,
    pub(crate) picker: Picker,
    /// How many endpoints the picker names, the primary included; `None` where the options say.
    pub(crate) endpoints: Option<usize>,
}

/// A scorer with what its rating counts.
#[derive(Clone, Debug)]
pub(crate) struct Weighted {
    pub(crate) scorer: Scorer,
    pub(crate) weight: f64,
}

impl Profile {
    /// A profile without filters and scorers that takes the endpoint with the highest score, which is then any.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            filters: Vec::new(),
            scorers: Vec::new(),
            picker: Picker::MaxScore,
            endpoints: None,
        }
    }

    /// Adds a filter. Filters run in the order in which they are added.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filters.push(filter);
        self
    }

    /// Adds a scorer. A weight that is not a number counts as 0; weights are held to 10^300 either way, so that no sum of them is infinite.
    #[must_use]
    pub fn scorer(mut self, scorer: Scorer, weight: f64) -> Self {
        let weight = if weight.is_finite() { weight.clamp(-1e300, 1e300) } else { 0.0 };
        let scorer = match scorer {
            Scorer::PredictedCompletion(settings) => Scorer::PredictedCompletion(settings.sound()),
            scorer => scorer,
        };
        self.scorers.push(Weighted { scorer, weight });
        self
    }

    /// Sets the picker.
    #[must_use]
    pub fn picker(mut self, picker: Picker) -> Self {
        self.picker = picker;
        self
    }

    /// How many endpoints of the pool a decision names, the primary included; at most 8, at least 1. Without it
    /// [`Options::fallback_endpoints`](crate::Options::fallback_endpoints) says.
    #[must_use]
    pub fn endpoints(mut self, count: usize) -> Self {
        self.endpoints = Some(count.max(1));
        self
    }

    /// How many endpoints it names where `wanted` are: more than one only as many as it says.
    pub(crate) fn named(&self, wanted: usize) -> usize {
        if wanted > 1 { self.endpoints.unwrap_or(wanted) } else { wanted }
    }

    /// Whether it looks at what endpoints hold of a prompt.
    pub(crate) fn reads_prefixes(&self) -> bool {
        self.filters.iter().any(Filter::reads_prefixes)
            || self.scorers.iter().any(|weighted| weighted.scorer.reads_prefixes())
    }

    /// Whether it asks whether any endpoint holds something of a prompt.
    pub(crate) fn asks_for_hits(&self) -> bool {
        self.scorers.iter().any(|weighted| matches!(weighted.scorer, Scorer::NoHitLru { .. }))
    }

    /// Whether it goes by how many endpoints hold a prompt.
    pub(crate) fn counts_copies(&self) -> bool {
        self.scorers.iter().any(|weighted| matches!(weighted.scorer, Scorer::PredictedCompletion(_)))
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The profile that a strategy stands for.
    pub fn of(strategy: Strategy) -> Self {
        let profile = Self::new(strategy.as_str());
        match strategy {
            Strategy::Random => profile.picker(Picker::Random),
            Strategy::RoundRobin => profile.picker(Picker::RoundRobin),
            Strategy::LeastRequest => profile.scorer(Scorer::LeastRequest, 1.0),
            Strategy::TwoChoice => profile.scorer(Scorer::LeastRequest, 1.0).picker(Picker::TwoChoice),
            Strategy::PredictedCompletion => {
                profile.scorer(Scorer::PredictedCompletion(PredictedCompletion::default()), 1.0)
            }
        }
    }
}
