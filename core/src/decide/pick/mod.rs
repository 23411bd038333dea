//! Pickers take one of the endpoints that are left. One file a picker.

mod max_score;
mod random;
mod round_robin;
mod two_choice;

use super::candidates::{Candidate, Candidates};
use super::score;
use crate::plan::{Picker, Profile};
use crate::rng::DecisionRng;
use crate::state::{Members, State};
use crate::trace::Trace;

/// What a picker may look at.
pub(super) struct Context<'a> {
    pub(super) state: &'a State,
    pub(super) members: &'a Members,
    /// Decisions taken on the pool before this one, and picks of this one.
    pub(super) turn: u64,
    pub(super) profile: &'a Profile,
}

impl Context<'_> {
    /// The rating of the member at `position`.
    #[inline]
    pub(super) fn score(&self, position: usize) -> f64 {
        match self.members.endpoints.get(position) {
            Some(endpoint) => score::score(self.profile.scorer, self.state, *endpoint),
            None => 0.0,
        }
    }
}

/// The picked candidate, `None` where none is left.
pub(super) fn pick<T: Trace>(
    context: &Context<'_>,
    candidates: Candidates<'_>,
    rng: &mut DecisionRng,
    trace: &mut T,
) -> Option<Candidate> {
    if candidates.len() == 0 {
        return None;
    }
    Some(match context.profile.picker {
        Picker::RoundRobin => round_robin::pick(context, candidates),
        // One candidate needs no draw.
        _ if candidates.len() == 1 => candidates.nth(0),
        Picker::Random => random::pick(candidates, rng, trace),
        Picker::MaxScore => max_score::pick(context, candidates, rng, trace),
        Picker::TwoChoice => two_choice::pick(context, candidates, rng, trace),
    })
}

impl Picker {
    /// Whether the picker looks at scores.
    pub(super) fn compares(self) -> bool {
        matches!(self, Self::MaxScore | Self::TwoChoice)
    }
}

/// A number in `0..count` that `what` depends on, told to the trace.
fn draw<T: Trace>(what: &'static str, count: usize, rng: &mut DecisionRng, trace: &mut T) -> usize {
    let number = rng.position(count);
    if T::ON {
        let wide = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        trace.record(crate::trace::Step::Draw { what, below: wide(count), number: wide(number) });
    }
    number
}
