//! Which endpoints hold a block: the reader's view of a word of holders, as bitsets over ids.

use std::sync::atomic::{AtomicU64, Ordering};

use super::table::{CLASSES, Held, MAX_WORDS, Table, lanes, wide_entry};
use crate::set_bits::set_bits;

/// Which classes of which endpoints count, as they were when a walk began: a walk reads them once. Of `WORDS` words of ids.
pub(super) struct Alive<const WORDS: usize> {
    classes: [[u64; CLASSES]; WORDS],
    /// Whether it is about the endpoints that are walked block by block, or about the others.
    linear: bool,
    cleared: u64,
}

impl<const WORDS: usize> Alive<WORDS> {
    /// Of the endpoints that are walked block by block, or of the others.
    #[inline(always)]
    pub(super) fn read(table: &Table, linear: bool) -> Self {
        let cleared = table.cleared();
        let mut classes = [[0; CLASSES]; WORDS];
        for (word, planes) in classes.iter_mut().take(table.words).enumerate() {
            let about = about(table, word, linear);
            for (to, from) in planes.iter_mut().zip(table.planes_of_live(word).into_iter().flatten()) {
                *to = from.load(Ordering::Acquire) & about;
            }
        }
        Self { classes, linear, cleared }
    }

    /// Whether all that was read since is still so, but for what came to it.
    #[inline(always)]
    pub(super) fn is_current(&self, table: &Table) -> bool {
        table.cleared() == self.cleared
    }

    /// Leaves out who came to be walked in the other way since, so that nobody is taken to hold what lies behind a hole that opened meanwhile.
    #[cold]
    #[inline(never)]
    fn leave_out(&self, table: &Table, words: u64, ids: &mut [u64; WORDS]) {
        for word in set_bits(words) {
            if let Some(ids) = ids.get_mut(word) {
                *ids &= about(table, word, self.linear);
            }
        }
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
        held: Option<Held>,
        words: u64,
        ids: &mut [u64; WORDS],
    ) -> Option<Held> {
        let Some(held) = held else {
            clear(words, ids);
            return None;
        };
        match wide_entry(held.word) {
            Some(entry) => self.wide(table.planes_of(entry), words, ids),
            None => self.narrow(held.word, words, ids),
        }
        if !table.is_still(held) {
            clear(words, ids);
            return None;
        }
        if !self.is_current(table) {
            self.leave_out(table, words, ids);
        }
        Some(held)
    }

    /// Writes the holders of a wide entry.
    #[inline(always)]
    fn wide(&self, planes: &[[AtomicU64; CLASSES]], words: u64, ids: &mut [u64; WORDS]) {
        let Some(planes) = planes.first_chunk::<WORDS>() else { return };
        for at in set_bits(words) {
            // As many words as there are, which the compiler cannot know.
            let word = at & (WORDS - 1);
            if let (Some(to), Some(planes), Some(alive)) =
                (ids.get_mut(word), planes.get(word), self.classes.get(word))
            {
                let [a, b, c, d] = planes;
                let [of_a, of_b, of_c, of_d] = alive;
                let load = |plane: &AtomicU64| plane.load(Ordering::Acquire);
                *to = load(a) & of_a | load(b) & of_b | load(c) & of_c | load(d) & of_d;
            }
        }
    }

    /// Writes the holders of a word of lanes.
    #[inline(always)]
    fn narrow(&self, held: u64, words: u64, ids: &mut [u64; WORDS]) {
        clear(words, ids);
        for (id, classes) in lanes(held) {
            if words >> (id / 64) & 1 == 1
                && self.has(id, classes)
                && let Some(word) = ids.get_mut(id / 64)
            {
                *word |= 1 << (id % 64);
            }
        }
    }
}

/// The endpoints among 64 that are walked block by block, or the others.
#[inline(always)]
fn about(table: &Table, word: usize, linear: bool) -> u64 {
    if linear { table.linear(word) } else { !table.linear(word) }
}

/// One bit for each word of a bitset over the ids in use.
#[inline(always)]
pub(super) fn all_words(table: &Table) -> u64 {
    u64::MAX >> (MAX_WORDS - table.words.min(MAX_WORDS))
}

/// Those of `words` in which a block has holders that a later one has not.
#[inline(always)]
pub(super) fn lost<const WORDS: usize>(words: u64, here: &[u64; WORDS], later: &[u64; WORDS]) -> u64 {
    let word = |ids: &[u64; WORDS], at: usize| ids.get(at).copied().unwrap_or_default();
    set_bits(words).filter(|at| word(here, *at) & !word(later, *at) != 0).fold(0, |words, at| words | 1 << at)
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
