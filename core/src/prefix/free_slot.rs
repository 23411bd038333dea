//! Where a new hash finds a place.

use super::table::{BUCKET, Table, load};

/// A free slot of those that a hash may live in: of the emptiest bucket, so that all fill alike, but of one that readers look at sooner while half of
/// the first or three slots of the second are free. Like this the first hash finds no room when 78 in 100 slots are taken (70 with two buckets to choose
/// from), and of 100 hashes then 79 are in their first bucket, 17 in their second.
pub(super) fn free_slot(table: &Table, hash: u64) -> Option<usize> {
    let [first, second, third] = table.buckets(hash);
    let (mut most, mut slot) = free_in(table, first);
    for (start, plenty) in [(second, 4), (third, 3)] {
        if most >= plenty {
            break;
        }
        let (free, its_first) = free_in(table, start);
        if free > most {
            (most, slot) = (free, its_first);
        }
    }
    slot
}

/// Free slots of a bucket, and the first of them.
fn free_in(table: &Table, start: usize) -> (usize, Option<usize>) {
    let mut free = (start..start + BUCKET).filter(|slot| load(&table.keys, *slot) == 0);
    let first = free.next();
    (free.count() + usize::from(first.is_some()), first)
}
