//! The runs of blocks that share a wide entry: how many slots point to each, and where its blocks end.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::convert::{index, number};

/// What is known of each wide entry beside its holders, by its number.
#[derive(Debug)]
pub(super) struct Runs(Box<[Run]>);

#[derive(Debug, Default)]
struct Run {
    /// Slots that point to the entry: only the writer asks.
    slots: AtomicU32,
    /// The block that came to it last, while it points there, and where in its prompt it stood: where its run ends, as a rule.
    last: AtomicU64,
    last_position: AtomicU32,
}

impl Runs {
    /// Bytes an entry.
    pub(super) const BYTES: usize = size_of::<Run>();

    pub(super) fn new(entries: usize) -> Self {
        Self((0..entries).map(|_| Run::default()).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Slots that point to an entry.
    pub(super) fn slots(&self, entry: usize) -> u32 {
        self.0.get(entry).map_or(0, |run| run.slots.load(Ordering::Relaxed))
    }

    pub(super) fn set_slots(&self, entry: usize, slots: u32) {
        if let Some(run) = self.0.get(entry) {
            run.slots.store(slots, Ordering::Relaxed);
        }
    }

    /// The hash of a block that points to an entry, the one that came to it last, and where in its prompt it stood then; 0 for none.
    #[inline(always)]
    pub(super) fn last(&self, entry: usize) -> (u64, usize) {
        let last =
            |run: &Run| (run.last.load(Ordering::Acquire), index(run.last_position.load(Ordering::Relaxed)));
        self.0.get(entry).map_or((0, 0), last)
    }

    /// Says which block came to an entry last, after it did; or none, before that block points elsewhere.
    pub(super) fn set_last(&self, entry: usize, hash: u64, position: usize) {
        if let Some(run) = self.0.get(entry) {
            run.last_position.store(number(position), Ordering::Relaxed);
            run.last.store(hash, Ordering::Release);
        }
    }
}
