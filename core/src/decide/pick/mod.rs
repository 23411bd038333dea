//! Pickers take endpoints of those that are left, in the order in which they are to be tried. One file a picker.

mod consistent_hash;
mod max_score;
mod random;
mod ranked;
mod round_robin;
mod two_choice;
mod weighted_random;

pub(super) use max_score::{Best, Place};
pub(super) use ranked::Ranked;

use super::candidates::Candidates;
use super::facts::Facts;
use crate::attempt::Attempts;
use crate::convert::wide;
use crate::plan::{Picker, Profile};
use crate::rng::DecisionRng;
use crate::trace::{Step, Trace};

/// What a picker works with.
pub(super) struct Picking<'a, T> {
    pub(super) profile: &'a Profile,
    pub(super) facts: &'a Facts<'a>,
    pub(super) candidates: Candidates<'a>,
    /// Decisions taken on the pool before this one.
    pub(super) turn: u64,
    pub(super) rng: &'a mut DecisionRng,
    pub(super) trace: &'a mut T,
}

impl<T: Trace> Picking<'_, T> {
    /// At most `wanted` of the candidates, the one to take first.
    pub(super) fn rank(mut self, wanted: usize, ranked: &mut Ranked) {
        *ranked = Ranked::new(wanted.min(self.candidates.len()));
        match &self.profile.picker {
            Picker::RoundRobin => round_robin::rank(&mut self, ranked),
            Picker::Random => random::rank(&mut self, ranked),
            Picker::MaxScore => max_score::rank(&mut self, ranked),
            Picker::TwoChoice => two_choice::rank(&mut self, ranked),
            Picker::WeightedRandom => weighted_random::rank(&mut self, ranked),
            Picker::ConsistentHash(key) => consistent_hash::rank(key, &mut self, ranked),
        }
    }

    /// The candidates with the highest scores, whatever the picker.
    pub(super) fn best(mut self) -> Best {
        max_score::best(&mut self, Attempts::MOST + 1)
    }

    /// A number in `0..count` that `what` depends on, told to the trace.
    fn draw(&mut self, what: &'static str, count: usize) -> usize {
        let number = self.rng.position(count);
        if T::ON {
            self.trace.record(Step::Draw { what, below: wide(count), number: wide(number) });
        }
        number
    }

    /// Takes the candidate with this number.
    fn take(&mut self, number: usize, ranked: &mut Ranked) {
        let position = self.candidates.position(number);
        self.take_at(number, position, ranked);
    }

    fn take_at(&mut self, number: usize, position: usize, ranked: &mut Ranked) {
        ranked.add(number, position);
        if T::ON {
            if let Some(endpoint) = self.facts.endpoint(position) {
                let (id, picker) = (self.facts.state.endpoints[endpoint].id(), self.profile.picker.as_str());
                self.trace.record(Step::Picked { id, picker });
            }
            if ranked.len() == 1 && !ranked.is_full() {
                self.trace.record(Step::FallbacksBegin);
            }
        }
    }
}
