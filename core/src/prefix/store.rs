//! The writer's side of the table: one at a time, under the lock of the index.

use super::free_slot::free_slot;
use super::holders::{Packed, any, is_dead, pointer, set_planes, wide_holders};
use super::table::{BUCKET, CLASSES, Table, lanes, load, store, wide_entry};
use crate::convert::wide;

/// Why a holder found no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRoom {
    /// All buckets of the hash are full.
    Slots,
    /// A block gets its fifth holder and no wide entry is free.
    Wide,
    /// A block gets another child than its first, and those are as many as the budget allows.
    Siblings,
}

/// What the writer knows of a table that readers need not.
#[derive(Debug)]
pub(super) struct Store {
    /// Slots with a key.
    pub(super) used: usize,
    /// One more than the first free wide entry, which holds in its first word one more than the next; 0 for none.
    free: u64,
    /// Wide entries from here on were never used.
    fresh: usize,
    /// The slot that is swept next.
    cursor: usize,
    /// Slots swept so far, ever.
    pub(super) swept: u64,
    /// Bytes that the table may take, the one that it replaces included.
    budget: usize,
    /// Bytes that the index keeps for each slot beside the table.
    beside: usize,
    /// Bytes of the budget that the index uses for something else.
    pub(super) aside: usize,
}

impl Store {
    pub(super) const START_SLOTS: usize = 1024;

    pub(super) fn new(budget: usize, beside: usize) -> Self {
        Self { used: 0, free: 0, fresh: 0, cursor: 0, swept: 0, budget, beside, aside: 0 }
    }

    /// The slots of the biggest table that the budget allows while the one before it is still read.
    pub(super) fn max_slots(budget: usize) -> usize {
        let mut slots = Self::START_SLOTS;
        while Table::bytes(slots, 0, 1) + Table::bytes(next_size(slots), 0, 1) <= budget {
            slots = next_size(slots);
        }
        slots
    }

    /// The slot of a hash, a new one where it has none. `reclaim` says whether a slot that only the dead hold may be taken.
    pub(super) fn place(&mut self, table: &Table, hash: u64, reclaim: bool) -> Option<usize> {
        if let Some(slot) = table.find(hash) {
            return Some(slot);
        }
        let slot = free_slot(table, hash).or_else(|| {
            let mut slots = table.buckets(hash).into_iter().flat_map(|start| start..start + BUCKET);
            let dead = slots.find(|slot| reclaim && is_dead(table, load(&table.holders, *slot)))?;
            self.vacate(table, dead);
            Some(dead)
        })?;
        store(&table.keys, slot, hash);
        self.used += 1;
        Some(slot)
    }

    /// Takes a slot from its key.
    pub(super) fn vacate(&mut self, table: &Table, slot: usize) {
        self.point(table, slot, 0);
        store(&table.keys, slot, 0);
        self.used = self.used.saturating_sub(1);
    }

    /// Says in which classes an endpoint holds a slot's block; none removes it. Tells whether anybody still holds it.
    pub(super) fn set(&mut self, table: &Table, slot: usize, id: usize, classes: u8) -> Result<bool, NoRoom> {
        let word = load(&table.holders, slot);
        if let Some(entry) = wide_entry(word) {
            set_planes(table, entry, id, classes);
            if classes != 0 || any(table, entry) {
                return Ok(true);
            }
            self.point(table, slot, 0);
            return Ok(false);
        }
        let mut packed = Packed::default();
        let mut fits = classes == 0 || packed.push(id, classes);
        for (other, held) in lanes(word).filter(|(other, _)| *other != id) {
            fits &= packed.push(other, held);
        }
        if !fits {
            // Five: perhaps not all of them count any more.
            packed = Packed::default();
            fits = packed.push(id, classes);
            for (other, held) in lanes(word).filter(|(other, held)| table.live(*other) & held != 0) {
                fits &= packed.push(other, held);
            }
        }
        if fits {
            store(&table.holders, slot, packed.word);
            return Ok(packed.word != 0);
        }
        let entry = self.take_wide(table).ok_or(NoRoom::Wide)?;
        set_planes(table, entry, id, classes);
        for (other, held) in lanes(word) {
            set_planes(table, entry, other, held);
        }
        store(&table.holders, slot, pointer(entry));
        Ok(true)
    }

    /// Removes who does not count any more from the next `slots` slots, and the keys that nobody holds.
    pub(super) fn sweep(&mut self, table: &Table, slots: usize) {
        for _ in 0..slots.min(table.slots()) {
            let slot = self.cursor;
            self.cursor = if slot + 1 < table.slots() { slot + 1 } else { 0 };
            if self.sweep_slot(table, slot) {
                self.vacate(table, slot);
            }
        }
        self.swept += wide(slots.min(table.slots()));
    }

