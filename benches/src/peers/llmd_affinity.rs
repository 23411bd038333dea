//! What llm-d recommends since mid-2026: stay with those that have four fifths of the prompt unless they are far behind, and of those take the one with the
//! fewest tokens to prefill.
//!
//! Source: llm-d/llm-d-router at ebab687, pkg/epp/framework/plugins/scheduling/filter/prefixcacheaffinity/plugin.go (threshold 0.8, 18 s, 15,928 tokens a second,
//! calibrated there for Qwen 32B on two H100; 5 s before), .../scorer/tokenload/token_load.go (tokens in flight plus this request's, 4,194,304 at most),
//! .../dataproducer/inflightload (tokens that were not thought to be cached, until the first token). The index is the approximate one in blocks of
//! 64 tokens at least, 131,072 tokens a prompt. When the best of those with the prompt is behind the best of the others by more, all take part.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::dispatched::Dispatched;
use super::draw::Draw;
use super::epp::share;
use super::known::{Known, Sent};
use super::rule::Rule;
use crate::sim::Asked;

const THRESHOLD: f64 = 0.8;
const MATCHED: u32 = 131_072;
const MOST_TOKENS: u64 = 4_194_304;

/// Filters by prefix, then picks the least tokens.
#[derive(Clone, Debug)]
pub struct LlmdAffinity {
    penalty: f64,
    throughput: f64,
    index: Dispatched,
    /// Tokens to prefill an endpoint.
    tokens: Vec<u64>,
    requests: HashMap<usize, u64, FixedState>,
}

impl LlmdAffinity {
    /// Which leaves the prefix when that saves so many seconds at so many tokens a second, and remembers so many tokens an endpoint.
    pub fn new(penalty: f64, throughput: f64, remembered: u64) -> Self {
        let index = Dispatched::new(MATCHED, remembered);
        Self { penalty, throughput, index, tokens: Vec::new(), requests: HashMap::default() }
    }

    fn uncached(&self, endpoint: usize, asked: &Asked<'_>) -> u64 {
        let cached = u64::from(self.index.matched(endpoint)) * u64::from(asked.block_tokens);
        u64::from(asked.prompt).saturating_sub(cached)
    }

    fn release(&mut self, sent: &Sent) {
        if let Some(tokens) = self.requests.remove(&sent.number) {
            self.tokens[sent.endpoint] -= tokens;
        }
    }
}

impl Rule for LlmdAffinity {
    fn pick(&mut self, known: &Known, asked: &Asked<'_>, _now: f64, draw: &mut Draw) -> usize {
        let hashed = self.index.hashed(asked.blocks, asked.block_tokens);
        self.index.look(hashed, known.endpoints.len());
        let sticks = |n: usize| share(self.index.matched(n), hashed.len()) >= THRESHOLD;
        let ttft = |n: usize| self.tokens[n] as f64 / self.throughput;
        let best = |sticky: bool| {
            known.there().filter(|n| sticks(*n) == sticky).map(ttft).fold(f64::INFINITY, f64::min)
        };
        let (with, without) = (best(true), best(false));
        let only_sticky = with.is_finite() && (without.is_infinite() || with - without <= self.penalty);
        let load = |n: usize| (self.tokens[n] + self.uncached(n, asked)).min(MOST_TOKENS);
        draw.least(known.there().filter(|n| !only_sticky || sticks(*n)), load).unwrap_or_default()
    }

    fn sent(&mut self, _known: &Known, asked: &Asked<'_>, sent: &Sent, now: f64) {
        let tokens = self.uncached(sent.endpoint, asked);
        self.tokens[sent.endpoint] += tokens;
        self.requests.insert(sent.number, tokens);
        let hashed = self.index.hashed(asked.blocks, asked.block_tokens);
        self.index.sent(sent.endpoint, hashed, asked.block_tokens, now);
    }

    fn first_token(&mut self, sent: &Sent, _now: f64) {
        self.release(sent);
    }

    fn ended(&mut self, sent: &Sent, _generated: Option<u32>, _now: f64) {
        self.release(sent);
    }

    fn appeared(&mut self, endpoint: usize) {
        if self.tokens.len() <= endpoint {
            self.tokens.resize(endpoint + 1, 0);
        }
    }

    fn gone(&mut self, endpoint: usize) {
        self.index.clear(endpoint);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, ported};
    use super::*;
    use crate::sim::Gateway;

    #[test]
    fn four_fifths_stick_until_the_others_are_so_much_quicker() {
        let mut gateway = ported(LlmdAffinity::new(1.0, 64.0, 500_000), 2);
        let prefix = [1, 2, 3, 4];
        let home = gateway.dispatch(0, &asked(&prefix), 0.0);
        // 64 tokens behind are 1 s, which is not more than 1 s.
        assert_eq!(gateway.dispatch(1, &asked(&[1, 2, 3, 4, 5]), 0.0), home);
        // 80 are 1.25 s: all take part, and 80 + 16 tokens are more than 80.
        assert_eq!(gateway.rule().tokens[home], 80);
        assert_eq!(gateway.dispatch(2, &asked(&[1, 2, 3, 4, 6]), 0.0), 1 - home);
        gateway.first_token(0, 1.0);
        gateway.first_token(1, 1.0);
        assert_eq!(gateway.rule().tokens[home], 0);
        // Three of four are too few to stick, but both have some.
        assert_eq!(gateway.dispatch(3, &asked(&[1, 2, 3, 9]), 1.0), home);
        gateway.failed(3, 1.0);
        gateway.finished(2, 1, 1.0);
        assert_eq!(gateway.rule().tokens, [0, 0]);
    }

    #[test]
    fn those_with_the_prompt_are_left_only_for_what_is_quicker() {
        let mut gateway = ported(LlmdAffinity::new(1.0, 16.0, 500_000), 2);
        let home = gateway.dispatch(0, &asked(&[1]), 0.0);
        assert_ne!(gateway.dispatch(1, &asked(&[51, 52, 53]), 0.0), home);
        // 1 s against 3 s; 4 s against 3 s: no more than a second behind. Then 7 s against 3 s.
        assert_eq!(gateway.dispatch(2, &asked(&[1]), 0.0), home);
        gateway.gone(1 - home, 0.0);
        gateway.dispatch(3, &asked(&[61, 62, 63]), 0.0);
        gateway.appeared(1 - home, 0.0);
        assert_eq!(gateway.rule().tokens[home], 64);
        for number in 10..40 {
            assert_eq!(gateway.dispatch(number, &asked(&[1]), 0.0), home);
            gateway.failed(number, 0.0);
        }
        gateway.gone(1 - home, 0.0);
        gateway.dispatch(5, &asked(&[71, 72, 73]), 0.0);
        gateway.appeared(1 - home, 0.0);
        assert_eq!(gateway.dispatch(6, &asked(&[1]), 0.0), 1 - home);
    }
}
