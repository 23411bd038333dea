//! The better of two different candidates drawn by chance (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001).
//!
//! Constant cost, and no herd: routers that share stale knowledge still draw different pairs.

use super::{Context, draw};
use crate::decide::candidates::{Candidate, Candidates};
use crate::rng::DecisionRng;
use crate::trace::Trace;

/// At least two candidates.
pub(super) fn pick<T: Trace>(
    context: &Context<'_>,
    candidates: Candidates<'_>,
    rng: &mut DecisionRng,
    trace: &mut T,
) -> Candidate {
    let count = candidates.len();
    let first = draw("first of two", count, rng, trace);
    let second = draw("second of two", count - 1, rng, trace);
    // The second draw skips the first candidate.
    let second = if second >= first { second + 1 } else { second };
    let (first, second) = (candidates.nth(first), candidates.nth(second));
    if context.score(second.position) > context.score(first.position) { second } else { first }
}