    /// Whether the slot's last holder went.
    pub(super) fn sweep_slot(&mut self, table: &Table, slot: usize) -> bool {
        let word = load(&table.holders, slot);
        if word == 0 {
            return false;
        }
        let mut packed = Packed::default();
        let Some(entry) = wide_entry(word) else {
            for (id, classes) in lanes(word) {
                let alive = classes & table.live(id);
                _ = alive == 0 || packed.push(id, alive);
            }
            if packed.word != word {
                store(&table.holders, slot, packed.word);
            }
            return packed.word == 0;
        };
        let mut holders = 0;
        for (id, classes) in wide_holders(table, entry) {
            let alive = classes & table.live(id);
            if alive != classes {
                set_planes(table, entry, id, alive);
            }
            if alive != 0 {
                holders += 1;
                packed.push(id, alive);
            }
        }
        // Well below four, so that a block does not go to and fro.
        if holders <= 2 {
            self.point(table, slot, packed.word);
        }
        holders == 0
    }

    /// A bigger table with all that counts, or one with more wide entries. `None` where that would not help or not fit.
    pub(super) fn grow(&mut self, table: &Table, why: NoRoom, keep: bool) -> Option<Table> {
        let (slots, entries) = match why {
            // Keys that were chosen to want the same buckets do not get the whole budget. Bad luck comes to tables that are less full than usual as well:
            // what endpoints leave behind opens some buckets more than others, and a new block may want three that were not opened.
            NoRoom::Slots if self.used < table.slots() / 4 => return None,
            NoRoom::Siblings => return None,
            NoRoom::Slots => (next_size(table.slots()), table.wide_entries()),
            NoRoom::Wide => (table.slots(), (table.wide_entries() * 2).max(64)),
        };
        self.rebuild(table, slots, entries, table.words, keep)
    }

    /// A table for twice as many ids.
    pub(super) fn widen(&mut self, table: &Table, keep: bool) -> Option<Table> {
        self.rebuild(table, table.slots(), table.wide_entries(), table.words * 2, keep)
    }

    /// A table of this size, or a little more, with all that counts. A block that found a place in a full table need not find one in another of the same
    /// size, because they are filled in another order.
    fn rebuild(
        &mut self,
        old: &Table,
        slots: usize,
        entries: usize,
        words: usize,
        keep: bool,
    ) -> Option<Table> {
        let sizes = std::iter::successors(Some(slots), |slots| Some(next_size(*slots))).take(3);
        sizes.into_iter().find_map(|slots| self.copy(old, slots, entries, words, keep))
    }

    /// A table of another size with all that counts. `None` where both tables would not fit the budget or a block found no place.
    fn copy(&mut self, old: &Table, slots: usize, entries: usize, words: usize, keep: bool) -> Option<Table> {
        let before = old.held_bytes() + self.beside * old.slots();
        if before + Table::bytes(slots, entries, words) + self.beside * slots + self.aside > self.budget {
            return None;
        }
        let new = Table::new(slots, entries, words);
        for id in 0..old.words.min(words) * 64 {
            new.set_live(id, old.live(id));
            new.set_linear(id, old.is_linear(id));
        }
        let mut store = Self::new(self.budget, self.beside);
        for (key, holders) in old.keys.iter().zip(&old.holders) {
            let (key, word) = (
                key.load(std::sync::atomic::Ordering::Relaxed),
                holders.load(std::sync::atomic::Ordering::Relaxed),
            );
            if key == 0 || (!keep && is_dead(old, word)) {
                continue;
            }
            let slot = store.place(&new, key, false)?;
            if let Some(entry) = wide_entry(word) {
                for (id, classes) in wide_holders(old, entry) {
                    store.set_alive(&new, slot, id, classes)?;
                }
            } else {
                for (id, classes) in lanes(word) {
                    store.set_alive(&new, slot, id, classes)?;
                }
            }
        }
        // All of the new table is clean.
        store.swept = self.swept + wide(slots.max(old.slots()));
        *self = store;
        Some(new)
    }

    fn set_alive(&mut self, table: &Table, slot: usize, id: usize, classes: u8) -> Option<()> {
        let alive = classes & table.live(id);
        if alive != 0 {
            self.set(table, slot, id, alive).ok()?;
        }
        Some(())
    }

    /// Lets a slot's holders be `word` and gives back the wide entry that it pointed to.
    fn point(&mut self, table: &Table, slot: usize, word: u64) {
        let before = load(&table.holders, slot);
        store(&table.holders, slot, word);
        if let Some(entry) = wide_entry(before) {
            let first = entry * CLASSES * table.words;
            store(&table.wide, first, self.free);
            self.free = wide(entry) + 1;
        }
    }

    fn take_wide(&mut self, table: &Table) -> Option<usize> {
        let entry = if self.free != 0 {
            let entry = usize::try_from(self.free - 1).ok()?;
            self.free = load(&table.wide, entry * CLASSES * table.words);
            entry
        } else if self.fresh < table.wide_entries() {
            self.fresh += 1;
            self.fresh - 1
        } else {
            return None;
        };
        let size = CLASSES * table.words;
        for cell in table.wide.iter().skip(entry * size).take(size) {
            cell.store(0, std::sync::atomic::Ordering::Release);
        }
        Some(entry)
    }
}

/// The next size of a table: a quarter, a fifth and a third more, so that every third one doubles.
fn next_size(slots: usize) -> usize {
    if slots.is_power_of_two() {
        slots / 4 * 5
    } else if slots.is_multiple_of(5) {
        slots / 5 * 6
    } else {
        slots / 3 * 4
    }
}
