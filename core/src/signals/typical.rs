//! What requests to a pool are like.

use super::backlog::Work;
use super::decaying::Decaying;
use super::pace::{Measured, Pace};
use crate::units::Nanos;

/// After how long half of a request's share in the means is forgotten.
const HALF_LIFE: Nanos = Nanos::new(60_000_000_000);

/// Means over the requests that this router sent to a pool lately.
#[derive(Debug, Default)]
pub(crate) struct Typical {
    requests: Decaying,
    prompts: Decaying,
    tokens: Decaying,
    pairs: Decaying,
    /// Tokens of prompts that were held somewhere, and those of them that several held.
    found: Decaying,
    common: Decaying,
    /// How quickly prompts go, over all endpoints.
    pace: Pace,
}

/// The mean request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mean {
    /// Tokens of its prompt.
    pub(crate) prompt: f64,
    /// Tokens of it to work off.
    pub(crate) tokens: f64,
    /// Pairs of tokens, see [`Work::pairs`].
    pub(crate) pairs: f64,
}

impl Typical {
    pub(crate) fn sent(&self, work: Work, now: Nanos) {
        self.requests.add(1.0, now, HALF_LIFE);
        self.prompts.add(work.prompt().into(), now, HALF_LIFE);
        self.tokens.add(work.tokens().into(), now, HALF_LIFE);
        self.pairs.add(work.pairs(), now, HALF_LIFE);
    }

    /// So many tokens of a prompt were held, by one endpoint or by several.
    pub(crate) fn found(&self, tokens: u32, by_several: bool, now: Nanos) {
        if tokens > 0 {
            let tokens = f64::from(tokens);
            self.found.add(tokens, now, HALF_LIFE);
            self.common.add(if by_several { tokens } else { 0.0 }, now, HALF_LIFE);
        }
    }

    /// How much of what was found several held, 0..=1.
    #[inline]
    pub(crate) fn common(&self) -> f64 {
        let found = self.found.latest().filter(|found| *found > 0.0);
        found.map_or(0.0, |found| (self.common.latest().unwrap_or_default() / found).min(1.0))
    }

    /// A prompt that should have taken `foreseen` seconds took `taken`.
    pub(crate) fn measured(&self, taken: Nanos, foreseen: f64, now: Nanos) {
        self.pace.measured(taken, foreseen, now, HALF_LIFE);
    }

    /// How quickly prompts go, over all endpoints. Not forgotten while nothing is measured: it stands in where an endpoint's own pace is.
    #[inline]
    pub(crate) fn pace(&self) -> Measured {
        self.pace.latest()
    }

    /// `None` where nothing was ever sent. All sums are told at once and forget alike, so that their ratios stay.
    #[inline]
    pub(crate) fn mean(&self) -> Option<Mean> {
        let requests = self.requests.latest().filter(|requests| *requests > 0.0)?;
        let mean = |sum: &Decaying| sum.latest().unwrap_or_default() / requests;
        Some(Mean { prompt: mean(&self.prompts), tokens: mean(&self.tokens), pairs: mean(&self.pairs) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_request_is_of_those_sent_lately() {
        let typical = Typical::default();
        let mean = || typical.mean().map(|mean| (mean.prompt, mean.tokens, mean.pairs));
        assert_eq!(mean(), None);
        let start = Nanos::new(1 << 30);
        typical.sent(Work::new(100, 0), start);
        assert_eq!(mean(), Some((100.0, 100.0, 5000.0)));
        typical.sent(Work::new(300, 200), start);
        assert_eq!(mean(), Some((200.0, 100.0, 15_000.0)));
    }

    #[test]
    fn what_several_hold_is_a_share_of_what_anyone_does() {
        let typical = Typical::default();
        let start = Nanos::new(1 << 30);
        typical.found(0, true, start);
        assert_eq!(typical.common(), 0.0, "nothing was found");
        typical.found(300, false, start);
        assert_eq!(typical.common(), 0.0);
        typical.found(100, true, start);
        assert_eq!(typical.common(), 0.25);
        typical.found(0, false, start);
        typical.found(400, true, Nanos::new(HALF_LIFE.get() + start.get()));
        assert!((typical.common() - 0.75).abs() < 1e-3, "{}", typical.common());
    }

    #[test]
    fn an_older_request_counts_less() {
        // Units of time that are kept exactly.
        let later = Nanos::new(HALF_LIFE.get() >> 23 << 23);
        let typical = Typical::default();
        typical.sent(Work::new(100, 0), Nanos::new(0));
        typical.sent(Work::new(400, 0), later);
        let prompt = typical.mean().map_or(0.0, |mean| mean.prompt);
        assert!((prompt - 300.0).abs() < 0.05, "{prompt}");
    }
}
