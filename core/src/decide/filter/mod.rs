//! Filters take endpoints out before anything is compared. One file a filter.

mod ready;

use super::candidates::Candidates;
use crate::plan::Filter;
use crate::state::Members;

/// The candidates that the filter leaves.
pub(super) fn apply<'m>(filter: Filter, members: &'m Members, candidates: Candidates<'m>) -> Candidates<'m> {
    match filter {
        Filter::Ready => ready::keep(members, candidates),
    }
}
