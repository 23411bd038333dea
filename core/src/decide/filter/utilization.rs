//! Keeps endpoints whose load stays within limits.

use crate::decide::candidates::Survivors;
use crate::decide::facts::Facts;
use crate::plan::{LoadLimit, LoadMetric};
use crate::signals::EndpointCell;

/// An endpoint that does not tell a value is within its limit.
pub(super) fn keep(
    limits: &[LoadLimit],
    fallback_on_empty: bool,
    facts: &Facts<'_>,
    survivors: &mut Survivors,
) {
    let keep = |position| {
        facts.cell(position).is_none_or(|cell| limits.iter().all(|limit| is_within(limit, facts, cell)))
    };
    if fallback_on_empty { survivors.retain_some(keep) } else { survivors.retain(keep) }
}

fn is_within(limit: &LoadLimit, facts: &Facts<'_>, cell: &EndpointCell) -> bool {
    let polled = cell.polled(facts.oldest);
    let value = match limit.metric {
        LoadMetric::ActiveRequests => Some(f64::from(cell.in_flight())),
        LoadMetric::RunningRequests => polled.and_then(|load| load.running()).map(f64::from),
        LoadMetric::WaitingQueue => polled.and_then(|load| load.waiting()).map(f64::from),
        LoadMetric::KvCacheUtilization => polled.and_then(|load| load.kv_usage()),
    };
    value.is_none_or(|value| value <= limit.max)
}
