//! Filters that follow on one another.

use super::filter::Filter;

/// What [`Filter::DecisionTree`] runs: `current`, then `on_success` on whoever it left, or `on_failure` on whoever there was if it left nobody.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionTree {
    /// `current`: the filter that runs first.
    pub current: Filter,
    /// `nextOnSuccess`: what runs if it left anybody.
    pub on_success: Option<Filter>,
    /// `nextOnFailure`: what runs if it left nobody.
    pub on_failure: Option<Filter>,
    /// `nextOnSuccessOrFailure`: what runs where neither of the other two says.
    pub on_either: Option<Filter>,
}

impl DecisionTree {
    /// A tree of one filter.
    pub fn new(current: Filter) -> Self {
        Self { current, on_success: None, on_failure: None, on_either: None }
    }

    pub(super) fn filters(&self) -> impl Iterator<Item = &Filter> {
        [Some(&self.current), self.on_success.as_ref(), self.on_failure.as_ref(), self.on_either.as_ref()]
            .into_iter()
            .flatten()
    }

    /// The decision tree of the first releases for requests that must not be turned away: of those with at most `queue_threshold` waiting requests, or of
    /// all where there are none, those that suit the adapter, with short queues, with free KV caches.
    pub fn critical(queue_threshold: u32, affinity: f64) -> Self {
        let then = |current, next| {
            Filter::DecisionTree(Box::new(Self { on_either: Some(next), ..Self::new(current) }))
        };
        let lora = || Filter::LoraAffinity { affinity };
        let low = then(lora(), then(Filter::LeastQueue, Filter::LeastKvCache));
        let high = then(Filter::LeastQueue, then(lora(), Filter::LeastKvCache));
        let current = Filter::LowQueue { threshold: queue_threshold };
        Self { on_success: Some(low), on_failure: Some(high), ..Self::new(current) }
    }
}
