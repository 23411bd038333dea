//! The KV cache: blocks that running requests hold, and blocks of former prompts that stay until room is needed, the longest unused first.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::events::{Change, EventLog};
use crate::tokens::block_hashes;

/// All blocks, and who holds them.
pub(crate) struct Cache {
    block_size: usize,
    capacity: usize,
    blocks: HashMap<u64, Block>,
    /// Blocks that nobody holds, in the order in which they became free.
    idle: BTreeSet<(u64, u64)>,
    /// Blocks of running requests that no other can use: ends of prompts, and answers.
    private: usize,
    clock: u64,
    log: Arc<EventLog>,
}

#[derive(Default)]
struct Block {
    holders: usize,
    idle_since: u64,
}

/// What a running request holds.
#[derive(Debug)]
pub(crate) struct Held {
    hashes: Vec<u64>,
    private: usize,
    /// Tokens of its prompt that were there already.
    pub(crate) cached_tokens: usize,
}

impl Cache {
    pub(crate) fn new(block_size: usize, kv_tokens: usize, log: Arc<EventLog>) -> Self {
        let capacity = kv_tokens / block_size;
        Self {
            block_size,
            capacity,
            blocks: HashMap::new(),
            idle: BTreeSet::new(),
            private: 0,
            clock: 0,
            log,
        }
    }

    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Whether a request of so many tokens fits at all.
    pub(crate) fn can_ever_hold(&self, tokens: usize) -> bool {
        tokens.div_ceil(self.block_size) <= self.capacity
    }

    /// The share of blocks that running requests hold.
    pub(crate) fn usage(&self) -> f64 {
        (self.blocks.len() - self.idle.len() + self.private) as f64 / self.capacity as f64
    }

    /// Takes the blocks for a prompt with an answer of `answer` tokens; `None` while there is no room.
    pub(crate) fn take(&mut self, prompt: &[u32], answer: usize, scope: &str) -> Option<Held> {
        let hashes = block_hashes(prompt, self.block_size, scope);
        let present = hashes.iter().take_while(|hash| self.blocks.contains_key(hash)).count();
        let private = (prompt.len() + answer).div_ceil(self.block_size) - hashes.len();
        let is_held = |hash: &&u64| self.blocks.get(hash).is_some_and(|block| block.holders > 0);
        let held = self.blocks.len() - self.idle.len() + self.private;
        let more = hashes.iter().filter(|hash| !is_held(hash)).count() + private;
        if held + more > self.capacity {
            return None;
        }
        self.private += private;
        let fresh: Vec<bool> = hashes.iter().map(|hash| self.hold(*hash)).collect();
        self.evict();
        self.tell_stored(&hashes, &fresh, prompt);
        // The last token is always worked on: its result is the first of the answer.
        let most = prompt.len().saturating_sub(1) / self.block_size;
        Some(Held { hashes, private, cached_tokens: present.min(most) * self.block_size })
    }

    /// Whether the block is new.
    fn hold(&mut self, hash: u64) -> bool {
        let is_new = !self.blocks.contains_key(&hash);
        let block = self.blocks.entry(hash).or_default();
        if !is_new && block.holders == 0 {
            self.idle.remove(&(block.idle_since, hash));
        }
        block.holders += 1;
        is_new
    }

    fn evict(&mut self) {
        let mut hashes = Vec::new();
        while self.blocks.len() + self.private > self.capacity {
            let Some((_, hash)) = self.idle.pop_first() else { break };
            self.blocks.remove(&hash);
            hashes.push(hash);
        }
        if !hashes.is_empty() {
            self.log.tell(Change::Removed { hashes });
        }
    }

