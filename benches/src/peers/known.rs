//! What a gateway replica knows of endpoints: one ledger that all rules read.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::FixedState;

use super::draw::Draw;
use super::holders::{Active, Holders, leading};
use crate::sim::{Asked, Gateway, Polled};

/// How a router picks an endpoint.
///
/// The ledger is kept by [`Ported`]; a rule adds only what it alone remembers.
pub trait Rule {
    /// What the rule sees of caches by way of KV events; see [`Known::held`].
    fn sight(&self) -> Sight {
        Sight::Nothing
    }

    /// The endpoint for this request, one of [`Known::there`], which is never empty.
    fn pick(&mut self, known: &Known, asked: &Asked<'_>, now: f64, draw: &mut Draw) -> usize;

    /// The request was sent there; `known` has counted it already.
    fn sent(&mut self, _known: &Known, _asked: &Asked<'_>, _sent: &Sent, _now: f64) {}

    /// The first token of a request came; `known` has counted it already.
    fn first_token(&mut self, _sent: &Sent, _now: f64) {}

    /// A request came to its end, answered with so many tokens, or failed (`None`); `known` has counted it already.
    fn ended(&mut self, _sent: &Sent, _generated: Option<u32>, _now: f64) {}

    /// An endpoint was scraped; `known` has what it said.
    fn polled(&mut self, _endpoint: usize, _polled: &Polled, _now: f64) {}

    /// An endpoint is there, with an empty cache.
    fn appeared(&mut self, _endpoint: usize) {}

    /// An endpoint is there no more.
    fn gone(&mut self, _endpoint: usize) {}
}

/// What a rule sees of caches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sight {
    /// Nothing. [`Known::cached`] is 0.
    Nothing,
    /// What KV events told.
    Events,
    /// What KV events told, and prompts sent less than so many seconds ago.
    Speculative(f64),
    /// What KV events told, and prompts in flight.
    Optimistic,
}

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

/// A rule with the ledger that it reads: a gateway.
#[derive(Clone, Debug)]
pub struct Ported<R> {
    rule: R,
    known: Known,
    sent: HashMap<usize, Sent, FixedState>,
    active: Active,
    /// Prompts that count as held until then.
    speculated: VecDeque<(f64, usize, Box<[u64]>)>,
    draw: Draw,
}

impl<R: Rule> Ported<R> {
    /// A gateway that follows the rule, with this seed for ties and chance.
    pub fn new(rule: R, seed: u64) -> Self {
        Self {
            rule,
            known: Known::default(),
            sent: HashMap::default(),
            active: Active::default(),
            speculated: VecDeque::new(),
            draw: Draw::new(seed),
        }
    }

    /// What it knows.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// The rule.
    pub fn rule(&self) -> &R {
        &self.rule
    }

    fn look(&mut self, asked: &Asked<'_>, now: f64) {
        while let Some((until, ..)) = self.speculated.front()
            && *until <= now
            && let Some((_, endpoint, blocks)) = self.speculated.pop_front()
        {
            self.active.drop(endpoint, &blocks);
        }
        let Known { endpoints, held, events } = &mut self.known;
        held.resize(endpoints.len(), 0);
        match self.rule.sight() {
            Sight::Nothing => held.fill(0),
            Sight::Events => leading(asked.blocks, &[events], held),
            Sight::Speculative(_) | Sight::Optimistic => {
                leading(asked.blocks, &[events, self.active.holders()], held);
            }
        }
    }

