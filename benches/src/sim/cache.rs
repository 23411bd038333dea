//! The KV cache of one server.
//!
//! Space is counted in tokens. The full blocks of prompts have names, can be shared and stay after their last user until the space is needed. A prompt's
//! last tokens and the answer are loose: nobody else can use them and they are gone with their request. Evicted is the block that has been unused for
//! longest; blocks of one request become unused from its last to its first, so that a block never outlives those before it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

/// What changed in a cache, as a KV event tells it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    /// Blocks that are there now, each the next of the one before it.
    Stored { parent: Option<u64>, blocks: Vec<u64> },
    /// Blocks that are gone.
    Removed { blocks: Vec<u64> },
}

#[derive(Debug)]
pub(super) struct Cache {
    block_tokens: u64,
    capacity: u64,
    slots: Vec<Slot>,
    empty: Vec<u32>,
    index: HashMap<u64, u32, BuildHasherDefault<BlockHasher>>,
    /// The ends of the list of unused blocks.
    oldest: u32,
    newest: u32,
    unused: u64,
    loose: u64,
    evicted: u64,
    changes: Vec<Change>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    block: u64,
    users: u32,
    older: u32,
    newer: u32,
}

const NONE: u32 = u32::MAX;

impl Cache {
    pub(super) fn new(capacity: u64, block_tokens: u32) -> Self {
        Self {
            block_tokens: block_tokens.into(),
            capacity,
            slots: Vec::new(),
            empty: Vec::new(),
            index: HashMap::default(),
            oldest: NONE,
            newest: NONE,
            unused: 0,
            loose: 0,
            evicted: 0,
            changes: Vec::new(),
        }
    }

    /// How many of these blocks are there, without a gap from the first.
    pub(super) fn hit(&self, blocks: &[u64]) -> usize {
        blocks.iter().take_while(|block| self.index.contains_key(block)).count()
    }

    /// Tokens by which less is available when these blocks are in use.
    pub(super) fn cost(&self, blocks: &[u64]) -> u64 {
        let free = |block: &&u64| self.index.get(block).is_none_or(|&at| self.slots[at as usize].users == 0);
        blocks.iter().filter(free).count() as u64 * self.block_tokens
    }

    /// Tokens that are used by requests.
    pub(super) fn used(&self) -> u64 {
        self.loose + (self.index.len() as u64 - self.unused) * self.block_tokens
    }

    /// Tokens that can be had, those of unused blocks included.
    pub(super) fn available(&self) -> u64 {
        self.capacity - self.used()
    }

    /// The share of the cache that is used by requests.
    pub(super) fn usage(&self) -> f64 {
        self.used() as f64 / self.capacity as f64
    }

    /// How many blocks were evicted since the start.
    pub(super) fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Uses one part of a prompt's blocks. They can be hit from now on. The caller knows that they fit.
    pub(super) fn hold(&mut self, blocks: &[u64], part: Range<usize>) {
        let mut missing = 0;
        for block in &blocks[part.clone()] {
            match self.index.get(block) {
                Some(&at) => self.hold_slot(at),
                None => missing += 1,
            }
        }
        if missing == 0 {
            return;
        }
        self.make_room(missing * self.block_tokens);
        let mut stored: Option<(Option<u64>, Vec<u64>)> = None;
        for at in part {
            if self.index.contains_key(&blocks[at]) {
                self.tell_stored(stored.take());
                continue;
            }
            self.insert(blocks[at]);
            let parent = at.checked_sub(1).map(|before| blocks[before]);
            stored.get_or_insert_with(|| (parent, Vec::new())).1.push(blocks[at]);
        }
        self.tell_stored(stored);
    }

    /// Stops using these blocks, the last one first.
    pub(super) fn release(&mut self, blocks: &[u64]) {
        for block in blocks.iter().rev() {
            let at = self.index[block];
            let slot = &mut self.slots[at as usize];
            slot.users -= 1;
            if slot.users == 0 {
                self.append_unused(at);
            }
        }
    }

    /// Uses loose tokens. The caller knows that they fit.
    pub(super) fn take(&mut self, tokens: u64) {
        self.make_room(tokens);
        self.loose += tokens;
    }

    /// Stops using loose tokens.
    pub(super) fn give_back(&mut self, tokens: u64) {
        self.loose -= tokens;
    }

