//! Wide entries: which are free, who shares one, and which one comes next.
//!
//! Blocks that follow each other with the same holders share an entry. So an endpoint that is given to all of them costs one new entry instead of a change
//! in each, and readers see by one word that two blocks have the same holders.
//!
//! INVARIANT: there are as many entries as slots that point to one, so that a block whose holders change finds an entry, and a removal never fails.

use std::sync::atomic::Ordering;

use super::holders::{any, are_same, pointer, set_planes};
use super::table::{CLASSES, Table, lanes, load, store, wide_entry};
use crate::convert::wide;

/// From one word of holders to the next, with an endpoint in other classes.
#[derive(Clone, Copy, Debug)]
struct Step {
    from: u64,
    id: usize,
    classes: u8,
    to: u64,
}

/// The wide entries of a table, as its writer knows them.
#[derive(Debug, Default)]
pub(super) struct WideEntries {
    /// One more than the first free entry, which holds in its first word one more than the next; 0 for none.
    free: u64,
    /// Entries from here on were never used.
    fresh: usize,
    /// Slots that point to an entry.
    slots: usize,
    /// The last step that made an entry, while both its ends are as they were: the blocks that follow take the same.
    step: Option<Step>,
    /// The entry that a slot was pointed to last.
    latest: Option<usize>,
}

impl WideEntries {
    /// The word for holders like those of `from`, but with an endpoint in these classes; 0 where that leaves none, `None` where it is the
    /// first entry for its slot and there are no more.
    pub(super) fn changed(&mut self, table: &Table, from: u64, id: usize, classes: u8) -> Option<u64> {
        if wide_entry(from).is_none() && self.slots >= table.wide_entries() {
            return None;
        }
        let known = self.step.filter(|step| (step.from, step.id, step.classes) == (from, id, classes));
        if let Some(step) = known {
            return Some(step.to);
        }
        let own = wide_entry(from).filter(|entry| table.runs.slots(*entry) == 1);
        let entry = if let Some(own) = own {
            self.forget(own);
            own
        } else {
            self.take(table, from)?
        };
        set_planes(table, entry, id, classes);
        let before = self.latest.filter(|latest| {
            *latest != entry && table.runs.slots(*latest) > 0 && are_same(table, *latest, entry)
        });
        let to = if classes == 0 && !any(table, entry) { 0 } else { pointer(before.unwrap_or(entry)) };
        if own.is_none() {
            if to != pointer(entry) {
                self.give_back(table, entry);
            }
            self.step = Some(Step { from, id, classes, to });
        }
        Some(to)
    }

    /// An entry with holders that nobody points to yet.
    pub(super) fn filled(
        &mut self,
        table: &Table,
        holders: impl Iterator<Item = (usize, u8)>,
    ) -> Option<u64> {
        let entry = self.take(table, 0)?;
        holders.for_each(|(id, classes)| set_planes(table, entry, id, classes));
        Some(pointer(entry))
    }

    /// Lets a slot's holders be `word` and gives back the entry that nobody points to any more. The block stands at `position` of its prompt, 0 where
    /// that is not known.
    pub(super) fn point(&mut self, table: &Table, slot: usize, word: u64, position: usize) {
        let (before, hash) = (load(&table.holders, slot), load(&table.keys, slot));
        if before != word {
            self.repoint(table, slot, hash, before, word);
        }
        if let Some(entry) = wide_entry(word) {
            if position > 0 {
                table.runs.set_last(entry, hash, position);
            }
            self.latest = Some(entry);
        }
    }

    fn repoint(&mut self, table: &Table, slot: usize, hash: u64, before: u64, word: u64) {
        let left = wide_entry(before);
        if let Some(entry) = left.filter(|entry| table.runs.last(*entry).0 == hash) {
            table.runs.set_last(entry, 0, 0);
        }
        store(&table.holders, slot, word);
        if let Some(entry) = wide_entry(word) {
            table.runs.set_slots(entry, table.runs.slots(entry) + 1);
            self.slots += 1;
        }
        if let Some(entry) = left {
            let others = table.runs.slots(entry).saturating_sub(1);
            table.runs.set_slots(entry, others);
            self.slots = self.slots.saturating_sub(1);
            if others == 0 {
                self.give_back(table, entry);
            }
        }
    }

    /// The next block does not follow the one before.
    pub(super) fn forget_step(&mut self) {
        (self.step, self.latest) = (None, None);
    }

    /// Forgets a step from an entry or to it, because it changes.
    fn forget(&mut self, entry: usize) {
        let ends = |step: &Step| step.from == pointer(entry) || step.to == pointer(entry);
        if self.step.as_ref().is_some_and(ends) {
            self.step = None;
        }
    }

    fn give_back(&mut self, table: &Table, entry: usize) {
        self.forget(entry);
        store(&table.wide, entry * CLASSES * table.words, self.free);
        self.free = wide(entry) + 1;
    }

