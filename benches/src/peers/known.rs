//! What a gateway replica knows of endpoints: one ledger that all rules read.

use std::collections::VecDeque;

use super::holders::Holders;
use crate::sim::{Asked, Polled};

/// What is known of one endpoint.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Whether it is there.
    pub there: bool,
    /// What it said last; zeros before that.
    pub polled: Polled,
    /// When it said that.
    pub polled_at: Option<f64>,
    /// Requests sent and not ended.
    pub in_flight: u32,
    /// Requests ever sent.
    pub sent: u64,
    /// Requests sent since it was last scraped.
    pub sent_since_poll: u32,
    /// Tokens of the prompts of those requests.
    pub tokens_since_poll: u64,
    /// Tokens to prefill, by what was thought to be cached, of requests without a first token.
    pub prefill: u64,
    /// Prompt tokens of requests in flight.
    pub context: u64,
    /// Requests without a first token, the oldest first.
    waiting: VecDeque<Waiting>,
    /// Since when the first of those is the first.
    front_since: f64,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    number: usize,
    uncached: u32,
    cached: u32,
}

/// The prefill that has been under way longest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Oldest {
    /// Its tokens that were not thought to be cached.
    pub uncached: u32,
    /// Its tokens that were.
    pub cached: u32,
    /// Since when no older one is left.
    pub since: f64,
}

impl Seen {
    /// A request of this number is sent there.
    pub(super) fn send(&mut self, number: usize, asked: &Asked<'_>, uncached: u32, now: f64) {
        self.in_flight += 1;
        self.sent += 1;
        self.sent_since_poll += 1;
        self.tokens_since_poll += u64::from(asked.prompt);
        self.prefill += u64::from(uncached);
        self.context += u64::from(asked.prompt);
        if self.waiting.is_empty() {
            self.front_since = now;
        }
        self.waiting.push_back(Waiting { number, uncached, cached: asked.prompt - uncached });
    }

    /// The request has nothing left to prefill.
    pub(super) fn prefilled(&mut self, sent: &Sent, now: f64) {
        self.prefill -= u64::from(sent.uncached);
        if self.waiting.front().is_some_and(|front| front.number == sent.number) {
            self.waiting.pop_front();
            self.front_since = now;
        } else {
            self.waiting.retain(|each| each.number != sent.number);
        }
    }

    /// The request came to its end.
    pub(super) fn end(&mut self, sent: &Sent, now: f64) {
        self.in_flight -= 1;
        self.context -= u64::from(sent.prompt);
        if !sent.answers {
            self.prefilled(sent, now);
        }
    }

    /// The oldest request without a first token.
    pub fn oldest(&self) -> Option<Oldest> {
        let Waiting { uncached, cached, .. } = *self.waiting.front()?;
        Some(Oldest { uncached, cached, since: self.front_since })
    }

    /// Requests without a first token.
    pub fn waiting_here(&self) -> usize {
        self.waiting.len()
    }
}

/// What a replica knows.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Endpoints by their number, those that are gone included.
    pub endpoints: Vec<Seen>,
    /// Leading blocks of the request at hand that each endpoint holds, as far as the rule sees.
    pub held: Vec<u32>,
    /// What KV events told of caches.
    pub events: Holders,
}

impl Known {
    /// The endpoints that are there.
    pub fn there(&self) -> impl Iterator<Item = usize> + '_ {
        self.endpoints.iter().enumerate().filter(|(_, seen)| seen.there).map(|(n, _)| n)
    }

    /// Tokens of the request at hand that an endpoint has cached, as far as the rule sees.
    pub fn cached(&self, endpoint: usize, asked: &Asked<'_>) -> u32 {
        self.held[endpoint].saturating_mul(asked.block_tokens).min(asked.prompt)
    }

    /// Tokens of the request at hand that an endpoint would have to prefill.
    pub fn uncached(&self, endpoint: usize, asked: &Asked<'_>) -> u32 {
        asked.prompt - self.cached(endpoint, asked)
    }
}

/// A request that was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The number of the request.
    pub number: usize,
    /// Where to.
    pub endpoint: usize,
    /// When.
    pub at: f64,
    /// Tokens of its prompt.
    pub prompt: u32,
    /// Those that were thought not to be cached.
    pub uncached: u32,
    /// Whether its first token came.
    pub answers: bool,
    /// The full blocks of its prompt.
    pub blocks: Box<[u64]>,
    /// Whether its prompt ends in a block that is not full.
    pub has_partial: bool,
}