    /// One event for each run of new blocks.
    fn tell_stored(&self, hashes: &[u64], fresh: &[bool], prompt: &[u32]) {
        let mut at = 0;
        for run in fresh.chunk_by(|a, b| a == b) {
            let end = at + run.len();
            if run[0] {
                let tokens = prompt[at * self.block_size..end * self.block_size].to_vec();
                let parent = at.checked_sub(1).map(|before| hashes[before]);
                self.log.tell(Change::Stored { hashes: hashes[at..end].to_vec(), parent, tokens });
            }
            at = end;
        }
    }

    pub(crate) fn give_back(&mut self, held: &Held) {
        self.private -= held.private;
        // The end of a prompt is worth less than its beginning, and goes first.
        for hash in held.hashes.iter().rev() {
            let block = self.blocks.get_mut(hash).expect("a held block is never evicted");
            block.holders -= 1;
            if block.holders == 0 {
                self.clock += 1;
                block.idle_since = self.clock;
                self.idle.insert((self.clock, *hash));
            }
        }
    }

    /// Forgets everything, unless requests are running: whether it did.
    pub(crate) fn clear(&mut self) -> bool {
        let is_free = self.blocks.len() == self.idle.len();
        if is_free {
            self.idle.clear();
            self.blocks.clear();
            self.log.tell(Change::Cleared(true));
        }
        is_free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(kv_tokens: usize) -> (Cache, Arc<EventLog>) {
        let log = Arc::new(EventLog::new());
        (Cache::new(2, kv_tokens, Arc::clone(&log)), log)
    }

    fn serve(cache: &mut Cache, prompt: &[u32]) -> usize {
        let held = cache.take(prompt, 2, "").expect("there is room");
        cache.give_back(&held);
        held.cached_tokens
    }

    #[test]
    fn a_prompt_is_remembered_but_for_its_last_token() {
        let (mut cache, _) = cache(100);
        assert_eq!(serve(&mut cache, &[1, 2, 3, 4]), 0);
        assert_eq!(serve(&mut cache, &[1, 2, 3, 4]), 2);
        assert_eq!(serve(&mut cache, &[1, 2, 3, 4, 5]), 4);
        assert_eq!(serve(&mut cache, &[9, 2, 3, 4, 5]), 0);
        assert_eq!(cache.usage(), 0.0);
    }

    #[test]
    fn the_longest_unused_goes_first_from_its_end() {
        let (mut cache, log) = cache(12);
        serve(&mut cache, &[1, 2, 3, 4]);
        serve(&mut cache, &[5, 6, 7, 8]);
        serve(&mut cache, &[9, 9, 9, 9, 9]);
        assert!(log.after(0).0.contains("removed"));
        assert_eq!(serve(&mut cache, &[5, 6, 7, 8, 0]), 4);
        assert_eq!(serve(&mut cache, &[1, 2, 3, 4, 0]), 0);
    }

    #[test]
    fn what_is_held_is_not_evicted() {
        let (mut cache, _) = cache(8);
        let held = cache.take(&[1, 2, 3, 4], 2, "").unwrap();
        assert!(cache.take(&[5, 6, 7, 8], 2, "").is_none());
        assert!((cache.usage() - 0.75).abs() < 1e-9);
        cache.give_back(&held);
        assert!(cache.take(&[5, 6, 7, 8], 2, "").is_some());
        assert!(!cache.can_ever_hold(9));
    }

    #[test]
    fn events_tell_the_same_blocks() {
        let (mut cache, log) = cache(100);
        serve(&mut cache, &[1, 2, 3, 4]);
        serve(&mut cache, &[1, 2, 3, 4, 5, 6]);
        let lines = log.after(0).0;
        let lines: Vec<serde_json::Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["stored"]["tokens"], serde_json::json!([1, 2, 3, 4]));
        assert_eq!(lines[1]["stored"]["tokens"], serde_json::json!([5, 6]));
        assert_eq!(lines[1]["stored"]["parent"], lines[0]["stored"]["hashes"][1]);
        assert!(cache.clear());
        assert_eq!(serve(&mut cache, &[1, 2, 3, 4]), 0);
    }
}
