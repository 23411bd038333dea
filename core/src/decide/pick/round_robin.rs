//! Candidates in turn. The turn is a signal of the pool that the router advances after each decision.

use super::{Picking, Ranked};
use crate::convert::wide;
use crate::trace::Trace;

/// Counts over all candidates, so that the picks of one decision are neighbours and none comes twice.
pub(super) fn rank<T: Trace>(picking: &mut Picking<'_, T>, ranked: &mut Ranked) {
    let count = wide(picking.candidates.len());
    let mut turn = picking.turn;
    while !ranked.is_full() {
        picking.take(usize::try_from(turn % count).unwrap_or_default(), ranked);
        turn = turn.wrapping_add(1);
    }
}
