//! The saturation detectors as filters: an endpoint stays while it is below its limits. The gate looks at the mean of a pool, these at each endpoint.

use crate::decide::candidates::Survivors;
use crate::decide::facts::Facts;
use crate::plan::{ConcurrencyDetector, ConcurrencyMode, MissingLoad, UtilizationDetector};
use crate::real;
use crate::signals::EndpointCell;

pub(super) fn utilization(settings: &UtilizationDetector, facts: &Facts<'_>, survivors: &mut Survivors) {
    let oldest = facts.now.before(settings.stale_after);
    let queue_limit = f64::from(settings.queue_depth) * (1.0 + settings.headroom);
    let cache_limit = settings.kv_cache * (1.0 + settings.headroom);
    let keeps_missing = facts.state.plan.scheduling.missing_load == MissingLoad::CountsAsIdle;
    keep_below(settings.fallback_on_empty, survivors, |position| {
        let Some(cell) = facts.cell(position) else { return false };
        let Some(polled) = cell.polled(oldest) else { return keeps_missing };
        // As the gate has it, requests that were sent since wait too; and one value of the two is enough.
        let waiting = polled.waiting_now(cell.in_flight()).map(|waiting| f64::from(waiting) < queue_limit);
        let usage = polled.kv_usage().map(|usage| usage < cache_limit);
        match (waiting, usage) {
            (None, None) => keeps_missing,
            (waiting, usage) => waiting.unwrap_or(true) && usage.unwrap_or(true),
        }
    });
}

pub(super) fn concurrency(settings: &ConcurrencyDetector, facts: &Facts<'_>, survivors: &mut Survivors) {
    // Limits are whole: what lies between two numbers is no request.
    let limit = |most: u64| (real::of(most) * (1.0 + settings.headroom)).floor();
    let (request_limit, token_limit) = (limit(settings.requests.into()), limit(settings.tokens));
    let requests = |cell: &EndpointCell| f64::from(cell.in_flight()) < request_limit;
    let tokens = |cell: &EndpointCell| real::of(cell.waiting_tokens()) < token_limit;
    keep_below(settings.fallback_on_empty, survivors, |position| {
        facts.cell(position).is_some_and(|cell| match settings.mode {
            ConcurrencyMode::Requests => requests(cell),
            ConcurrencyMode::Tokens => tokens(cell),
            ConcurrencyMode::Hybrid => requests(cell) && tokens(cell),
        })
    });
}

fn keep_below(fallback_on_empty: bool, survivors: &mut Survivors, keep: impl FnMut(usize) -> bool) {
    if fallback_on_empty { survivors.retain_some(keep) } else { survivors.retain(keep) }
}
