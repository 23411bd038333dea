//! Filters take endpoints out before anything is compared. One file a filter, but for those that look at labels only: the state knows their answers.

mod context_length;
mod detectors;
mod endpoint_attribute;
mod prefix_cache_affinity;
mod session_affinity;
mod topology_affinity;
mod utilization;

use super::candidates::Survivors;
use super::facts::Facts;
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
                if let Some(kept) = by_labels {
                    survivors.retain_all(kept);
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
