//! Each candidate is as likely as any other.

use super::{Picking, Ranked};
use crate::trace::Trace;

pub(super) fn rank<T: Trace>(picking: &mut Picking<'_, T>, ranked: &mut Ranked) {
    while !ranked.is_full() {
        let left = picking.candidates.len() - ranked.len();
        // One candidate needs no draw.
        let nth = if left == 1 { 0 } else { picking.draw("endpoint", left) };
        picking.take(ranked.nth_left(nth), ranked);
    }
}