    /// A free entry, with the holders of a word.
    fn take(&mut self, table: &Table, word: u64) -> Option<usize> {
        let size = CLASSES * table.words;
        let entry = if self.free != 0 {
            let entry = usize::try_from(self.free - 1).ok()?;
            self.free = load(&table.wide, entry * size);
            entry
        } else if self.fresh < table.wide_entries() {
            self.fresh += 1;
            self.fresh - 1
        } else {
            return None;
        };
        table.runs.set_slots(entry, 0);
        table.runs.set_last(entry, 0, 0);
        let from = wide_entry(word).map(|from| from * size);
        for (at, cell) in table.wide.iter().skip(entry * size).take(size).enumerate() {
            cell.store(from.map_or(0, |from| load(&table.wide, from + at)), Ordering::Release);
        }
        table.count_cleared();
        if from.is_none() {
            lanes(word).for_each(|(id, classes)| set_planes(table, entry, id, classes));
        }
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::super::holders::wide_holders;
    use super::super::store::{NoRoom, Store};
    use super::*;

    /// A table with slots for so many blocks of one prompt and room for as many wide entries, held by endpoints 0 to 4, of which all classes count.
    fn held_by_five(blocks: usize, entries: usize) -> (Table, Store, Vec<usize>) {
        let table = Table::new(Store::START_SLOTS, entries, 1);
        (0..64).for_each(|id| table.set_live(id, 0xF));
        let mut store = Store::new(1 << 20, 0);
        let slots: Vec<usize> =
            (1..).take(blocks).map_while(|hash| store.place(&table, hash, false)).collect();
        for id in 0..5 {
            set(&table, &mut store, &slots, id, 1);
        }
        (table, store, slots)
    }

    fn set(table: &Table, store: &mut Store, slots: &[usize], id: usize, classes: u8) {
        store.begin();
        for (position, slot) in slots.iter().enumerate() {
            assert!(store.set(table, *slot, id, classes, position).is_ok());
        }
    }

    /// The different entries of these slots, in order, with the slots that point to each.
    fn entries(table: &Table, slots: &[usize]) -> Vec<(usize, u32)> {
        let mut entries: Vec<usize> =
            slots.iter().filter_map(|slot| wide_entry(load(&table.holders, *slot))).collect();
        entries.dedup();
        entries.into_iter().map(|entry| (entry, table.runs.slots(entry))).collect()
    }

    fn ids(table: &Table, entry: usize) -> Vec<usize> {
        wide_holders(table, entry).map(|(id, _)| id).collect()
    }

    #[test]
    fn blocks_with_the_same_holders_share_an_entry_which_knows_the_last_of_them() {
        let (table, mut store, slots) = held_by_five(10, 10);
        let [(all, 10)] = entries(&table, &slots)[..] else { unreachable!("one entry for ten blocks") };
        assert_eq!((ids(&table, all), table.runs.last(all)), (vec![0, 1, 2, 3, 4], (10, 9)));
        // The first four get one more.
        set(&table, &mut store, &slots[..4], 5, 1);
        let [(more, 4), (rest, 6)] = entries(&table, &slots)[..] else { unreachable!("two entries") };
        assert_eq!((table.runs.last(more), table.runs.last(rest)), ((4, 3), (10, 9)));
        // Then the others, too: their entry becomes the one before them.
        store.begin();
        for (position, slot) in slots.iter().enumerate().skip(3) {
            assert_eq!(store.set(&table, *slot, 5, 1, position), Ok(true));
        }
        let [(all, 10)] = entries(&table, &slots)[..] else { unreachable!("one entry again") };
        assert_eq!((ids(&table, all), table.runs.last(all)), (vec![0, 1, 2, 3, 4, 5], (10, 9)));
    }

    #[test]
    fn the_last_block_is_forgotten_when_it_goes() {
        let (table, mut store, slots) = held_by_five(10, 10);
        set(&table, &mut store, &slots[9..], 0, 0);
        let [(rest, 9), (last, 1)] = entries(&table, &slots)[..] else { unreachable!("two entries") };
        assert_eq!((ids(&table, rest), ids(&table, last)), (vec![0, 1, 2, 3, 4], vec![1, 2, 3, 4]));
        assert_eq!(table.runs.last(rest), (0, 0));
    }

    #[test]
    fn a_removal_finds_an_entry_where_another_block_does_not() {
        let (table, mut store, slots) = held_by_five(10, 10);
        // The ten slots may come to differ, so there is no entry left for an eleventh.
        let more = store.place(&table, 11, false).unwrap_or_default();
        (0..4).for_each(|id| assert_eq!(store.set(&table, more, id, 1, 0), Ok(true)));
        assert_eq!(store.set(&table, more, 4, 1, 0), Err(NoRoom::Wide));
        for (position, slot) in slots.iter().enumerate() {
            store.begin();
            assert_eq!(store.set(&table, *slot, 5 + position, 1, position), Ok(true));
        }
        assert_eq!(entries(&table, &slots).len(), 10);
        // Whoever is removed from one block is not from the next.
        assert_eq!(store.set(&table, slots[3], 0, 0, 0), Ok(true));
        let held: Vec<bool> =
            slots.iter().map(|slot| table.classes_in(load(&table.holders, *slot), 0) != 0).collect();
        assert_eq!(held.iter().filter(|held| **held).count(), 9);
    }
}
