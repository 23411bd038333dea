//! What it counts to work off a prompt where parts of it are held elsewhere.
//!
//! Whoever works off what others hold does so for all who ask for it later, and find it in one more place. How many that will be nobody knows; but whoever
//! made one of the copies that are there asked for it where it was not, so that as many again can be expected to. They share what the next copy costs.

use smallvec::SmallVec;

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::plan::PredictedCompletion;
use crate::signals::Work;

/// The seconds of a prompt that count, by how much of it an endpoint holds.
#[derive(Debug)]
pub(super) struct PrefixCopies {
    /// From the longest beginning that a candidate holds down to nothing; empty where at most one holds anything.
    rungs: SmallVec<[Rung; 4096]>,
}

/// What is held by those candidates that hold so much and no more.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Rung {
    tokens: u32,
    /// Seconds of all behind that count, at a pace of 1.
    seconds: f64,
}

impl PrefixCopies {
    /// Nothing yet. Written where it stands: moving it would copy 64 KiB.
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self { rungs: SmallVec::new() }
    }

    /// Looks at what the candidates hold of the prompt.
    pub(super) fn look(
        &mut self,
        settings: &PredictedCompletion,
        facts: &Facts<'_>,
        candidates: Candidates<'_>,
    ) {
        if facts.holders().len() < 2 {
            return;
        }
        let holders = facts.holders().iter().map(|position| usize::from(*position));
        let those = holders.filter(|position| candidates.contains(*position));
        // Filled where it stands, as above.
        let mut held: SmallVec<[u32; 4096]> = SmallVec::new();
        held.extend(those.map(|position| facts.cached_tokens(position)));
        held.sort_unstable_by(|one, other| other.cmp(one));
        self.descend(&held, settings.sharing, |tokens| {
            settings.step.of_work(Work::new(facts.prompt_tokens, tokens))
        });
    }

    /// `held` is what each holds, the most first; `alone` says what an endpoint that holds so much would take for all behind.
    fn descend(&mut self, held: &[u32], sharing: f64, alone: impl Fn(u32) -> f64) {
        let Some(most) = held.first() else { return };
        let (mut whole, mut seconds) = (alone(*most), alone(*most));
        self.rungs.push(Rung { tokens: *most, seconds });
        let mut further = 0.0;
        let shorter = held.iter().skip(1).copied().chain([0]);
        let mut tokens = *most;
        for next in shorter {
            if next < tokens {
                let behind = alone(next);
                seconds += (behind - whole) / (1.0 + sharing * further);
                self.rungs.push(Rung { tokens: next, seconds });
                (tokens, whole) = (next, behind);
            }
            further += 1.0;
        }
    }

    /// The seconds that count at an endpoint that holds so much, at a pace of 1; `None` where they are the prompt's own.
    #[inline]
    pub(super) fn seconds(&self, tokens: u32) -> Option<f64> {
        let nothing = self.rungs.last()?;
        if tokens == 0 {
            return Some(nothing.seconds);
        }
        let at = self.rungs.partition_point(|rung| rung.tokens > tokens);
        self.rungs.get(at).map(|rung| rung.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::PrefixCopies;

    fn of(held: &[u32], sharing: f64) -> [Option<f64>; 4] {
        let mut copies = PrefixCopies::new();
        copies.descend(held, sharing, |tokens| f64::from(100 - tokens));
        [0, 20, 60, 90].map(|tokens| copies.seconds(tokens))
    }

    #[test]
    fn of_what_so_many_hold_such_a_part_counts() {
        let (first, second, third) = (20.0 / 4.0, 40.0 / 3.0, 30.0);
        let expected = [10.0 + third + second + first, 10.0 + third + second, 10.0 + third, 10.0];
        for (is, expected) in of(&[90, 60, 60, 20], 1.0).into_iter().zip(expected) {
            assert!(is.is_some_and(|is| (is - expected).abs() < 1e-12), "{is:?} {expected}");
        }
    }

    #[test]
    fn without_sharing_and_without_two_who_hold_it_all_counts() {
        assert_eq!(of(&[90, 60, 60, 20], 0.0), [100.0, 80.0, 40.0, 10.0].map(Some));
        assert_eq!(of(&[90], 5.0).map(|seconds| seconds.unwrap_or(100.0))[0], 100.0);
        assert_eq!(of(&[], 5.0), [None; 4]);
    }
}
