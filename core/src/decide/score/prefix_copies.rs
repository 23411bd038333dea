//! What it counts to work off what others hold.
//!
//! Whoever does so does it for all who ask for the same later, and find it in one more place. How many that will be nobody knows; but whoever made one of
//! the copies that are there asked for it where it was not, so that as many again can be expected to. They share what the next copy costs.
//!
//! It is about the longest beginning of the prompt that anyone holds. Where others hold less of it, they were asked for the beginning and went on
//! otherwise: what is beyond is a session's own, if one holds it. Where nobody holds less, it may be either, and one more is as likely to ask for it as what
//! is asked for in this pool is held by several.

use crate::decide::candidates::Candidates;
use crate::decide::facts::Facts;
use crate::decide::prompt::MostHeld;
use crate::plan::PredictedCompletion;
use crate::signals::Work;

/// What counts of a prompt's own seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PrefixCopies {
    /// Seconds of what no candidate holds, at a pace of 1.
    pub(super) least: f64,
    /// The part that counts of the others.
    part: f64,
}

impl PrefixCopies {
    /// Looks at what the candidates hold of the prompt.
    pub(super) fn of(settings: &PredictedCompletion, facts: &Facts<'_>, candidates: Candidates<'_>) -> Self {
        let MostHeld { tokens, holders, others } = facts.most_held(candidates);
        let common = || facts.state.pool_cells[facts.pool].typical.common();
        let further = match (holders, others) {
            (0, _) => 0.0,
            (_, 0) => f64::from(holders - 1) + common(),
            _ => f64::from(holders - 1),
        };
        Self {
            least: settings.step.of_work(Work::new(facts.prompt_tokens, tokens)),
            part: 1.0 / (1.0 + settings.sharing * further),
        }
    }

    /// What counts at an endpoint of this pace, where the prompt's own seconds are so many.
    #[inline]
    pub(super) fn paid(self, own: f64, pace: f64) -> f64 {
        let least = pace * self.least;
        least + (own - least) * self.part
    }
}

#[cfg(test)]
mod tests {
    use super::PrefixCopies;

    #[test]
    fn what_nobody_holds_counts_whole() {
        let copies = PrefixCopies { least: 2.0, part: 0.25 };
        assert_eq!((copies.paid(4.0, 2.0), copies.paid(12.0, 2.0)), (4.0, 6.0));
    }
}
