//! Rates the endpoint that the request's session belongs to 1, every other 0.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::plan::Session;

#[inline]
pub(super) fn rate(session: &Session, facts: &Facts<'_>, candidates: Candidates<'_>, ratings: &mut [f64]) {
    let owner = facts.session_owner(session);
    candidates.rate_each(ratings, |position| Some(if owner == Some(position) { 1.0 } else { 0.0 }));
}
