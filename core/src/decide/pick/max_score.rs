//! The candidate with the highest score, by chance among several. Equal scores must share: always taking the first of them sends a whole burst to one
//! endpoint.

use super::{Context, draw};
use crate::decide::candidates::{Candidate, Candidates};
use crate::rng::DecisionRng;
use crate::trace::Trace;

pub(super) fn pick<T: Trace>(
    context: &Context<'_>,
    candidates: Candidates<'_>,
    rng: &mut DecisionRng,
    trace: &mut T,
) -> Candidate {
    let mut best = f64::NEG_INFINITY;
    let mut equal = 0usize;
    let mut first = candidates.nth(0);
    for candidate in candidates.iter() {
        let score = context.score(candidate.position);
        if score > best {
            (best, equal, first) = (score, 1, candidate);
        } else if score >= best {
            equal += 1;
        }
    }
    if equal <= 1 {
        return first;
    }
    let number = draw("endpoint among equals", equal, rng, trace);
    // A count that moved since the first walk may leave fewer equals than were counted; the first of them stands in.
    let mut equals = candidates.iter().filter(|candidate| context.score(candidate.position) >= best);
    equals.nth(number).unwrap_or(first)
}
