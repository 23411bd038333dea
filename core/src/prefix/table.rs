//! Which endpoints hold which block: arrays of atomics that readers walk without a lock.
//!
//! A key is the hash of a block and may live in one of three buckets of eight slots; nothing moves, so a reader looks at 24 keys at most and never
//! again. Beside each key stands one word of holders: up to four lanes of 16 bits (12 of id, 4 of classes), or the number of a wide entry, four
//! bitsets over all ids, which blocks that follow each other with the same holders share. A class is one bit of four: a generation in the approximate index, a tier in the precise one. Which classes of which endpoint
//! count is said once, in `live`, so that an endpoint or a generation dies with one store.
//!
//! INVARIANT: a reader may see a slot while it is given to another key. It reads the key, the holders, the wide entry, and then the holders and the key
//! again; the writer empties the holders before it changes the key, and points away from a wide entry before it reuses it, all with release
//! stores. So what a reader accepts was true of its key at some moment of the reading.
//! INVARIANT: where nothing was cleared since a reader read what a word of holders says, another block beside which the same word stands has all of these
//! holders. Whatever takes holders out of a wide entry, or uses it anew, counts in `cleared` before a word points to it again.

use std::sync::atomic::{AtomicU64, Ordering};

use super::bits::{low16, scale};
use super::runs::Runs;

/// Slots a bucket: their keys fill one cache line.
pub(super) const BUCKET: usize = 8;
/// Ids an index can hand out: what 12 bits number.
pub(super) const MAX_IDS: usize = 4096;
/// Words of a bitset over all ids.
pub(super) const MAX_WORDS: usize = MAX_IDS / 64;
/// Classes of a holder.
pub(super) const CLASSES: usize = 4;
/// Words of `live` for 64 ids: one plane a class, one of the endpoints that are walked block by block, the rest of the cache line.
pub(super) const LIVE: usize = 8;
pub(super) const LINEAR: usize = CLASSES;

/// The number of an endpoint within one index, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexId(pub(super) u16);

impl IndexId {
    /// The number: below 4,096, and below the greatest number of endpoints that the index has held at one time plus 64 or so.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

/// The arrays. Their sizes never change: a bigger table is another table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) keys: Box<[AtomicU64]>,
    pub(super) holders: Box<[AtomicU64]>,
    /// Entry by entry, word by word, the four planes of 64 ids.
    pub(super) wide: Box<[AtomicU64]>,
    pub(super) runs: Runs,
    /// How often wide entries lost holders, or an endpoint came to be walked block by block.
    cleared: AtomicU64,
    live: Box<[AtomicU64]>,
    buckets: usize,
    /// Words of a bitset over the ids in use: a power of two, up to [`MAX_WORDS`].
    pub(super) words: usize,
}

/// The holders of a block as they were read, with where they were read.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub(super) word: u64,
    slot: usize,
    hash: u64,
}

/// The wide entry that a word of holders points to.
#[inline]
pub(super) fn wide_entry(word: u64) -> Option<usize> {
    #[expect(clippy::as_conversions, reason = "the writer made it from a usize")]
    (word & 0xF == 0 && word != 0).then(|| (word >> 4) as usize - 1)
}

/// The lanes of a word of holders: id and classes, in order, none with no classes.
#[inline]
pub(super) fn lanes(word: u64) -> impl Iterator<Item = (usize, u8)> {
    [word, word >> 16, word >> 32, word >> 48].into_iter().map(low16).filter_map(|lane| {
        let [low, _] = lane.to_le_bytes();
        let classes = low & 0xF;
        (classes != 0).then_some((usize::from(lane >> 4), classes))
    })
}

/// An empty array of `len` cells.
pub(super) fn cells(len: usize) -> Box<[AtomicU64]> {
    (0..len).map(|_| AtomicU64::new(0)).collect()
}

#[inline(always)]
pub(super) fn load(cells: &[AtomicU64], at: usize) -> u64 {
    cells.get(at).map_or(0, |cell| cell.load(Ordering::Acquire))
}

