//! How many leading blocks of a prompt each endpoint holds, for all endpoints in one walk.

use super::bits::bits;
use super::table::{Ids, MAX_WORDS, Table};

/// Halvings of a chain of 65,536 blocks, and the whole of it.
const DEPTH: usize = 18;

/// Calls `found` with every endpoint that holds the first block, and how many leading blocks it holds.
///
/// Whoever holds a block holds all before it, so the set of holders can only shrink along the chain, and blocks between two that have the same
/// holders are never looked at: a chain of n blocks that endpoints hold to d different lengths takes about d log(n / d) look-ups instead of n.
pub(super) fn walk(table: &Table, hashes: &[u64], found: impl FnMut(usize, usize)) {
    match table.words {
        1 => walk_sets::<1>(table, hashes, found),
        2..=8 => walk_sets::<8>(table, hashes, found),
        _ => walk_sets::<MAX_WORDS>(table, hashes, found),
    }
}

/// The holders of the block at a position.
#[derive(Clone, Copy)]
struct At<const WORDS: usize> {
    position: usize,
    ids: [u64; WORDS],
    /// The words that were read; the others are as they are in the blocks to both sides.
    read: u64,
}

impl<const WORDS: usize> At<WORDS> {
    const NOWHERE: Self = Self { position: 0, ids: [0; WORDS], read: 0 };

    /// Reads some words. The others are those of `self`.
    #[inline(always)]
    fn with(&self, table: &Table, hashes: &[u64], position: usize, read: u64) -> Self {
        let mut ids = self.ids;
        table.ids(hashes.get(position).copied().unwrap_or_default(), false, read, &mut ids);
        Self { position, ids, read }
    }

    /// The words in which this block has holders that a later one has not.
    #[inline(always)]
    fn lost(&self, later: &Self) -> u64 {
        if WORDS == 1 {
            return u64::from(word(&self.ids, 0) & !word(&later.ids, 0) != 0);
        }
        bits(later.read)
            .filter(|at| word(&self.ids, *at) & !word(&later.ids, *at) != 0)
            .fold(0, |words, at| words | 1 << at)
    }
}

#[inline(always)]
fn word(ids: &[u64], at: usize) -> u64 {
    ids.get(at).copied().unwrap_or_default()
}

fn walk_sets<const WORDS: usize>(table: &Table, hashes: &[u64], mut found: impl FnMut(usize, usize)) {
    let Some(end) = hashes.len().checked_sub(1) else { return };
    let mut here = At::<WORDS>::NOWHERE.with(table, hashes, 0, table.all_words());
    if here.ids == [0; WORDS] {
        return;
    }
    // What lies ahead, nearest last: each is read once, and of it only the words in which its neighbours differ.
    let mut ahead = [At::<WORDS>::NOWHERE; DEPTH];
    let mut depth: usize = 1;
    ahead[0] = here.with(table, hashes, end, table.all_words());
    while let Some(next) = depth.checked_sub(1).and_then(|last| ahead.get(last)) {
        let lost = here.lost(next);
        if lost != 0 && next.position > here.position + 1 && depth < DEPTH {
            let middle = here.position + (next.position - here.position) / 2;
            let middle = here.with(table, hashes, middle, lost);
            if let Some(to) = ahead.get_mut(depth) {
                *to = middle;
            }
            depth += 1;
            continue;
        }
        for at in bits(lost) {
            let ids = word(&here.ids, at) & !word(&next.ids, at);
            bits(ids).for_each(|bit| found(at * 64 + bit, here.position + 1));
        }
        here = *next;
        depth -= 1;
    }
    each(&here.ids, |id| found(id, hashes.len()));
}

/// Calls `found` with every endpoint that holds a block, once for each block that it holds before the first that nobody holds.
///
/// That is what llm-d-router counts: an endpoint that holds the first and the third block gets two where another holds the second.
pub(super) fn each_held(table: &Table, hashes: &[u64], mut found: impl FnMut(usize)) {
    let mut ids: Ids = [0; MAX_WORDS];
    for hash in hashes {
        table.ids(*hash, false, table.all_words(), &mut ids);
        let mut held = false;
        each(&ids, |id| {
            held = true;
            found(id);
        });
        if !held {
            return;
        }
    }
}

/// Calls `found` with every endpoint that is walked block by block, once for each of its leading blocks, with the classes in which it holds that block.
pub(super) fn each_leading(table: &Table, hashes: &[u64], mut found: impl FnMut(usize, u8)) {
    let mut still: Ids = [0; MAX_WORDS];
    let mut ids: Ids = [0; MAX_WORDS];
    let mut some = 0;
    for (word, ids) in still.iter_mut().take(table.words).enumerate() {
        *ids = table.linear(word);
        some |= *ids;
    }
    for hash in hashes {
        if some == 0 {
            return;
        }
        table.ids(*hash, true, table.all_words(), &mut ids);
        some = 0;
        for (still, ids) in still.iter_mut().zip(&ids).take(table.words) {
            *still &= ids;
            some |= *still;
        }
        let Some(held) = table.held(*hash) else { return };
        each(&still, |id| found(id, table.classes_in(held.word, id)));
    }
}

/// Every id that is set.
fn each(ids: &[u64], mut found: impl FnMut(usize)) {
    for (word, ids) in ids.iter().enumerate() {
        bits(*ids).for_each(|bit| found(word * 64 + bit));
    }
}