    fn end(&mut self, number: usize, generated: Option<u32>, now: f64) {
        let Some(sent) = self.sent.remove(&number) else { return };
        let seen = &mut self.known.endpoints[sent.endpoint];
        seen.in_flight -= 1;
        seen.context -= u64::from(sent.prompt);
        if !sent.answers {
            seen.prefilled(&sent, now);
        }
        if self.rule.sight() == Sight::Optimistic {
            self.active.drop(sent.endpoint, &sent.blocks);
        }
        self.rule.ended(&sent, generated, now);
    }
}

impl Seen {
    fn prefilled(&mut self, sent: &Sent, now: f64) {
        self.prefill -= u64::from(sent.uncached);
        if self.waiting.front().is_some_and(|front| front.number == sent.number) {
            self.waiting.pop_front();
            self.front_since = now;
        } else {
            self.waiting.retain(|each| each.number != sent.number);
        }
    }
}

impl<R: Rule> Gateway for Ported<R> {
    fn dispatch(&mut self, number: usize, asked: &Asked<'_>, now: f64) -> usize {
        self.look(asked, now);
        let endpoint = self.rule.pick(&self.known, asked, now, &mut self.draw);
        let uncached = self.known.uncached(endpoint, asked);
        let seen = &mut self.known.endpoints[endpoint];
        assert!(seen.there, "endpoint {endpoint} is not there");
        seen.in_flight += 1;
        seen.sent += 1;
        seen.sent_since_poll += 1;
        seen.tokens_since_poll += u64::from(asked.prompt);
        seen.prefill += u64::from(uncached);
        seen.context += u64::from(asked.prompt);
        if seen.waiting.is_empty() {
            seen.front_since = now;
        }
        seen.waiting.push_back(Waiting { number, uncached, cached: asked.prompt - uncached });
        let sent = Sent {
            number,
            endpoint,
            at: now,
            prompt: asked.prompt,
            uncached,
            answers: false,
            blocks: Box::from(asked.blocks),
            has_partial: !asked.prompt.is_multiple_of(asked.block_tokens),
        };
        match self.rule.sight() {
            Sight::Nothing | Sight::Events => {}
            Sight::Optimistic => self.active.add(endpoint, asked.blocks),
            Sight::Speculative(seconds) => {
                self.active.add(endpoint, asked.blocks);
                self.speculated.push_back((now + seconds, endpoint, sent.blocks.clone()));
            }
        }
        self.rule.sent(&self.known, asked, &sent, now);
        self.sent.insert(number, sent);
        endpoint
    }

    fn first_token(&mut self, number: usize, now: f64) {
        if let Some(sent) = self.sent.get_mut(&number)
            && !sent.answers
        {
            sent.answers = true;
            self.known.endpoints[sent.endpoint].prefilled(sent, now);
            self.rule.first_token(sent, now);
        }
    }

    fn finished(&mut self, number: usize, generated: u32, now: f64) {
        self.end(number, Some(generated), now);
    }

    fn failed(&mut self, number: usize, now: f64) {
        self.end(number, None, now);
    }

    fn polled(&mut self, endpoint: usize, polled: &Polled, now: f64) {
        let seen = &mut self.known.endpoints[endpoint];
        (seen.polled, seen.polled_at) = (*polled, Some(now));
        (seen.sent_since_poll, seen.tokens_since_poll) = (0, 0);
        self.rule.polled(endpoint, polled, now);
    }

    fn stored(&mut self, endpoint: usize, _parent: Option<u64>, blocks: &[u64], _now: f64) {
        if self.known.endpoints[endpoint].there && self.rule.sight() != Sight::Nothing {
            blocks.iter().for_each(|block| _ = self.known.events.insert(endpoint, *block));
        }
    }

    fn removed(&mut self, endpoint: usize, blocks: &[u64], _now: f64) {
        blocks.iter().for_each(|block| self.known.events.remove(endpoint, *block));
    }

    fn appeared(&mut self, endpoint: usize, _now: f64) {
        if self.known.endpoints.len() <= endpoint {
            self.known.endpoints.resize_with(endpoint + 1, Seen::default);
        }
        let seen = &mut self.known.endpoints[endpoint];
        (seen.there, seen.polled, seen.polled_at) = (true, Polled::default(), None);
        (seen.sent_since_poll, seen.tokens_since_poll) = (0, 0);
        self.rule.appeared(endpoint);
    }

    fn gone(&mut self, endpoint: usize, _now: f64) {
        self.known.endpoints[endpoint].there = false;
        self.known.events.clear(endpoint);
        self.rule.gone(endpoint);
    }
}
