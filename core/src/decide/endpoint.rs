//! Which endpoint of a pool: filters take some out and the picker takes of the rest, once for the primary and again for fallbacks.

use super::candidates::{Candidate, Candidates};
use super::{filter, pick, score};
use crate::ids::{EndpointIx, PoolIx};
use crate::no_route::Reason;
use crate::plan::{Filter, Profile};
use crate::rng::DecisionRng;
use crate::state::{Members, State};
use crate::trace::{Step, Trace};

/// The endpoints of a pool that one decision may pick from.
pub(super) struct PoolPicks<'s> {
    state: &'s State,
    members: &'s Members,
    profile: &'s Profile,
    turn: u64,
    candidates: Candidates<'s>,
}

impl<'s> PoolPicks<'s> {
    /// Filters the members of a pool.
    pub(super) fn new<T: Trace>(state: &'s State, pool: PoolIx, trace: &mut T) -> Result<Self, Reason> {
        let members = &state.members[pool];
        if members.endpoints.is_empty() {
            return Err(Reason::PoolEmpty);
        }
        let profile = &state.plan.profile;
        let turn = state.pool_cells[pool].turn();
        let mut picks = Self { state, members, profile, turn, candidates: Candidates::all(members) };
        for filter in &profile.filters {
            let kept = filter::apply(*filter, members, picks.candidates);
            if T::ON {
                picks.tell_removed(kept, *filter, trace);
            }
            picks.candidates = kept;
        }
        if picks.candidates.len() == 0 { Err(Reason::NoReadyEndpoint) } else { Ok(picks) }
    }

    /// Tells the trace who is left and how each is rated.
    pub(super) fn tell<T: Trace>(&self, trace: &mut T) {
        if T::ON {
            let context = self.context(0);
            for candidate in self.candidates.iter() {
                let compares = self.profile.picker.compares();
                let score =
                    compares.then(|| (self.profile.scorer.as_str(), context.score(candidate.position)));
                self.tell_one(candidate.position, None, score, trace);
            }
        }
    }

    /// The next pick, with what earlier ones took, `taken`, left out; `None` where nobody is left.
    pub(super) fn pick<T: Trace>(
        &self,
        taken: &[usize],
        rng: &mut DecisionRng,
        trace: &mut T,
    ) -> Option<(Candidate, EndpointIx)> {
        let candidates = self.candidates.without(taken);
        let candidate = pick::pick(&self.context(taken.len()), candidates, rng, trace)?;
        let endpoint = *self.members.endpoints.get(candidate.position)?;
        let (id, picker) = (self.state.endpoints[endpoint].id(), self.profile.picker.as_str());
        trace.record(Step::Picked { id, picker });
        Some((candidate, endpoint))
    }

    fn context(&self, picks_before: usize) -> pick::Context<'s> {
        let turn = self.turn.wrapping_add(u64::try_from(picks_before).unwrap_or_default());
        pick::Context { state: self.state, members: self.members, turn, profile: self.profile }
    }

    fn tell_removed<T: Trace>(&self, kept: Candidates<'_>, filter: Filter, trace: &mut T) {
        for candidate in self.candidates.iter().filter(|candidate| !kept.contains(candidate.position)) {
            self.tell_one(candidate.position, Some(filter.as_str()), None, trace);
        }
    }

    fn tell_one<T: Trace>(
        &self,
        position: usize,
        removed_by: Option<&'static str>,
        score: Option<(&'static str, f64)>,
        trace: &mut T,
    ) {
        if let Some(&ix) = self.members.endpoints.get(position) {
            let (endpoint, in_flight) = (&self.state.endpoints[ix], score::in_flight(self.state, ix));
            let (id, address) = (endpoint.id(), endpoint.address());
            trace.record(Step::Endpoint { id, address, in_flight, removed_by, score });
        }
    }
}
