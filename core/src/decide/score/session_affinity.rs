//! Rates the endpoint that the request's session belongs to 1, every other 0.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::plan::Session;

#[inline]
pub(super) fn rate(
    session: &Session,
    facts: &Facts<'_>,
    candidates: Candidates<'_>,
    mut give: impl FnMut(usize, Option<f64>),
) {
    let owner = facts.session_owner(session);
    candidates.for_each(|position| {
        give(position, Some(if owner == Some(position) { 1.0 } else { 0.0 }));
    });
}
