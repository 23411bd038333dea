//! The candidates with the highest scores. Equal scores must share: always taking the first of them sends a whole burst to one endpoint.

use super::{Picking, Ranked};
use crate::attempt::Attempts;
use crate::decide::score::{self, Scores};
use crate::rng::of_endpoint;
use crate::trace::{Step, Trace};

/// One of the best so far.
#[derive(Clone, Copy, Default)]
struct Place {
    score: f64,
    number: usize,
    position: usize,
    /// Whether its score is another one's too.
    ties: bool,
}

/// One walk over the scores, however many are wanted.
#[inline(never)]
pub(super) fn rank<T: Trace>(picking: &mut Picking<'_, T>, ranked: &mut Ranked) {
    let mut scores = Scores::new();
    scores.resize(picking.candidates.len(), 0.0);
    score::total(picking.profile, picking.facts, picking.candidates, &mut scores, picking.trace);
    let (seed, keys) = (picking.rng.seed(), &picking.facts.members.keys);
    let tie = |place: &Place| of_endpoint(seed, keys.get(place.position).copied().unwrap_or_default());
    let mut best = [Place::default(); Attempts::MOST + 1];
    let (mut len, wanted) = (0usize, ranked.wanted());
    let mut numbered = scores.iter().enumerate();
    picking.candidates.for_each(|position| {
        let Some((number, &score)) = numbered.next() else { return };
        let mut place = Place { score, number, position, ties: false };
        // From behind, because most candidates do not come before the last of the best.
        let mut at = len;
        while let Some(other) = at.checked_sub(1).and_then(|before| best.get_mut(before)) {
            if place.score == other.score {
                // Between equals decides a number that the decision's seed gives each endpoint of its own, so that it does not matter who else is there.
                (place.ties, other.ties) = (true, true);
                if tie(&place) <= tie(other) {
                    break;
                }
            } else if place.score < other.score {
                break;
            }
            at -= 1;
        }
        if at < wanted {
            len = wanted.min(len + 1);
            if let Some(moved) = best.get_mut(at..len) {
                moved.rotate_right(1);
                if let Some(first) = moved.first_mut() {
                    *first = place;
                }
            }
        }
    });
    for place in best.iter().take(len) {
        if T::ON && place.ties {
            picking.trace.record(Step::Tie { number: tie(place) });
        }
        picking.take_at(place.number, place.position, ranked);
    }
}
