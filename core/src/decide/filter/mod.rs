//! Filters take endpoints out before anything is compared. One file a filter, but for those that look at labels only: the state knows their answers.

mod utilization;

use super::candidates::Survivors;
use super::facts::Facts;
use crate::plan::Filter;

/// Takes out what the filter does not let through. `by_labels` is the state's answer for a filter that looks at labels only.
pub(super) fn apply(
    filter: &Filter,
    by_labels: Option<&[u64]>,
    facts: &Facts<'_>,
    survivors: &mut Survivors,
) {
    match filter {
        Filter::LabelSelector(_) | Filter::ByLabel { .. } | Filter::Role(_) => {
            if let Some(kept) = by_labels {
                survivors.retain_all(kept);
            }
        }
        Filter::Utilization { limits, fallback_on_empty } => {
            utilization::keep(limits, *fallback_on_empty, facts, survivors);
        }
    }
}
