//! Each candidate is as likely as its share of all scores, drawn again and again without putting back.
//!
//! The same distribution as keys of U^(1/score) in descending order (Efraimidis and Spirakis, 2006), without powers and logarithms, whose last bits
//! differ between platforms and which underflow for small scores.

use super::{Picking, Ranked, random};
use crate::decide::candidates::in_room;
use crate::decide::score::{self, Scores};
use crate::real;
use crate::rng::PARTS;
use crate::trace::{Step, Trace};

pub(super) fn rank<T: Trace>(picking: &mut Picking<'_, T>, ranked: &mut Ranked) {
    in_room!(picking.candidates.len(), ROOM => rank_in::<T, ROOM>(picking, ranked));
}

#[inline(never)]
fn rank_in<T: Trace, const ROOM: usize>(picking: &mut Picking<'_, T>, ranked: &mut Ranked) {
    let mut scores = Scores::<ROOM>::new();
    score::all(picking.profile, picking.facts, picking.candidates, &mut scores, picking.trace);
    for score in &mut scores {
        *score = score.max(0.0);
    }
    while !ranked.is_full() {
        let sum: f64 = scores.iter().sum();
        // Whoever is left scores nothing.
        if sum <= 0.0 {
            return random::rank(picking, ranked);
        }
        let number = drawn(&scores, sum, picking);
        if let Some(score) = scores.get_mut(number) {
            *score = 0.0;
        }
        picking.take(number, ranked);
    }
}

fn drawn<T: Trace>(scores: &[f64], sum: f64, picking: &mut Picking<'_, T>) -> usize {
    let part = picking.rng.below(PARTS);
    if T::ON {
        picking.trace.record(Step::Draw { what: "endpoint by score", below: PARTS, number: part });
    }
    let mut left = sum * (real::of(part) / real::of(PARTS));
    let positive = scores.iter().enumerate().filter(|(_, score)| **score > 0.0);
    let mut last = 0;
    for (number, score) in positive {
        last = number;
        if left < *score {
            break;
        }
        left -= score;
    }
    // Rounding may leave a rest behind the last.
    last
}
