//! The better of two different candidates drawn by chance (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001).
//!
//! Constant cost, and no herd: routers that share stale knowledge still draw different pairs.

use super::{Picking, Ranked};
use crate::decide::candidates::Candidates;
use crate::decide::score;
use crate::trace::Trace;

pub(super) fn rank<T: Trace>(picking: &mut Picking<'_, T>, ranked: &mut Ranked) {
    while !ranked.is_full() {
        let left = picking.candidates.len() - ranked.len();
        if left == 1 {
            picking.take(ranked.nth_left(0), ranked);
            continue;
        }
        let first = picking.draw("first of two", left);
        let second = picking.draw("second of two", left - 1);
        // The second draw skips the first candidate.
        let second = if second >= first { second + 1 } else { second };
        let numbers = [ranked.nth_left(first), ranked.nth_left(second)];
        let positions = numbers.map(|number| picking.candidates.position(number));
        let (mut scores, mut ratings) = ([0.0; 2], [0.0; 2]);
        let pair = Candidates::Two(&positions);
        score::total(picking.profile, picking.facts, pair, &mut scores, &mut ratings, picking.trace);
        let ([first, second], [first_at, second_at], [first_score, second_score]) =
            (numbers, positions, scores);
        let (number, position) =
            if second_score > first_score { (second, second_at) } else { (first, first_at) };
        picking.take_at(number, position, ranked);
    }
}
