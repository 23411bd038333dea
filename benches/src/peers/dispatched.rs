//! What endpoints probably hold, learnt from where prompts were sent.

use super::holders::{Holders, counted, leading};
use super::lru::Lru;

/// The approximate index of llm-d's endpoint picker: for each endpoint the blocks that were sent to it, so many at most, those touched longest ago forgotten
/// first; only so many tokens of a prompt are hashed.
///
/// Source: llm-d/llm-d-inference-scheduler at 520af47, pkg/epp/framework/plugins/requestcontrol/dataproducer/approximateprefix/{indexer,plugin,types}.go:
/// 31,250 blocks an endpoint where the engine does not say how many it has, 256 blocks of 16 tokens a prompt. A prompt's blocks are touched from the first
/// to the last, so that its first is forgotten first; and blocks count up to the first that nobody has, gaps or not.
#[derive(Clone, Debug)]
pub struct Dispatched {
    match_tokens: u32,
    capacity_tokens: u64,
    holders: Holders,
    ages: Vec<Lru>,
    held: Vec<u32>,
}

impl Dispatched {
    /// An empty index that looks at so many tokens of a prompt and remembers so many an endpoint.
    pub fn new(match_tokens: u32, capacity_tokens: u64) -> Self {
        Self {
            match_tokens,
            capacity_tokens,
            holders: Holders::default(),
            ages: Vec::new(),
            held: Vec::new(),
        }
    }

    /// The blocks that are looked at.
    pub fn hashed<'b>(&self, blocks: &'b [u64], block_tokens: u32) -> &'b [u64] {
        &blocks[..blocks.len().min((self.match_tokens / block_tokens.max(1)) as usize)]
    }

    /// Looks up these blocks; [`matched`](Self::matched) says what was found.
    pub fn look(&mut self, hashed: &[u64], endpoints: usize) {
        self.held.resize(endpoints, 0);
        counted(hashed, &self.holders, &mut self.held);
    }

    /// The same, with what comes after a gap left out.
    pub fn look_without_gaps(&mut self, hashed: &[u64], endpoints: usize) {
        self.held.resize(endpoints, 0);
        leading(hashed, &[&self.holders], &mut self.held);
    }

    /// Blocks that the endpoint was found to have.
    pub fn matched(&self, endpoint: usize) -> u32 {
        self.held[endpoint]
    }

    /// These blocks were sent there.
    pub fn sent(&mut self, endpoint: usize, hashed: &[u64], block_tokens: u32, now: f64) {
        if self.ages.len() <= endpoint {
            self.ages.resize_with(endpoint + 1, Lru::default);
        }
        let ages = &mut self.ages[endpoint];
        for block in hashed {
            self.holders.insert(endpoint, *block);
            ages.touch(*block, now);
        }
        let capacity = (self.capacity_tokens / u64::from(block_tokens.max(1))) as usize;
        while ages.len() > capacity
            && let Some(block) = ages.pop()
        {
            self.holders.remove(endpoint, block);
        }
    }

    /// The endpoint holds nothing.
    pub fn clear(&mut self, endpoint: usize) {
        self.holders.clear(endpoint);
        if let Some(ages) = self.ages.get_mut(endpoint) {
            *ages = Lru::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_touched_longest_ago_is_forgotten_first() {
        let mut index = Dispatched::new(4096, 4 * 16);
        index.sent(0, &[1, 2, 3], 16, 0.0);
        index.sent(0, &[1, 4], 16, 1.0);
        index.look(&[1, 2, 3], 1);
        assert_eq!(index.matched(0), 3, "four blocks have room");
        index.sent(0, &[5], 16, 2.0);
        index.sent(1, &[1, 2], 16, 2.0);
        index.look(&[1, 2, 3], 2);
        assert_eq!((index.matched(0), index.matched(1)), (2, 2), "2 is forgotten, 3 still counts");
        index.look_without_gaps(&[1, 2, 3], 2);
        assert_eq!((index.matched(0), index.matched(1)), (1, 2));
        index.clear(0);
        index.look(&[1, 2, 3], 2);
        assert_eq!((index.matched(0), index.matched(1)), (0, 2));
    }

    #[test]
    fn only_the_first_tokens_are_looked_at() {
        let index = Dispatched::new(4096, 500_000);
        let blocks: Vec<u64> = (0..1000).collect();
        assert_eq!(index.hashed(&blocks, 16).len(), 256);
        assert_eq!(index.hashed(&blocks, 512).len(), 8);
        assert_eq!(index.hashed(&blocks[..3], 16).len(), 3);
    }
}
