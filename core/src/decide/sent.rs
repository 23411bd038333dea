//! What a request that is sent leaves behind for decisions after it: where its prompt is, what requests are like,
//! whose turn it was, and where its session belongs.
//!
//! The counts of requests in flight are the ticket's.

use super::session;
use crate::decision::Choice;
use crate::prefix::BlockHashes;
use crate::request::Request;
use crate::signals::Work;
use crate::state::State;
use crate::units::Nanos;

/// The request goes where `choice` says. `hashes` are those of its prompt, where it has one.
pub(crate) fn sent(
    state: &State,
    choice: &Choice,
    request: &Request<'_>,
    hashes: Option<&BlockHashes>,
    now: Nanos,
) {
    let to = [Some(choice.attempts.primary().endpoint), choice.findings.before.prefill];
    for endpoint in to.into_iter().flatten() {
        if let (Some(seat), Some(hashes)) = (&state.seats[endpoint], hashes) {
            seat.insert(hashes);
        }
    }
    let primary = choice.attempts.primary();
    if let Some(pool) = primary.pool(&state.plan.rules[choice.at.rule]) {
        let work = Work::new(choice.prompt_tokens, choice.findings.cached_tokens);
        let typical = &state.pool_cells[pool].typical;
        typical.sent(work, now);
        typical.found(choice.findings.found_tokens, choice.findings.is_common, now);
        let cell = &state.cells[primary.endpoint];
        cell.returns().sent(work, now);
        cell.turnover().sent(work, now);
        if let Some(step) = state.plan.scheduling.step_cost() {
            cell.prefilling().sent(step.of_work(work), now);
        }
    }
    if choice.findings.is_cold {
        took_cold(state, choice);
    }
    session::bind(state, choice, request, now);
}

/// The endpoints of a cold request are now those that had one last.
fn took_cold(state: &State, choice: &Choice) {
    let primary = choice.attempts.primary();
    let Some(pool) = primary.pool(&state.plan.rules[choice.at.rule]) else { return };
    let latest = state.members[pool].cells.iter().map(|cell| cell.cold()).max().unwrap_or_default();
    let to = [Some(primary.endpoint), choice.findings.before.prefill];
    for (endpoint, place) in to.into_iter().flatten().zip(latest + 1..) {
        state.cells[endpoint].set_cold(place);
    }
}