#[inline(always)]
pub(super) fn store(cells: &[AtomicU64], at: usize, value: u64) {
    if let Some(cell) = cells.get(at) {
        cell.store(value, Ordering::Release);
    }
}

impl Table {
    pub(super) fn new(slots: usize, wide: usize, words: usize) -> Self {
        Self {
            keys: cells(slots),
            holders: cells(slots),
            wide: cells(wide * CLASSES * words),
            runs: Runs::new(wide),
            cleared: AtomicU64::new(0),
            live: cells(words * LIVE),
            buckets: slots / BUCKET,
            words,
        }
    }

    /// The bytes of a table of this size: a key and a word of holders a slot, four bitsets and 16 bytes a wide entry, a cache line for 64 ids.
    pub(super) fn bytes(slots: usize, wide: usize, words: usize) -> usize {
        8 * (2 * slots + CLASSES * words * wide + LIVE * words) + Runs::BYTES * wide + size_of::<Self>()
    }

    /// The bytes of this table.
    pub(super) fn held_bytes(&self) -> usize {
        Self::bytes(self.slots(), self.wide_entries(), self.words)
    }

    pub(super) fn slots(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn wide_entries(&self) -> usize {
        self.runs.len()
    }

    /// The first slots of the buckets that a hash may live in, in the order in which readers look at them.
    pub(super) fn buckets(&self, hash: u64) -> [usize; 3] {
        [self.first(hash), self.second(hash), self.third(hash)]
    }

    #[inline(always)]
    fn first(&self, hash: u64) -> usize {
        // Multiplied first, because hashes that the host brings may be anything, even consecutive numbers.
        scale(hash.wrapping_mul(0x9E37_79B9_7F4A_7C15), self.buckets) * BUCKET
    }

    #[inline(always)]
    fn second(&self, hash: u64) -> usize {
        let mixed = (hash ^ hash >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        scale(mixed.rotate_left(32), self.buckets) * BUCKET
    }

    fn third(&self, hash: u64) -> usize {
        let mixed = (hash ^ hash >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        scale(mixed.rotate_left(32), self.buckets) * BUCKET
    }

    #[inline(always)]
    fn bucket(&self, start: usize) -> Option<&[AtomicU64; BUCKET]> {
        self.keys.get(start..start + BUCKET).and_then(|bucket| bucket.try_into().ok())
    }

    /// The slot of a hash.
    #[inline(always)]
    pub(super) fn find(&self, hash: u64) -> Option<usize> {
        let found = self.find_in(self.first(hash), hash);
        found.or_else(|| self.find_in(self.second(hash), hash)).or_else(|| self.find_last(hash))
    }

    /// The slot of a hash in the bucket where fewest are.
    #[inline(never)]
    fn find_last(&self, hash: u64) -> Option<usize> {
        self.find_in(self.third(hash), hash)
    }

    #[inline(always)]
    fn find_in(&self, start: usize, hash: u64) -> Option<usize> {
        let bucket = self.bucket(start)?;
        // All eight, without a branch each.
        let mut found = BUCKET;
        for (at, key) in bucket.iter().enumerate() {
            found = if key.load(Ordering::Acquire) == hash { at } else { found };
        }
        (found < BUCKET).then(|| start + found)
    }

    /// What stands beside a block. Whatever is made of it counts only if it [`is_still`](Self::is_still) so afterwards.
    #[inline(always)]
    pub(super) fn held(&self, hash: u64) -> Option<Held> {
        let slot = self.find(hash)?;
        let word = load(&self.holders, slot);
        (word != 0).then_some(Held { word, slot, hash })
    }

    /// Whether what was read since then was that of the block.
    #[inline(always)]
    pub(super) fn is_still(&self, held: Held) -> bool {
        load(&self.holders, held.slot) == held.word && load(&self.keys, held.slot) == held.hash
    }

    /// The classes of an endpoint that count, one bit each.
    #[inline(always)]
    pub(super) fn live(&self, id: usize) -> u8 {
        let Some(planes) = self.planes_of_live(id / 64) else { return 0 };
        let bit = id % 64;
        let [a, b, c, d, ..] = planes;
        let of = |plane: &AtomicU64| plane.load(Ordering::Acquire) >> bit & 1;
        let [classes, ..] = (of(a) | of(b) << 1 | of(c) << 2 | of(d) << 3).to_le_bytes();
        classes
    }

    #[inline(always)]
    pub(super) fn planes_of_live(&self, word: usize) -> Option<&[AtomicU64; LIVE]> {
        let (planes, _) = self.live.as_chunks::<LIVE>();
        planes.get(word)
    }

    #[inline(always)]
    pub(super) fn planes_of(&self, entry: usize) -> &[[AtomicU64; CLASSES]] {
        let (planes, _) = self.wide.as_chunks::<CLASSES>();
        planes.get(entry * self.words..(entry + 1) * self.words).unwrap_or_default()
    }

    /// How often wide entries lost holders, or an endpoint came to be walked block by block.
    #[inline(always)]
    pub(super) fn cleared(&self) -> u64 {
        self.cleared.load(Ordering::Acquire)
    }

    /// Says that one of both happened, before what was done shows elsewhere.
    pub(super) fn count_cleared(&self) {
        self.cleared.store(self.cleared.load(Ordering::Relaxed).wrapping_add(1), Ordering::Release);
    }

    /// Says which classes of an endpoint count. Those that do no longer go first, so that no reader sees more than was ever true.
    pub(super) fn set_live(&self, id: usize, classes: u8) {
        for (class, cell) in self.live.iter().skip(id / 64 * LIVE).take(CLASSES).enumerate() {
            if classes >> class & 1 == 0 {
                set_bit(cell, id % 64, false);
            }
        }
        for (class, cell) in self.live.iter().skip(id / 64 * LIVE).take(CLASSES).enumerate() {
            if classes >> class & 1 == 1 {
                set_bit(cell, id % 64, true);
            }
        }
    }

    /// Says whether an endpoint is walked block by block.
    pub(super) fn set_linear(&self, id: usize, linear: bool) {
        let cell = self.live.get(id / 64 * LIVE + LINEAR);
        if cell.is_some_and(|cell| set_bit(cell, id % 64, linear)) && linear {
            self.count_cleared();
        }
    }

    /// Whether an endpoint is walked block by block.
    #[inline(always)]
    pub(super) fn is_linear(&self, id: usize) -> bool {
        self.linear(id / 64) >> (id % 64) & 1 == 1
    }

    /// The endpoints among 64 that are walked block by block.
    #[inline(always)]
    pub(super) fn linear(&self, word: usize) -> u64 {
        load(&self.live, word * LIVE + LINEAR)
    }

    /// The classes in which an endpoint holds a block, counting or not.
    #[inline]
    pub(super) fn classes(&self, hash: u64, id: usize) -> u8 {
        let Some(held) = self.held(hash) else { return 0 };
        let classes = self.classes_in(held.word, id);
        if self.is_still(held) { classes } else { 0 }
    }

    /// The classes of an endpoint in a word of holders.
    #[inline]
    pub(super) fn classes_in(&self, word: u64, id: usize) -> u8 {
        let Some(entry) = wide_entry(word) else {
            return lanes(word).find(|(holder, _)| *holder == id).map_or(0, |(_, classes)| classes);
        };
        let Some(planes) = self.planes_of(entry).get(id / 64) else { return 0 };
        let of = |plane: &AtomicU64| plane.load(Ordering::Acquire) >> (id % 64) & 1;
        let [a, b, c, d] = planes;
        let [classes, ..] = (of(a) | of(b) << 1 | of(c) << 2 | of(d) << 3).to_le_bytes();
        classes
    }
}

/// Sets or clears one bit, and says whether it was otherwise. Only the writer stores, so reading and storing need not be one step.
pub(super) fn set_bit(cell: &AtomicU64, bit: usize, set: bool) -> bool {
    let before = cell.load(Ordering::Relaxed);
    let after = if set { before | 1 << bit } else { before & !(1 << bit) };
    if before != after {
        cell.store(after, Ordering::Release);
    }
    before != after
}
