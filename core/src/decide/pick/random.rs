//! Each candidate is as likely as any other.

use super::draw;
use crate::decide::candidates::{Candidate, Candidates};
use crate::rng::DecisionRng;
use crate::trace::Trace;

pub(super) fn pick<T: Trace>(candidates: Candidates<'_>, rng: &mut DecisionRng, trace: &mut T) -> Candidate {
    candidates.nth(draw("endpoint", candidates.len(), rng, trace))
}