    /// What changed since the last call, in order.
    pub(super) fn changes(&mut self) -> std::vec::Drain<'_, Change> {
        self.changes.drain(..)
    }

    fn make_room(&mut self, tokens: u64) {
        while self.capacity < self.loose + self.index.len() as u64 * self.block_tokens + tokens {
            assert_ne!(self.oldest, NONE, "the caller knows that the tokens fit");
            let at = self.oldest;
            let block = self.slots[at as usize].block;
            self.leave_unused(at);
            self.index.remove(&block);
            self.empty.push(at);
            self.evicted += 1;
            match self.changes.last_mut() {
                Some(Change::Removed { blocks }) => blocks.push(block),
                _ => self.changes.push(Change::Removed { blocks: vec![block] }),
            }
        }
    }

    fn insert(&mut self, block: u64) {
        let slot = Slot { block, users: 1, older: NONE, newer: NONE };
        let at = match self.empty.pop() {
            Some(at) => {
                self.slots[at as usize] = slot;
                at
            }
            None => {
                self.slots.push(slot);
                (self.slots.len() - 1) as u32
            }
        };
        self.index.insert(block, at);
    }

    fn tell_stored(&mut self, stored: Option<(Option<u64>, Vec<u64>)>) {
        if let Some((parent, blocks)) = stored {
            self.changes.push(Change::Stored { parent, blocks });
        }
    }

    fn hold_slot(&mut self, at: u32) {
        if self.slots[at as usize].users == 0 {
            self.leave_unused(at);
        }
        self.slots[at as usize].users += 1;
    }

    fn append_unused(&mut self, at: u32) {
        let slot = &mut self.slots[at as usize];
        (slot.older, slot.newer) = (self.newest, NONE);
        match self.newest {
            NONE => self.oldest = at,
            newest => self.slots[newest as usize].newer = at,
        }
        self.newest = at;
        self.unused += 1;
    }

    fn leave_unused(&mut self, at: u32) {
        let Slot { older, newer, .. } = self.slots[at as usize];
        match older {
            NONE => self.oldest = newer,
            older => self.slots[older as usize].newer = newer,
        }
        match newer {
            NONE => self.newest = older,
            newer => self.slots[newer as usize].older = older,
        }
        self.unused -= 1;
    }
}

/// Block numbers are hashes or counters: one multiplication spreads both.
#[derive(Default)]
struct BlockHasher(u64);

impl Hasher for BlockHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(byte.into());
        }
    }

    fn write_u64(&mut self, number: u64) {
        let product = u128::from(self.0 ^ number ^ 0x243f_6a88_85a3_08d3) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(parent: Option<u64>, blocks: &[u64]) -> Change {
        Change::Stored { parent, blocks: blocks.to_vec() }
    }

    fn removed(blocks: &[u64]) -> Change {
        Change::Removed { blocks: blocks.to_vec() }
    }

    #[test]
    fn the_longest_unused_goes_first_and_of_one_request_its_last_block() {
        let mut cache = Cache::new(40, 10);
        cache.hold(&[1, 2], 0..2);
        cache.hold(&[3, 4], 0..2);
        cache.release(&[3, 4]);
        cache.release(&[1, 2]);
        assert_eq!(cache.changes().collect::<Vec<_>>(), [stored(None, &[1, 2]), stored(None, &[3, 4])]);
        cache.take(1);
        assert_eq!(cache.changes().collect::<Vec<_>>(), [removed(&[4])]);
        cache.take(9);
        assert_eq!(cache.changes().count(), 0);
        cache.take(11);
        assert_eq!(cache.changes().collect::<Vec<_>>(), [removed(&[3, 2])]);
        assert_eq!((cache.hit(&[1, 2]), cache.hit(&[3, 4]), cache.available()), (1, 0, 19));
    }

    #[test]
    fn a_block_in_use_stays_and_a_used_again_one_is_young() {
        let mut cache = Cache::new(30, 10);
        for block in [1, 2, 3] {
            cache.hold(&[block], 0..1);
        }
        cache.release(&[1]);
        cache.release(&[2]);
        cache.hold(&[1], 0..1);
        cache.release(&[1]);
        cache.changes();
        cache.take(20);
        assert_eq!(cache.changes().collect::<Vec<_>>(), [removed(&[2, 1])]);
        assert_eq!((cache.hit(&[3]), cache.available(), cache.used()), (1, 0, 30));
    }

    #[test]
    fn a_shared_block_is_counted_once_and_unused_with_its_last_user() {
        let mut cache = Cache::new(100, 10);
        cache.hold(&[1, 2], 0..2);
        cache.hold(&[1, 2, 3], 0..3);
        assert_eq!((cache.used(), cache.cost(&[1, 2, 3, 4])), (30, 10));
        assert_eq!(cache.changes().collect::<Vec<_>>(), [stored(None, &[1, 2]), stored(Some(2), &[3])]);
        cache.release(&[1, 2, 3]);
        assert_eq!((cache.used(), cache.cost(&[1, 2, 3])), (20, 10));
        cache.release(&[1, 2]);
        assert_eq!((cache.used(), cache.cost(&[1, 2, 3]), cache.hit(&[1, 2, 3])), (0, 30, 3));
        assert!((cache.usage() - 0.0).abs() < 1e-12);
    }
}
