//! The candidates with the highest scores. Equal scores must share: always taking the first of them sends a whole burst to one endpoint.

use super::{Picking, Ranked};
use crate::attempt::Attempts;
use crate::decide::score::{self, Scores};
use crate::rng::of_endpoint;
use crate::trace::{Step, Trace};

/// A candidate among the best.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::decide) struct Place {
    pub(in crate::decide) score: f64,
    pub(in crate::decide) number: usize,
    /// Among the pool's members.
    pub(in crate::decide) position: usize,
    /// Whether its score is another one's too.
    ties: bool,
    /// The number that decided where it is.
    own: u64,
}

/// The best candidates, the best first.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::decide) struct Best {
    places: [Place; Attempts::MOST + 1],
    len: usize,
}

impl Best {
    pub(in crate::decide) fn as_slice(&self) -> &[Place] {
        self.places.get(..self.len).unwrap_or_default()
    }
}

#[inline(never)]
pub(super) fn rank<T: Trace>(picking: &mut Picking<'_, T>, ranked: &mut Ranked) {
    for place in best(picking, ranked.wanted()).as_slice() {
        if T::ON && place.ties {
            picking.trace.record(Step::Tie { number: place.own });
        }
        picking.take_at(place.number, place.position, ranked);
    }
}

/// One walk over the scores, however many are wanted.
#[inline(always)]
pub(super) fn best<T: Trace>(picking: &mut Picking<'_, T>, wanted: usize) -> Best {
    let mut scores = Scores::new();
    scores.resize(picking.candidates.len(), 0.0);
    score::total(picking.profile, picking.facts, picking.candidates, &mut scores, picking.trace);
    let (seed, keys) = (picking.rng.seed(), &picking.facts.members.keys);
    let tie = |place: &Place| of_endpoint(seed, keys.get(place.position).copied().unwrap_or_default());
    let Best { places: mut best, mut len } = Best::default();
    let mut numbered = scores.iter().enumerate();
    picking.candidates.for_each(|position| {
        let Some((number, &score)) = numbered.next() else { return };
        let mut place = Place { score, number, position, ..Place::default() };
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
    if T::ON {
        best.iter_mut().for_each(|place| place.own = tie(place));
    }
    Best { places: best, len }
}
