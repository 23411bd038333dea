//! What the prefix indexes must answer, by maps and loops over them.

use std::collections::{HashMap, HashSet};

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

/// The precise index: what each endpoint's events say.
#[derive(Default)]
pub(crate) struct Precise {
    pub(crate) endpoints: HashMap<usize, Engine>,
    /// The block before each block, as the first holder told it; kept while somebody holds the block.
    parents: HashMap<u64, Option<u64>>,
    pub(crate) gaps: u64,
    pub(crate) duplicates: u64,
    pub(crate) passed_over: u64,
}

#[derive(Default)]
pub(crate) struct Engine {
    sequence: Option<u64>,
    pub(crate) quarantined: bool,
    /// The tiers that hold each block.
    blocks: HashMap<u64, HashSet<usize>>,
}

pub(crate) enum Change {
    Stored { hashes: Vec<u64>, parent: Option<u64>, tier: usize },
    Removed { hashes: Vec<u64>, tier: usize },
    Cleared,
    Started,
}

impl Precise {
    pub(crate) fn apply(&mut self, endpoint: usize, sequence: u64, change: &Change) {
        let engine = self.endpoints.get_mut(&endpoint).unwrap();
        let seen = engine.sequence;
        if !matches!(change, Change::Started) && seen.is_some_and(|seen| sequence <= seen) {
            self.duplicates += 1;
            return;
        }
        engine.sequence = Some(sequence);
        match change {
            Change::Cleared | Change::Started => {
                engine.quarantined = false;
                engine.blocks.clear();
            }
            _ if engine.quarantined => self.passed_over += 1,
            _ if seen.is_some_and(|seen| sequence > seen + 1) => {
                engine.quarantined = true;
                engine.blocks.clear();
                self.gaps += 1;
            }
            Change::Stored { hashes, parent, tier } => {
                let mut before = *parent;
                for hash in hashes {
                    if !self.endpoints.values().any(|engine| engine.blocks.contains_key(hash)) {
                        self.parents.insert(*hash, before);
                    }
                    let engine = self.endpoints.get_mut(&endpoint).unwrap();
                    engine.blocks.entry(*hash).or_default().insert(*tier);
                    before = Some(*hash);
                }
            }
            Change::Removed { hashes, tier } => {
                for hash in hashes {
                    if let Some(tiers) = engine.blocks.get_mut(hash) {
                        tiers.remove(tier);
                        if tiers.is_empty() {
                            engine.blocks.remove(hash);
                        }
                    }
                }
            }
        }
    }

    /// Leading blocks and the sum of the weights of their best tiers.
    pub(crate) fn matched(&self, endpoint: usize, prompt: &[u64], weights: [f64; 4]) -> (usize, f64) {
        let engine = &self.endpoints[&endpoint];
        let held: Vec<&HashSet<usize>> = prompt.iter().map_while(|hash| engine.blocks.get(hash)).collect();
        let best = |tiers: &&HashSet<usize>| tiers.iter().map(|tier| weights[*tier]).fold(0.0, f64::max);
        (held.len(), held.iter().map(best).sum())
    }

    pub(crate) fn orphans(&self, endpoint: usize) -> usize {
        let blocks = &self.endpoints[&endpoint].blocks;
        blocks
            .keys()
            .filter(|hash| self.parents[*hash].is_some_and(|parent| !blocks.contains_key(&parent)))
            .count()
    }
}
