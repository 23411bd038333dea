//! What a request leaves behind in its pool once it is sent: it moves signals that later decisions read.

use super::facts::Facts;
use crate::decision::Choice;
use crate::plan::Session;
use crate::request::Request;
use crate::rng::name_key;
use crate::state::State;
use crate::units::Nanos;

/// Binds the request's session to its endpoint. A session that is bound already stays where it is while that endpoint takes part: one request sent
/// elsewhere, because of load perhaps, moves no cache.
pub(crate) fn remember(state: &State, choice: &Choice, request: &Request<'_>, now: Nanos) {
    let primary = choice.attempts.primary();
    let Some(pool) = primary.pool(&state.plan.rules[choice.at.rule]) else { return };
    let scheduling = &state.plan.scheduling;
    let mut facts = None;
    for session in scheduling.sessions() {
        let Session::Id { header, .. } = session else { continue };
        let facts = facts.get_or_insert_with(|| Facts::new(state, pool, request, now));
        let Some(named) = facts.header(header).map(str::trim).filter(|named| !named.is_empty()) else {
            continue;
        };
        let owner = facts.session_owner(session);
        let takes_part = |position: &usize| {
            let word = facts.members.ready.get(position / 64);
            word.is_some_and(|word| word >> (position % 64) & 1 == 1)
        };
        let chosen = facts.members.endpoints.iter().position(|endpoint| *endpoint == primary.endpoint);
        let stays = owner.filter(takes_part).or(chosen);
        let key = stays.and_then(|position| facts.members.keys.get(position));
        if let Some(key) = key.filter(|_| stays == chosen) {
            state.pool_cells[pool].sessions.bind(name_key(named), *key, now);
        }
    }
}
