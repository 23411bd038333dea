//! What a request that is sent leaves behind for decisions after it: where its prompt is, and where its session belongs.
//!
//! The counts of requests in flight are the ticket's.

use super::session;
use crate::decision::Choice;
use crate::prefix::BlockHashes;
use crate::request::Request;
use crate::state::State;
use crate::units::Nanos;

/// The request goes where `choice` says. `hashes` are those of its prompt.
pub(crate) fn sent(state: &State, choice: &Choice, request: &Request<'_>, hashes: &BlockHashes, now: Nanos) {
    let to = [Some(choice.attempts.primary().endpoint), choice.before.prefill];
    for endpoint in to.into_iter().flatten() {
        if let Some(seat) = &state.seats[endpoint] {
            seat.insert(hashes);
        }
    }
    session::bind(state, choice, request, now);
}
