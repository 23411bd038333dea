//! Keeps the endpoints that the host reports as ready. Constant cost: the state holds the answer as a bitset.

use crate::decide::candidates::Candidates;
use crate::state::Members;

pub(super) fn keep<'m>(members: &'m Members, candidates: Candidates<'m>) -> Candidates<'m> {
    if members.ready_count == members.endpoints.len() {
        return candidates;
    }
    Candidates::only(&members.ready, members.ready_count)
}
