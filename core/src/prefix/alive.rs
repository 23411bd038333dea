//! Which endpoints hold a block: the reader's view of a word of holders, as bitsets over ids.

use std::sync::atomic::{AtomicU64, Ordering};

use super::table::{CLASSES, Held, MAX_WORDS, Table, lanes, wide_entry};
use crate::set_bits::set_bits;

/// Which classes of which endpoints count, as they were when a walk began: a walk reads them once. Of `WORDS` words of ids.
pub(super) struct Alive<const WORDS: usize> {
    classes: [[u64; CLASSES]; WORDS],
    /// Whether it is about the endpoints that are walked block by block, or about the others. Who those are is read with every block, so that nobody is
    /// taken to hold what lies behind a hole that opened meanwhile.
    linear: bool,
}

impl<const WORDS: usize> Alive<WORDS> {
    /// Of the endpoints that are walked block by block, or of the others.
    #[inline(always)]
    pub(super) fn read(table: &Table, linear: bool) -> Self {
        let mut classes = [[0; CLASSES]; WORDS];
        for (word, planes) in classes.iter_mut().take(table.words).enumerate() {
            for (to, from) in planes.iter_mut().zip(table.planes_of_live(word).into_iter().flatten()) {
                *to = from.load(Ordering::Acquire);
            }
        }
        Self { classes, linear }
    }

    /// The endpoints among 64 that it is about.
    #[inline(always)]
    fn about(&self, table: &Table, word: usize) -> u64 {
        if self.linear { table.linear(word) } else { !table.linear(word) }
    }

    /// Whether an endpoint holds anything that counts in one of `classes`.
    #[inline(always)]
    fn has(&self, id: usize, classes: u8) -> bool {
        let Some(planes) = self.classes.get(id / 64) else { return false };
        let of = |class: usize, plane: &u64| classes >> class & 1 == 1 && plane >> (id % 64) & 1 == 1;
        planes.iter().enumerate().any(|(class, plane)| of(class, plane))
    }

    /// Writes the holders of a block, one bit each, and tells what stands beside it, if that was so all the while. Only into the words of `ids` that have
    /// a bit in `words`.
    #[inline(always)]
    pub(super) fn holders(
        &self,
        table: &Table,
        hash: u64,
        words: u64,
        ids: &mut [u64; WORDS],
    ) -> Option<Held> {
        let Some(held) = table.held(hash) else {
            clear(words, ids);
            return None;
        };
        if let Some(entry) = wide_entry(held.word) {
            let planes = table.planes_of(entry);
            for word in set_bits(words) {
                if let (Some(to), Some(planes), Some(alive)) =
                    (ids.get_mut(word), planes.get(word), self.classes.get(word))
                {
                    let [a, b, c, d] = planes;
                    let [of_a, of_b, of_c, of_d] = alive;
                    let load = |plane: &AtomicU64| plane.load(Ordering::Acquire);
                    let some = load(a) & of_a | load(b) & of_b | load(c) & of_c | load(d) & of_d;
                    *to = some & self.about(table, word);
                }
            }
        } else {
            clear(words, ids);
            for (id, classes) in lanes(held.word) {
                if words >> (id / 64) & 1 == 1
                    && self.has(id, classes)
                    && let Some(word) = ids.get_mut(id / 64)
                {
                    *word |= 1 << (id % 64) & self.about(table, id / 64);
                }
            }
        }
        if !table.is_still(held) {
            clear(words, ids);
            return None;
        }
        Some(held)
    }
}

/// One bit for each word of a bitset over the ids in use.
#[inline(always)]
pub(super) fn all_words(table: &Table) -> u64 {
    u64::MAX >> (MAX_WORDS - table.words.min(MAX_WORDS))
}

/// Empties some words.
#[inline(always)]
fn clear<const WORDS: usize>(words: u64, ids: &mut [u64; WORDS]) {
    for word in set_bits(words) {
        if let Some(to) = ids.get_mut(word) {
            *to = 0;
        }
    }
}
