//! Rates an endpoint by the share of its KV cache that is free.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;

#[inline]
pub(super) fn rate(facts: &Facts<'_>, candidates: Candidates<'_>, mut give: impl FnMut(usize, Option<f64>)) {
    candidates.for_each(|position| {
        let usage = facts.cell(position).and_then(|cell| cell.polled(facts.oldest)?.kv_usage());
        give(position, usage.map(|usage| 1.0 - usage));
    });
}
