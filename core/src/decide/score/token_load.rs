//! Rates an endpoint by the prompt tokens it still has to work off, against a fixed limit.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;

#[inline]
pub(super) fn rate(
    queue_threshold: f64,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    mut give: impl FnMut(usize, Option<f64>),
) {
    candidates.for_each(|position| {
        let cached = facts.prefix(position).map_or(0, |prefix| prefix.tokens());
        let own = u64::from(facts.prompt_tokens.saturating_sub(cached));
        let waiting = facts.cell(position).map_or(0, |cell| cell.waiting_tokens());
        // Counts far beyond 2^53 tokens are no counts.
        let tokens = f64::from(u32::try_from(waiting.saturating_add(own)).unwrap_or(u32::MAX));
        give(position, Some(1.0 - tokens.min(queue_threshold) / queue_threshold));
    });
}
