//! Candidates in turn. The turn is a signal of the pool that the router advances after each decision.

use super::Context;
use crate::decide::candidates::Candidates;

pub(super) fn pick(context: &Context<'_>, candidates: Candidates<'_>) -> usize {
    let count = u64::try_from(candidates.len()).unwrap_or(u64::MAX);
    candidates.nth(usize::try_from(context.turn % count).unwrap_or_default())
}
