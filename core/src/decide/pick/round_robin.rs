//! Candidates in turn. The turn is a signal of the pool that the router advances after each decision.

use super::Context;
use crate::decide::candidates::{Candidate, Candidates};

/// Counts over all candidates, so that the picks of one decision are neighbours and none comes twice.
pub(super) fn pick(context: &Context<'_>, candidates: Candidates<'_>) -> Candidate {
    let count = u64::try_from(candidates.untaken_len()).unwrap_or(u64::MAX);
    candidates.numbered(usize::try_from(context.turn % count).unwrap_or_default())
}
