//! How many leading blocks of a prompt each endpoint holds, for all endpoints in one walk.

use super::alive::{Alive, all_words};
use super::table::{MAX_WORDS, Table};
use crate::set_bits::set_bits;

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

/// A block that lies ahead, and who holds it.
#[derive(Clone, Copy)]
struct At<const WORDS: usize> {
    position: usize,
    /// The words of `ids` that were read; the others are as they are in the blocks to both sides.
    words: u64,
    ids: [u64; WORDS],
}

/// The words in which a block has holders that a later one has not.
#[inline(always)]
fn lost<const WORDS: usize>(here: &[u64; WORDS], later: &At<WORDS>) -> u64 {
    if WORDS == 1 {
        return u64::from(*here != later.ids);
    }
    set_bits(later.words)
        .filter(|at| word(here, *at) & !word(&later.ids, *at) != 0)
        .fold(0, |words, at| words | 1 << at)
}

#[inline(always)]
fn word(ids: &[u64], at: usize) -> u64 {
    ids.get(at).copied().unwrap_or_default()
}

fn walk_sets<const WORDS: usize>(table: &Table, hashes: &[u64], mut found: impl FnMut(usize, usize)) {
    let (Some(first), Some(last)) = (hashes.first(), hashes.last()) else { return };
    let alive = Alive::<WORDS>::read(table, false);
    let words = all_words(table);
    let (mut position, mut here) = (0, [0; WORDS]);
    alive.holders(table, *first, words, &mut here);
    if here == [0; WORDS] {
        return;
    }
    // What lies ahead, nearest last: each is read once, and of it only the words in which its neighbours differ.
    let mut ahead = [At { position: hashes.len() - 1, words, ids: [0; WORDS] }; DEPTH];
    let [furthest, ..] = &mut ahead;
    alive.holders(table, *last, words, &mut furthest.ids);
    let mut depth: usize = 1;
    while let Some(next) = depth.checked_sub(1).and_then(|last| ahead.get(last)) {
        let words = lost(&here, next);
        if words != 0 && next.position > position + 1 && depth < DEPTH {
            let middle = position + (next.position - position) / 2;
            if let (Some(at), Some(hash)) = (ahead.get_mut(depth), hashes.get(middle)) {
                (at.position, at.words) = (middle, words);
                alive.holders(table, *hash, words, &mut at.ids);
            }
            depth += 1;
            continue;
        }
        for at in set_bits(words) {
            if let (Some(here), Some(next)) = (here.get_mut(at), next.ids.get(at)) {
                set_bits(*here & !next).for_each(|bit| found(at * 64 + bit, position + 1));
                *here = *next;
            }
        }
        position = next.position;
        depth -= 1;
    }
    each(&here, |id| found(id, hashes.len()));
}

/// Calls `found` with every endpoint that holds a block, once for each block that it holds before the first that nobody holds.
///
/// That is what llm-d-router counts: an endpoint that holds the first and the third block gets two where another holds the second.
pub(super) fn each_held(table: &Table, hashes: &[u64], mut found: impl FnMut(usize)) {
    let alive = Alive::<MAX_WORDS>::read(table, false);
    let mut ids = [0; MAX_WORDS];
    for hash in hashes {
        alive.holders(table, *hash, all_words(table), &mut ids);
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
    let alive = Alive::<MAX_WORDS>::read(table, true);
    let mut still = [0; MAX_WORDS];
    let mut ids = [0; MAX_WORDS];
    let mut some = 0;
    for (word, ids) in still.iter_mut().take(table.words).enumerate() {
        *ids = table.linear(word);
        some |= *ids;
    }
    for hash in hashes {
        if some == 0 {
            return;
        }
        let Some(held) = alive.holders(table, *hash, all_words(table), &mut ids) else { return };
        some = 0;
        for (still, ids) in still.iter_mut().zip(&ids).take(table.words) {
            *still &= ids;
            some |= *still;
        }
        each(&still, |id| found(id, table.classes_in(held.word, id)));
    }
}

/// Every id that is set.
fn each(ids: &[u64], mut found: impl FnMut(usize)) {
    for (word, ids) in ids.iter().enumerate() {
        set_bits(*ids).for_each(|bit| found(word * 64 + bit));
    }
}
