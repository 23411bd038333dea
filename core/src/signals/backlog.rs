//! What an endpoint still has to work off, and how quickly it does.

use std::sync::atomic::{AtomicU64, Ordering};

use super::leased::{Lease, Leased, Terms};
use super::line::Line;
use super::others::Own;
use super::pace::Pace;
use crate::real;
use crate::units::Nanos;

/// Pairs of tokens are counted in units of this many, so that the longest prompts fit.
const PAIRS: u64 = 1024;

/// What one request asks of its endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Work {
    prompt: u32,
    cached: u32,
}

impl Work {
    /// A prompt of so many tokens, of which so many are in the endpoint's cache. More than there are is all of them.
    pub(crate) fn new(prompt: u32, cached: u32) -> Self {
        Self { prompt, cached: cached.min(prompt) }
    }

    /// Tokens of the prompt.
    pub(crate) fn prompt(self) -> u32 {
        self.prompt
    }

    /// Tokens that are in the cache.
    pub(crate) fn cached(self) -> u32 {
        self.cached
    }

    /// Tokens to work off.
    #[inline]
    pub(crate) fn tokens(self) -> u32 {
        self.prompt - self.cached
    }

    /// In one word, never 0.
    pub(super) fn packed(self) -> u64 {
        u64::from(self.cached) << 32 | u64::from(self.prompt.max(1))
    }

    pub(super) fn unpacked(word: u64) -> Self {
        let half = |word: u64| u32::try_from(word & u64::from(u32::MAX)).unwrap_or_default();
        Self { prompt: half(word), cached: half(word >> 32) }
    }

    /// Pairs of a token to work off and a token that it attends to: tokens x (cached + tokens / 2).
    #[inline]
    pub(crate) fn pairs(self) -> f64 {
        let tokens = f64::from(self.tokens());
        tokens * (f64::from(self.cached) + tokens / 2.0)
    }

    /// The same in whole units.
    pub(super) fn units_of_pairs(self) -> u64 {
        let tokens = u64::from(self.tokens());
        (tokens * (u64::from(self.cached) + tokens / 2) / PAIRS).min(u32::MAX.into())
    }
}

/// Prompts without a first token, the contexts of all requests in flight, and how long prompts take.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    requests: Leased,
    tokens: Leased,
    /// In units of [`PAIRS`].
    pairs: Leased,
    context: Leased,
    line: Line,
    /// When the endpoint began with the prompt that it works on now, as far as the router can tell: at the first token before, or when there was
    /// nothing else to do.
    since: AtomicU64,
    pace: Pace,
}

/// A moment's view of a [`Backlog`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Waiting {
    /// Requests without a first token.
    pub(crate) requests: f64,
    /// Their tokens to work off.
    pub(crate) tokens: f64,
    /// Their pairs of tokens, see [`Work::pairs`].
    pub(crate) pairs: f64,
}

impl Backlog {
    /// Tokens to work off of prompts without a first token.
    #[inline]
    pub(crate) fn tokens(&self) -> u64 {
        self.tokens.get()
    }

    /// Requests without a first token.
    #[inline]
    pub(crate) fn requests(&self) -> f64 {
        real::of(self.requests.get())
    }

    /// Tokens of all prompts in flight, cached or not.
    #[inline]
    pub(crate) fn context(&self) -> f64 {
        real::of(self.context.get())
    }

    #[inline]
    pub(crate) fn waiting(&self) -> Waiting {
        Waiting {
            requests: self.requests(),
            tokens: real::of(self.tokens.get()),
            pairs: real::of(self.pairs.get().saturating_mul(PAIRS)),
        }
    }

    /// Seconds since the endpoint began with the prompt that it works on now.
    #[inline]
    pub(crate) fn elapsed(&self, now: Nanos) -> f64 {
        now.since(Nanos::new(self.since.load(Ordering::Relaxed))).seconds()
    }

    /// Our part at an endpoint in whose queue so many wait: as many of ours at most, so that the others are begun with.
    pub(super) fn own(&self, in_flight: u32, waiting: u32) -> Own {
        let unanswered = self.requests.count();
        Own { in_flight, unanswered, begun: self.line.prompts(unanswered.saturating_sub(waiting)) }
    }

    /// The prompt that the endpoint works on now, as far as the router can tell.
    #[inline]
    pub(crate) fn first(&self) -> Option<Work> {
        self.line.first()
    }

    /// How quickly prompts go there.
    #[inline]
    pub(crate) fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Returns the request's number in the line.
    pub(super) fn start(&self, work: Work, now: Nanos, lease: Lease) -> u64 {
        if self.requests.get() == 0 {
            self.since.store(now.get(), Ordering::Relaxed);
        }
        self.enter(work, false, lease);
        self.line.join(work)
    }

    /// Counts a request, with a first token already or without.
    pub(super) fn enter(&self, work: Work, has_first_token: bool, lease: Lease) {
        self.context.add(work.prompt.into(), lease);
        if !has_first_token {
            self.requests.add(1, lease);
            self.tokens.add(work.tokens().into(), lease);
            self.pairs.add(work.units_of_pairs(), lease);
        }
    }

    /// The request has its first token, or waits for it no more.
    pub(super) fn work_off(&self, work: Work, lease: Lease) {
        self.requests.take_back(1, lease);
        self.tokens.take_back(work.tokens().into(), lease);
        self.pairs.take_back(work.units_of_pairs(), lease);
    }

    pub(super) fn leave(&self, work: Work, has_first_token: bool, lease: Lease) {
        if !has_first_token {
            self.work_off(work, lease);
        }
        self.context.take_back(work.prompt.into(), lease);
    }

    /// The prompt with this number, or else the first that asks as much, has its first token: the endpoint turns to its next one. Returns when it had
    /// turned to this one.
    pub(super) fn turn(&self, work: Work, number: Option<u64>, now: Nanos) -> Nanos {
        if let Some(number) = number.or_else(|| self.line.like(work)) {
            self.line.leave(number);
        }
        Nanos::new(self.since.swap(now.get(), Ordering::Relaxed))
    }

    /// The prompt with this number will have no first token.
    pub(crate) fn give_up(&self, number: u64, now: Nanos) {
        if self.line.leave(number) {
            self.since.fetch_max(now.get(), Ordering::Relaxed);
        }
    }

    /// One of so many requests that were in flight came to its end, whichever. Its context counts as their mean, and no more can wait than are left.
    pub(super) fn end_one_of(&self, in_flight: u32, now: Nanos, lease: Lease) {
        let in_flight = u64::from(in_flight.max(1));
        self.context.take_back(self.context.get().div_ceil(in_flight), lease);
        if self.requests.get() >= in_flight {
            self.requests.take_back(self.requests.get() - (in_flight - 1), lease);
            self.give_up(self.line.head(), now);
        }
    }

    pub(super) fn lapse(&self, terms: Terms, now: Nanos) {
        for sum in [&self.requests, &self.tokens, &self.pairs, &self.context] {
            sum.lapse(terms, now);
        }
    }
}
