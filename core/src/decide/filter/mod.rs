//! Filters take endpoints out before anything is compared. One file a filter, but for those that look at labels only: the state knows their answers.

mod circuit_breaker;
mod context_length;
mod detectors;
mod endpoint_attribute;
mod historic;
mod outlier_ejection;
mod prefix_cache_affinity;
mod session_affinity;
mod slo_headroom_tier;
mod topology_affinity;
mod utilization;

use super::candidates::Survivors;
use super::facts::Facts;
use super::subset;
use crate::plan::Filter;
use crate::rng::{DecisionRng, PARTS};
use crate::trace::{Step, Trace};

/// What a filter works with.
pub(super) struct Filtering<'a, T> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) survivors: &'a mut Survivors,
    pub(super) rng: &'a mut DecisionRng,
    pub(super) trace: &'a mut T,
}

impl<T: Trace> Filtering<'_, T> {
    /// Takes out what the filter does not let through. `by_labels` is the state's answer for a filter that looks at labels only.
    pub(super) fn apply(&mut self, filter: &Filter, by_labels: Option<&[u64]>) {
        let (facts, survivors) = (self.facts, &mut *self.survivors);
        match filter {
            Filter::LabelSelector(_) | Filter::ByLabel { .. } | Filter::Role(_) => {
                match by_labels {
                    Some(kept) => survivors.retain_all(kept),
                    // Inside a tree.
                    None => survivors.retain(|position| {
                        facts.labels(position).and_then(|labels| filter.by_labels(labels)).unwrap_or(true)
                    }),
                }
            }
            Filter::Utilization { limits, fallback_on_empty } => {
                utilization::keep(limits, *fallback_on_empty, facts, survivors);
            }
            Filter::PrefixCacheAffinity(settings) => prefix_cache_affinity::keep(settings, self),
            Filter::UtilizationDetector(settings) => detectors::utilization(settings, facts, survivors),
            Filter::ConcurrencyDetector(settings) => detectors::concurrency(settings, facts, survivors),
            Filter::SessionAffinity(session) => session_affinity::keep(session, facts, survivors),
            Filter::ContextLength { label } => context_length::keep(label, facts, survivors),
            Filter::EndpointAttribute(settings) => endpoint_attribute::keep(settings, facts, survivors),
            Filter::TopologyAffinity { closest, labels } => {
                topology_affinity::keep(*closest, labels, facts, survivors);
            }
            Filter::SloHeadroomTier(settings) => slo_headroom_tier::keep(settings, self),
            Filter::HeaderBasedTesting { trusted: false, .. } => {}
            Filter::HeaderBasedTesting { header, trusted: true } => {
                subset::keep(facts.header(header).unwrap_or_default(), facts.members, survivors);
            }
            Filter::CircuitBreaker(settings) => circuit_breaker::keep(settings, facts, survivors),
            Filter::OutlierEjection(settings) => outlier_ejection::keep(settings, facts, survivors),
            Filter::LowQueue { threshold } => historic::low_queue(*threshold, facts, survivors),
            Filter::LeastQueue => historic::least_queue(facts, survivors),
            Filter::LeastKvCache => historic::least_kv_cache(facts, survivors),
            Filter::LoraAffinity { affinity } => historic::lora_affinity(*affinity, self),
            Filter::DecisionTree(tree) => historic::decision_tree(tree, self),
        }
    }

    /// Whether something happens that happens in `share` of all decisions, told to the trace.
    fn happens(&mut self, what: &'static str, share: f64) -> bool {
        let (happens, number) = self.rng.happens(share);
        if let Some(number) = number.filter(|_| T::ON) {
            self.trace.record(Step::Draw { what, below: PARTS, number });
        }
        happens
    }
}
