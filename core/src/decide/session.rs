//! Which endpoint a session belongs to, and what a request that is sent leaves behind of that.

use super::facts::header;
use crate::base64;
use crate::decision::Choice;
use crate::ids::{EndpointIx, PoolIx};
use crate::plan::Session;
use crate::request::Request;
use crate::rng::name_key;
use crate::state::{Members, State};
use crate::units::Nanos;

/// The position of the member that the request's session belongs to. Logarithmic in the members for ids, linear for sessions that are bound.
pub(super) fn owner(
    session: &Session,
    state: &State,
    pool: PoolIx,
    request: &Request<'_>,
    now: Nanos,
) -> Option<usize> {
    let members = &state.members[pool];
    let named = named(session, state, request)?;
    match session {
        Session::EncodedEndpoint { .. } => position_of(&base64::decode(named)?, state, members),
        Session::Id { keep, .. } => {
            let bound = state.pool_cells[pool].sessions.endpoint(name_key(named), now, *keep)?;
            members.keys.iter().position(|key| *key == bound)
        }
    }
}

/// Binds the request's session to its endpoint. A session that is bound already stays where it is while that endpoint takes part: one request sent
/// elsewhere, because of load perhaps, moves no cache.
pub(super) fn bind(state: &State, choice: &Choice, request: &Request<'_>, now: Nanos) {
    let primary = choice.attempts.primary();
    let Some(pool) = primary.pool(&state.plan.rules[choice.at.rule]) else { return };
    let members = &state.members[pool];
    for session in state.plan.sessions.iter() {
        let Some(named) = named(session, state, request) else { continue };
        let owner = owner(session, state, pool, request, now).filter(|position| is_ready(members, *position));
        let chosen = members.endpoints.iter().position(|endpoint| *endpoint == primary.endpoint);
        let key = chosen.filter(|chosen| owner.is_none_or(|owner| owner == *chosen));
        if let Some(key) = key.and_then(|position| members.keys.get(position)) {
            state.pool_cells[pool].sessions.bind(name_key(named), *key, now);
        }
    }
}

fn named<'r>(session: &Session, state: &State, request: &'r Request<'r>) -> Option<&'r str> {
    header(state, request, session.header()).map(str::trim).filter(|named| !named.is_empty())
}

/// The position of the first member with this id; members stand in the order of their ids.
fn position_of(id: &[u8], state: &State, members: &Members) -> Option<usize> {
    let id_of = |endpoint: &EndpointIx| state.endpoints[*endpoint].id().as_bytes();
    let position = members.endpoints.partition_point(|endpoint| id_of(endpoint) < id);
    members.endpoints.get(position).filter(|endpoint| id_of(endpoint) == id).map(|_| position)
}

fn is_ready(members: &Members, position: usize) -> bool {
    members.ready.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
}
