//! What the prefix indexes must answer, by maps and loops over them.

use std::collections::HashMap;

/// The approximate index: every endpoint's blocks with the generation that touched them last.
#[derive(Default)]
pub(crate) struct Approximate {
    pub(crate) endpoints: HashMap<usize, Cache>,
}

pub(crate) struct Cache {
    capacity: usize,
    generation: u64,
    blocks: HashMap<u64, u64>,
}

impl Cache {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, generation: 0, blocks: HashMap::new() }
    }

    /// Blocks of the current generation and of the one before; older ones are forgotten.
    fn holds(&self, hash: u64) -> bool {
        self.blocks.contains_key(&hash)
    }

    fn is_current(&self, hash: u64) -> bool {
        self.blocks.get(&hash) == Some(&self.generation)
    }

    fn advance(&mut self) {
        self.generation += 1;
        let oldest = self.generation - 1;
        self.blocks.retain(|_, generation| *generation >= oldest);
    }

    pub(crate) fn insert(&mut self, prompt: &[u64]) {
        let prompt = &prompt[..prompt.len().min(self.capacity)];
        let to_touch = |cache: &Self| prompt.iter().filter(|hash| !cache.is_current(**hash)).count();
        let missing = |cache: &Self| prompt.iter().filter(|hash| !cache.holds(**hash)).count();
        if to_touch(self) == 0 {
            return;
        }
        let current = self.blocks.values().filter(|generation| **generation == self.generation).count();
        if current > 0 && current + to_touch(self) > (self.capacity / 2).max(1) {
            self.advance();
        }
        while self.blocks.len() + missing(self) > self.capacity {
            self.advance();
        }
        for hash in prompt {
            self.blocks.insert(*hash, self.generation);
        }
    }
}

impl Approximate {
    /// How many leading blocks the endpoint holds.
    pub(crate) fn length(&self, endpoint: usize, prompt: &[u64]) -> usize {
        let cache = &self.endpoints[&endpoint];
        prompt.iter().take_while(|hash| cache.holds(**hash)).count()
    }

    /// llm-d-router's count: blocks held up to the first that nobody holds.
    pub(crate) fn held_blocks(&self, endpoint: usize, prompt: &[u64]) -> usize {
        let somebody = |hash: &&u64| self.endpoints.values().any(|cache| cache.holds(**hash));
        prompt.iter().take_while(somebody).filter(|hash| self.endpoints[&endpoint].holds(**hash)).count()
    }
}
