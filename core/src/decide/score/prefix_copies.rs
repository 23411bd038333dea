//! What it counts to work off what others hold.
//!
//! Whoever does so does it for all who ask for the same later, and find it in one more place. How many that will be nobody knows; but whoever made one of
//! the copies that are there asked for it where it was not, so that as many again can be expected to. They share what the next copy costs.
//!
//! It is about the longest beginning of the prompt that anyone holds. Where only one holds that, it is a session's own, and nobody else will ask for it.

use std::cmp::Ordering;

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::plan::PredictedCompletion;
use crate::signals::Work;

/// What counts of a prompt's own seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PrefixCopies {
    /// Seconds of what no candidate holds, at a pace of 1.
    least: f64,
    /// The part that counts of the others.
    part: f64,
}

impl PrefixCopies {
    /// Looks at what the candidates hold of the prompt.
    pub(super) fn of(settings: &PredictedCompletion, facts: &Facts<'_>, candidates: Candidates<'_>) -> Self {
        let holders = facts.holders().iter().map(|position| usize::from(*position));
        let held = holders.filter(|position| candidates.contains(*position));
        let held = held.map(|position| facts.cached_tokens(position).min(facts.prompt_tokens));
        match longest(held) {
            (_, 0 | 1) => Self { least: 0.0, part: 1.0 },
            (tokens, holders) => Self {
                least: settings.step.of_work(Work::new(facts.prompt_tokens, tokens)),
                part: 1.0 / (1.0 + settings.sharing * f64::from(holders - 1)),
            },
        }
    }

    /// What counts at an endpoint of this pace, where the prompt's own seconds are so many.
    #[inline]
    pub(super) fn paid(self, own: f64, pace: f64) -> f64 {
        let least = pace * self.least;
        least + (own - least) * self.part
    }
}

/// The most that is held, and by how many.
fn longest(held: impl Iterator<Item = u32>) -> (u32, u32) {
    held.fold((0, 0), |(most, holders), tokens| match tokens.cmp(&most) {
        Ordering::Less => (most, holders),
        Ordering::Equal => (most, holders + 1),
        Ordering::Greater => (tokens, 1),
    })
}

#[cfg(test)]
mod tests {
    use super::{PrefixCopies, longest};

    #[test]
    fn counted_are_those_who_hold_the_most() {
        let of = |held: &[u32]| longest(held.iter().copied());
        assert_eq!(of(&[]), (0, 0));
        assert_eq!(of(&[32, 64, 16, 64, 64]), (64, 3));
        assert_eq!(of(&[64, 64, 80]), (80, 1));
    }

    #[test]
    fn what_nobody_holds_counts_whole() {
        let copies = PrefixCopies { least: 2.0, part: 0.25 };
        assert_eq!((copies.paid(4.0, 2.0), copies.paid(12.0, 2.0)), (4.0, 6.0));
    }
}
