//! The built-in default of the Gateway API Inference Extension's endpoint picker and of llm-d's: twice the queue, twice the free KV cache, three times the
//! prefix by an approximate index.
//!
//! Source: llm-d/llm-d-inference-scheduler at 520af47, pkg/epp/config/loader/defaults.go. Upstream hashes text, four bytes a token, and a prompt's last block
//! though it is not full; here blocks are the workload's, full ones only.

use super::dispatched::Dispatched;
use super::draw::Draw;
use super::epp::{Weights, best, share};
use super::known::{Known, Sent};
use super::rule::Rule;
use crate::sim::Asked;

/// Tokens of a prompt that are matched by default: 256 blocks of 16.
const MATCHED: u32 = 4096;
/// Tokens an endpoint that are remembered by default: 31,250 blocks of 16.
const REMEMBERED: u64 = 500_000;

/// Scorers with weights over an approximate index.
#[derive(Clone, Debug)]
pub struct Gie {
    weights: Weights,
    index: Dispatched,
}

impl Gie {
    /// With these weights, so many tokens of a prompt matched and so many an endpoint remembered.
    pub fn new(weights: Weights, matched: u32, remembered: u64) -> Self {
        Self { weights, index: Dispatched::new(matched, remembered) }
    }

    /// As it comes.
    pub fn by_default() -> Self {
        Self::new(Weights { queue: 2.0, kv: 2.0, prefix: 3.0 }, MATCHED, REMEMBERED)
    }
}

#[cfg(test)]
impl Gie {
    /// The share of this prompt, just looked up, that the endpoint has.
    pub(super) fn share(&self, endpoint: usize, asked: &Asked<'_>) -> f64 {
        let hashed = self.index.hashed(asked.blocks, asked.block_tokens);
        share(self.index.matched(endpoint), hashed.len())
    }
}

impl Rule for Gie {
    fn pick(&mut self, known: &Known, asked: &Asked<'_>, _now: f64, draw: &mut Draw) -> usize {
        let hashed = self.index.hashed(asked.blocks, asked.block_tokens);
        self.index.look(hashed, known.endpoints.len());
        best(&self.weights, known, draw, |n| share(self.index.matched(n), hashed.len()))
    }

    fn sent(&mut self, _known: &Known, asked: &Asked<'_>, sent: &Sent, now: f64) {
        let hashed = self.index.hashed(asked.blocks, asked.block_tokens);
        self.index.sent(sent.endpoint, hashed, asked.block_tokens, now);
    }

    fn gone(&mut self, endpoint: usize) {
        self.index.clear(endpoint);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, polls, ported, says};
    use super::*;
    use crate::sim::Gateway;

    #[test]
    fn a_whole_prefix_outweighs_the_whole_queue_but_not_queue_and_cache() {
        let mut gateway = ported(Gie::by_default(), 2);
        let prompt = [1, 2, 3, 4];
        let home = gateway.dispatch(0, &asked(&prompt), 0.0);
        let load = |here, there| if home == 0 { [here, there] } else { [there, here] };
        // 0 + 2 + 3 against 2 + 2.
        polls(&mut gateway, &load(says(9, 0, 0.0), says(0, 0, 0.0)), 1.0);
        assert_eq!(gateway.dispatch(1, &asked(&prompt), 1.0), home);
        // 0 + 0.8 + 3 against 2 + 2.
        polls(&mut gateway, &load(says(9, 0, 0.6), says(0, 0, 0.0)), 2.0);
        assert_eq!(gateway.dispatch(2, &asked(&prompt), 2.0), 1 - home);
        // Now both have it.
        assert_eq!(gateway.dispatch(3, &asked(&prompt), 2.0), 1 - home);
    }

    #[test]
    fn requests_between_two_scrapes_herd() {
        let mut gateway = ported(Gie::by_default(), 4);
        polls(&mut gateway, &[says(2, 0, 0.0), says(1, 0, 0.0), says(0, 0, 0.0), says(2, 0, 0.0)], 0.0);
        for number in 0..50 {
            let blocks = [1000 + number as u64];
            assert_eq!(gateway.dispatch(number, &asked(&blocks), 0.0), 2);
        }
    }
}
