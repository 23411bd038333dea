//! The candidates with the highest scores. Equal scores must share: always taking the first of them sends a whole burst to one endpoint.

use super::{Picking, Ranked};
use crate::attempt::Attempts;
use crate::decide::candidates::{MANY, in_room};
use crate::decide::score::{self, Scores};
use crate::rng::of_endpoint;
use crate::trace::{Step, Trace};

/// Candidates that are compared at once with the last of the best.
const CHUNK: usize = 8;

/// A candidate among the best.
#[derive(Clone, Copy, Debug)]
pub(in crate::decide) struct Place {
    pub(in crate::decide) score: f64,
    pub(in crate::decide) number: usize,
    /// Among the pool's members.
    pub(in crate::decide) position: usize,
    /// Whether its score is another one's too.
    ties: bool,
    /// The number that decides between it and another one of the same score, where it had to.
    own: Option<u64>,
}

impl Place {
    /// A constant, because what is made anew is copied into each place before it is whole.
    const NONE: Self = Self { score: 0.0, number: 0, position: 0, ties: false, own: None };

    /// The number that decides between equals, made when it is first asked for.
    #[inline]
    fn own(&mut self, own: &impl Fn(usize) -> u64) -> u64 {
        let position = self.position;
        *self.own.get_or_insert_with(|| own(position))
    }
}

/// The best candidates, the best first.
#[derive(Clone, Copy, Debug)]
pub(in crate::decide) struct Best {
    places: [Place; Attempts::MOST + 1],
    len: usize,
}

impl Best {
    const NONE: Self = Self { places: [Place::NONE; Attempts::MOST + 1], len: 0 };

    pub(in crate::decide) fn as_slice(&self) -> &[Place] {
        self.places.get(..self.len).unwrap_or_default()
    }

    /// Takes a candidate in where it belongs among at most `wanted`. Whoever scores less than all of them when they are that many need not be shown.
    #[inline(never)]
    fn enter(
        &mut self,
        score: f64,
        number: usize,
        position: usize,
        wanted: usize,
        own: &impl Fn(usize) -> u64,
    ) {
        let mut place = Place { score, number, position, ..Place::NONE };
        // From behind, because most candidates do not come before the last of the best.
        let mut at = self.len;
        while let Some(other) = at.checked_sub(1).and_then(|before| self.places.get_mut(before)) {
            if place.score == other.score {
                // Between equals decides a number that the decision's seed gives each endpoint of its own, so that it does not matter who else is there.
                (place.ties, other.ties) = (true, true);
                if place.own(own) <= other.own(own) {
                    break;
                }
            } else if place.score < other.score {
                break;
            }
            at -= 1;
        }
        if at < wanted {
            let kept = self.len.min(wanted - 1);
            if at < kept {
                self.places.copy_within(at..kept, at + 1);
            }
            self.len = kept + 1;
            if let Some(free) = self.places.get_mut(at) {
                *free = place;
            }
        }
    }

    /// Whether a candidate that scores as much as the last of the best comes behind it. Of a pool without load all do, and most of them come behind.
    #[inline]
    fn is_behind(&mut self, position: usize, own: &impl Fn(usize) -> u64) -> bool {
        let Some(last) = self.len.checked_sub(1).and_then(|last| self.places.get_mut(last)) else {
            return false;
        };
        last.ties = true;
        own(position) <= last.own(own)
    }

    /// What a candidate must score to be among the best.
    fn least(&self, wanted: usize) -> f64 {
        let last = self.as_slice().get(wanted.saturating_sub(1));
        last.map_or(f64::NEG_INFINITY, |place| place.score)
    }
}

pub(super) fn rank<T: Trace>(picking: &mut Picking<'_, T>, ranked: &mut Ranked) {
    in_room!(picking.candidates.len(), ROOM => rank_in::<T, ROOM>(picking, ranked));
}

#[inline(never)]
fn rank_in<T: Trace, const ROOM: usize>(picking: &mut Picking<'_, T>, ranked: &mut Ranked) {
    let (seed, members) = (picking.rng.seed(), picking.facts.members);
    let mut best = Best::NONE;
    best_in::<T, ROOM>(picking, ranked.wanted(), &mut best);
    for place in best.as_slice() {
        if T::ON && place.ties {
            let key = members.keys.get(place.position).copied().unwrap_or_default();
            picking.trace.record(Step::Tie { number: of_endpoint(seed, key) });
        }
        picking.take_at(place.number, place.position, ranked);
    }
}

/// So many of the best.
pub(super) fn best<T: Trace>(picking: &mut Picking<'_, T>, wanted: usize) -> Best {
    let mut best = Best::NONE;
    best_in::<T, MANY>(picking, wanted, &mut best);
    best
}

/// One walk over the scores, however many are wanted. `best` is empty.
#[inline(always)]
fn best_in<T: Trace, const ROOM: usize>(picking: &mut Picking<'_, T>, wanted: usize, best: &mut Best) {
    let mut scores = Scores::<ROOM>::new();
    score::all(picking.profile, picking.facts, picking.candidates, &mut scores, picking.trace);
    let (seed, keys) = (picking.rng.seed(), &picking.facts.members.keys);
    let own = |position: usize| of_endpoint(seed, keys.get(position).copied().unwrap_or_default());
    let mut least = f64::NEG_INFINITY;
    let mut consider = |first: usize, some: &[f64]| {
        for (number, &score) in (first..).zip(some) {
            if score >= least {
                let position = picking.candidates.position(number);
                if score == least && best.is_behind(position, &own) {
                    continue;
                }
                best.enter(score, number, position, wanted, &own);
                least = best.least(wanted);
            }
        }
        least
    };
    let (chunks, rest) = scores.as_chunks::<CHUNK>();
    let mut bar = f64::NEG_INFINITY;
    for (chunk, some) in chunks.iter().enumerate() {
        // Most chunks hold none of the best: they are passed over without a branch for each candidate.
        if some.iter().fold(false, |any, score| any | (*score >= bar)) {
            bar = consider(chunk * CHUNK, some);
        }
    }
    consider(chunks.len() * CHUNK, rest);
}
