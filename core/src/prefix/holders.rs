//! What a word of holders says, and the wide entries behind it: the writer's view.

use super::table::{CLASSES, MAX_WORDS, Table, lanes, load, set_bit, wide_entry};
use crate::convert::wide;
use crate::set_bits::set_bits;

/// Four lanes being filled.
#[derive(Default)]
pub(super) struct Packed {
    pub(super) word: u64,
    lanes: u32,
}

impl Packed {
    /// One lane more; says whether there was one.
    pub(super) fn push(&mut self, id: usize, classes: u8) -> bool {
        if self.lanes == 4 {
            return false;
        }
        self.word |= (wide(id) << 4 | u64::from(classes)) << (16 * self.lanes);
        self.lanes += 1;
        true
    }
}

/// The word of holders that points to a wide entry.
pub(super) fn pointer(entry: usize) -> u64 {
    (wide(entry) + 1) << 4
}

/// Whether nobody among these holders counts any more.
pub(super) fn is_dead(table: &Table, word: u64) -> bool {
    match wide_entry(word) {
        None => lanes(word).all(|(id, classes)| table.live(id) & classes == 0),
        Some(entry) => wide_holders(table, entry).all(|(id, classes)| table.live(id) & classes == 0),
    }
}

/// Ids and classes of a wide entry, ascending.
pub(super) fn wide_holders(table: &Table, entry: usize) -> impl Iterator<Item = (usize, u8)> {
    (0..table.words.min(MAX_WORDS)).flat_map(move |word| {
        let first = (entry * table.words + word) * CLASSES;
        let planes = [0, 1, 2, 3].map(|class| load(&table.wide, first + class));
        let ids = planes.iter().fold(0, |ids, plane| ids | plane);
        set_bits(ids).map(move |bit| {
            let mut classes = 0;
            for (class, plane) in planes.iter().enumerate() {
                let [held, ..] = (plane >> bit & 1).to_le_bytes();
                classes |= held << class;
            }
            (word * 64 + bit, classes)
        })
    })
}

/// Whether a wide entry has any holder.
pub(super) fn any(table: &Table, entry: usize) -> bool {
    let size = CLASSES * table.words;
    (entry * size..(entry + 1) * size).any(|at| load(&table.wide, at) != 0)
}

/// Sets what is missing before it clears what is too much.
pub(super) fn set_planes(table: &Table, entry: usize, id: usize, classes: u8) {
    let first = (entry * table.words + id / 64) * CLASSES;
    let mut cleared = false;
    for set in [true, false] {
        for (class, cell) in table.wide.iter().skip(first).take(CLASSES).enumerate() {
            if (classes >> class & 1 == 1) == set {
                cleared |= set_bit(cell, id % 64, set) && !set;
            }
        }
    }
    if cleared {
        table.count_cleared();
    }
}

/// Whether two wide entries have the same holders in the same classes.
pub(super) fn are_same(table: &Table, one: usize, other: usize) -> bool {
    let size = CLASSES * table.words;
    (0..size).all(|at| load(&table.wide, one * size + at) == load(&table.wide, other * size + at))
}
