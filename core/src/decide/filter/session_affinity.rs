//! Keeps the endpoint that the request's session belongs to.

use crate::decide::candidates::Survivors;
use crate::decide::facts::Facts;
use crate::plan::Session;

/// Everyone stays where the session belongs to nobody who is left.
pub(super) fn keep(session: &Session, facts: &Facts<'_>, survivors: &mut Survivors) {
    let owner = facts.session_owner(session).filter(|owner| survivors.candidates().contains(*owner));
    if let Some(owner) = owner {
        survivors.retain(|position| position == owner);
    }
}
