//! Which endpoints of a pool: filters take some out, scorers rate the rest, the picker takes the primary and more to fall back on.

use super::candidates::{Candidates, Survivors};
use super::facts::Facts;
use super::filter::Filtering;
use super::pick::{Best, Picking, Ranked};
use super::prompt::{Held, PrefixMatch};
use super::{admission, subset};
use crate::ids::PoolIx;
use crate::no_route::Reason;
use crate::request::Request;
use crate::rng::DecisionRng;
use crate::state::State;
use crate::trace::{Step, Trace};
use crate::units::Nanos;

/// What a decision has when it comes to a pool.
pub(super) struct Arguments<'a, T> {
    pub(super) state: &'a State,
    pub(super) request: &'a Request<'a>,
    pub(super) now: Nanos,
    /// What the pool's members hold of the prompt; `None` where nobody asks or the request brings none.
    pub(super) held: Option<&'a Held<'a>>,
    pub(super) prompt_tokens: u32,
    /// The model that the endpoint will be asked for, empty where there is none.
    pub(super) model: &'a str,
    /// The position of the member that an earlier profile settled on, for another part of the request.
    pub(super) peer: Option<usize>,
    /// Whether the last profile that asked found nothing of the prompt at its candidates.
    pub(super) is_cold: bool,
    /// What the request's priority is, and that of its model.
    pub(super) priority: i32,
    pub(super) rng: &'a mut DecisionRng,
    pub(super) trace: &'a mut T,
}

impl<T> Arguments<'_, T> {
    /// How much of the prompt the member at `position` probably holds; `None` where nothing is known of the prompt.
    pub(super) fn held_by(&self, position: usize) -> Option<PrefixMatch> {
        self.held?.by(position)
    }
}

/// At most `wanted` endpoints of the pool, in the order in which they are to be tried; at least one.
pub(super) fn rank<T: Trace>(
    arguments: &mut Arguments<'_, T>,
    pool: PoolIx,
    profile_number: usize,
    wanted: usize,
    ranked: &mut Ranked,
) -> Result<(), Reason> {
    pick(arguments, pool, profile_number, |picking| {
        let named = picking.profile.named(wanted);
        picking.rank(named, ranked);
    })
}

/// The endpoints of the pool that the profile's scorers rate highest, whatever its picker; at least one.
pub(super) fn best<T: Trace>(
    arguments: &mut Arguments<'_, T>,
    pool: PoolIx,
    profile_number: usize,
) -> Result<Best, Reason> {
    pick(arguments, pool, profile_number, |picking| picking.best())
}

/// Hands those that the filters of the profile leave to `take`.
#[inline(always)]
fn pick<T: Trace, R>(
    arguments: &mut Arguments<'_, T>,
    pool: PoolIx,
    profile_number: usize,
    take: impl FnOnce(Picking<'_, T>) -> R,
) -> Result<R, Reason> {
    let (state, request, now) = (arguments.state, arguments.request, arguments.now);
    let members = &state.members[pool];
    let profile = state.plan.scheduling.profiles.get(profile_number).ok_or(Reason::NoProfile)?;
    if members.endpoints.is_empty() {
        return Err(Reason::PoolEmpty);
    }
    let facts = Facts::new(arguments, pool);
    let (rng, trace) = (&mut *arguments.rng, &mut *arguments.trace);
    let mut survivors = Survivors::new();
    survivors.begin(members);
    trace.record(Step::Profile { name: profile.name() });
    if T::ON {
        let removal = Removal { by: "ready", demand: READY };
        removal.tell(&facts, Candidates::All(members.endpoints.len()), survivors.candidates(), trace);
    }
    if survivors.len() == 0 {
        return Err(Reason::NoReadyEndpoint);
    }
    if let Some(hint) = request.subset {
        subset::keep(hint, members, &mut survivors);
        if survivors.len() == 0 {
            return Err(Reason::NoEndpointInSubset);
        }
    }
    let scheduling = &state.plan.scheduling;
    if let Some(ceiling) = scheduling.ceiling_for(arguments.priority) {
        let saturation = admission::saturation(scheduling, &facts, now);
        trace.record(Step::Saturation { saturation, ceiling });
        if saturation >= ceiling {
            return Err(Reason::Saturated);
        }
    }
    for (number, filter) in profile.filters.iter().enumerate() {
        let before = T::ON.then(|| survivors.clone());
        let by_labels = members.kept.get(profile_number).and_then(|kept| kept.get(number));
        let mut filtering =
            Filtering { facts: &facts, survivors: &mut survivors, rng: &mut *rng, trace: &mut *trace };
        filtering.apply(filter, by_labels.map(|kept| &**kept));
        if let Some(before) = before {
            let removal = Removal { by: filter.as_str(), demand: &filter.demand() };
            removal.tell(&facts, before.candidates(), survivors.candidates(), trace);
        }
        if survivors.len() == 0 {
            return Err(Reason::NoEndpointLeft);
        }
    }
    let candidates = survivors.candidates();
    if T::ON {
        candidates.for_each(|position| tell_one(&facts, position, None, trace));
    }
    if profile.asks_for_hits() {
        arguments.is_cold = facts.is_cold(candidates);
    }
    let turn = state.pool_cells[pool].turn();
    Ok(take(Picking { profile, facts: &facts, candidates, turn, rng, trace }))
}

/// What endpoints must be before any filter asks for more.
const READY: &str = "reported as ready by the host";

/// Why endpoints are taken out.
struct Removal<'d> {
    by: &'static str,
    /// What is asked of those that stay.
    demand: &'d str,
}

impl Removal<'_> {
    fn tell<T: Trace>(
        &self,
        facts: &Facts<'_>,
        before: Candidates<'_>,
        after: Candidates<'_>,
        trace: &mut T,
    ) {
        before.for_each(|position| {
            if !after.contains(position) {
                tell_one(facts, position, Some(self), trace);
            }
        });
    }
}

fn tell_one<T: Trace>(facts: &Facts<'_>, position: usize, removal: Option<&Removal<'_>>, trace: &mut T) {
    if let (Some(endpoint), Some(cell)) = (facts.endpoint(position), facts.cell(position)) {
        let endpoint = &facts.state.endpoints[endpoint];
        let (id, address, in_flight) = (endpoint.id(), endpoint.address(), cell.in_flight());
        let (removed_by, demand) = removal.map(|removal| (removal.by, removal.demand)).unzip();
        trace.record(Step::Endpoint { id, address, in_flight, removed_by, demand });
    }
}
