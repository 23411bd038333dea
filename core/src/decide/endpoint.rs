//! Which endpoint: an AIServiceBackend is its own; of a pool's members, filters take some out and the picker takes one of the rest.

use super::candidates::Candidates;
use super::{filter, pick, score};
use crate::decision::Reason;
use crate::ids::{EndpointIx, PoolIx};
use crate::plan::{Filter, Target};
use crate::rng::DecisionRng;
use crate::state::{Members, State};
use crate::trace::{Step, Trace};

/// The endpoint behind a resolved backendRef.
pub(super) fn choose<T: Trace>(
    state: &State,
    target: Target,
    rng: &mut DecisionRng,
    trace: &mut T,
) -> Result<EndpointIx, Reason> {
    match target {
        Target::Backend(backend) => Ok(state.backend_endpoints[backend]),
        Target::Pool(pool) => of_pool(state, pool, rng, trace),
        Target::NotFound => Err(Reason::BackendNotFound),
        Target::NotPermitted => Err(Reason::RefNotPermitted),
        Target::Broken => Err(Reason::BadFilter),
    }
}

fn of_pool<T: Trace>(
    state: &State,
    pool: PoolIx,
    rng: &mut DecisionRng,
    trace: &mut T,
) -> Result<EndpointIx, Reason> {
    let members = &state.members[pool];
    if members.endpoints.is_empty() {
        return Err(Reason::PoolEmpty);
    }
    let profile = &state.plan.profile;
    let mut candidates = Candidates::all(members);
    for filter in &profile.filters {
        let kept = filter::apply(*filter, members, candidates);
        if T::ON {
            tell_removed(state, members, candidates, kept, *filter, trace);
        }
        candidates = kept;
    }
    let context = pick::Context { state, members, turn: state.pool_cells[pool].turn(), profile };
    if T::ON {
        for position in candidates.iter() {
            let score = profile.picker.compares().then(|| (profile.scorer.as_str(), context.score(position)));
            tell(state, members, position, None, score, trace);
        }
    }
    let position = pick::pick(&context, candidates, rng, trace).ok_or(Reason::NoReadyEndpoint)?;
    let picked = *members.endpoints.get(position).ok_or(Reason::NoReadyEndpoint)?;
    trace.record(Step::Picked { id: state.endpoints[picked].id(), picker: profile.picker.as_str() });
    Ok(picked)
}

fn tell_removed<T: Trace>(
    state: &State,
    members: &Members,
    before: Candidates<'_>,
    after: Candidates<'_>,
    filter: Filter,
    trace: &mut T,
) {
    for position in before.iter().filter(|position| !after.contains(*position)) {
        tell(state, members, position, Some(filter.as_str()), None, trace);
    }
}

fn tell<T: Trace>(
    state: &State,
    members: &Members,
    position: usize,
    removed_by: Option<&'static str>,
    score: Option<(&'static str, f64)>,
    trace: &mut T,
) {
    if let Some(&ix) = members.endpoints.get(position) {
        let (endpoint, in_flight) = (&state.endpoints[ix], score::in_flight(state, ix));
        let (id, address) = (endpoint.id(), endpoint.address());
        trace.record(Step::Endpoint { id, address, in_flight, removed_by, score });
    }
}
