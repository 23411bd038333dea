//! What requests to a pool are like.

use super::backlog::Work;
use super::decaying::Decaying;
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

    /// `None` where nothing was sent lately.
    #[inline]
    pub(crate) fn mean(&self, now: Nanos) -> Option<Mean> {
        let requests = self.requests.get(now, HALF_LIFE).filter(|requests| *requests > 0.0)?;
        let mean = |sum: &Decaying| sum.get(now, HALF_LIFE).unwrap_or_default() / requests;
        Some(Mean { prompt: mean(&self.prompts), tokens: mean(&self.tokens), pairs: mean(&self.pairs) })
    }
}
