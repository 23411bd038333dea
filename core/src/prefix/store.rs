//! The writer's side of the table: one at a time, under the lock of the index.

use super::free_slot::free_slot;
use super::holders::{Packed, is_dead, set_planes, wide_holders};
use super::table::{BUCKET, Table, lanes, load, store, wide_entry};
use super::wide_entries::WideEntries;
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
    entries: WideEntries,
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
        Self { used: 0, entries: WideEntries::default(), cursor: 0, swept: 0, budget, beside, aside: 0 }
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
        self.entries.point(table, slot, 0, 0);
        store(&table.keys, slot, 0);
        self.used = self.used.saturating_sub(1);
    }

    /// Says in which classes an endpoint holds a slot's block; none removes it. Tells whether anybody still holds it. `position` is where in its prompt
    /// the block stands, 0 where that is not known.
    pub(super) fn set(
        &mut self,
        table: &Table,
        slot: usize,
        id: usize,
        classes: u8,
        position: usize,
    ) -> Result<bool, NoRoom> {
        let before = load(&table.holders, slot);
        if table.classes_in(before, id) == classes {
            self.entries.point(table, slot, before, position);
            return Ok(before != 0);
        }
        let narrow = if wide_entry(before).is_none() { narrow(table, before, id, classes) } else { None };
        let after =
            narrow.or_else(|| self.entries.changed(table, before, id, classes)).ok_or(NoRoom::Wide)?;
        self.entries.point(table, slot, after, position);
        Ok(after != 0)
    }

    /// What is told from here on does not follow what was told before.
    pub(super) fn begin(&mut self) {
        self.entries.forget_step();
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
        // What is swept may be what the next block would take after the one before it.
        self.entries.forget_step();
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
            self.entries.point(table, slot, packed.word, 0);
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
        let mut entered: Vec<u64> = vec![0; old.wide_entries()];
        let before = old.held_bytes() + self.beside * old.slots() + size_of_val(entered.as_slice());
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
            // Who shared a wide entry shares what becomes of it.
            let entry = wide_entry(word);
            let known = entry.and_then(|entry| entered.get(entry)).copied().filter(|known| *known != 0);
            let copied = match known {
                Some(known) => known,
                None => store.copied(old, word, &new)?,
            };
            let mut position = 0;
            if let Some(entry) = entry {
                if let Some(entered) = entered.get_mut(entry) {
                    *entered = copied;
                }
                let (last, its_position) = old.runs.last(entry);
                position = if last == key { its_position } else { 0 };
            }
            store.entries.point(&new, slot, copied, position);
        }
        // All of the new table is clean.
        store.swept = self.swept + wide(slots.max(old.slots()));
        *self = store;
        Some(new)
    }

    /// The word for the holders of another table's word that count.
    fn copied(&mut self, old: &Table, word: u64, new: &Table) -> Option<u64> {
        let alive =
            |(id, classes): (usize, u8)| Some((id, classes & new.live(id))).filter(|(_, alive)| *alive != 0);
        match wide_entry(word) {
            None => packed(lanes(word).filter_map(alive)),
            Some(entry) => {
                let holders = || wide_holders(old, entry).filter_map(alive);
                packed(holders()).or_else(|| self.entries.filled(new, holders()))
            }
        }
    }
}

/// The word for holders like those of `word`, which are four at most, but with an endpoint in these classes. `None` where that makes five.
fn narrow(table: &Table, word: u64, id: usize, classes: u8) -> Option<u64> {
    let others = || lanes(word).filter(|(other, _)| *other != id);
    let own = Some((id, classes)).filter(|_| classes != 0);
    // Five: perhaps not all of them count any more.
    packed(own.into_iter().chain(others())).or_else(|| {
        packed(own.into_iter().chain(others().filter(|(other, held)| table.live(*other) & held != 0)))
    })
}

/// The word for these holders. `None` for more than four.
fn packed(mut holders: impl Iterator<Item = (usize, u8)>) -> Option<u64> {
    let mut packed = Packed::default();
    holders.all(|(id, classes)| packed.push(id, classes)).then_some(packed.word)
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
