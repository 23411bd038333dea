//! How many leading blocks of a prompt each endpoint holds, for all endpoints in one walk.

use super::alive::{Alive, all_words, lost};
use super::table::{Held, MAX_WORDS, Table, wide_entry};
use crate::set_bits::set_bits;

/// Calls what is made for as many words as the bitsets of a table have.
macro_rules! with_words {
    ($table:expr, $function:ident($($argument:expr),*)) => {
        match $table.words {
            1 => $function::<1>($($argument),*),
            2 => $function::<2>($($argument),*),
            4 => $function::<4>($($argument),*),
            8 => $function::<8>($($argument),*),
            16 => $function::<16>($($argument),*),
            32 => $function::<32>($($argument),*),
            _ => $function::<MAX_WORDS>($($argument),*),
        }
    };
}

/// Halvings of a chain of 65,536 blocks, and the whole of it.
const DEPTH: usize = 18;

/// Words in which a later block may differ, so that the end of a run is worth going to: each word is read there. Of more, halvings leave fewer.
const FEW: u32 = 8;

/// Calls `found` with every endpoint that holds the first block, and how many leading blocks it holds.
///
/// Whoever holds a block holds all before it, so the set of holders can only shrink along the chain, and blocks between two that have the same
/// holders are never looked at. Of blocks that share a wide entry the last one is known, as a rule, so a chain that endpoints hold to d different lengths
/// takes one look-up for each; where it is not, a chain of n blocks takes about d log(n / d).
pub(super) fn walk(table: &Table, hashes: &[u64], found: impl FnMut(usize, usize)) {
    // Of many prompts nobody holds anything.
    let Some(first) = hashes.first().and_then(|hash| table.held(*hash)) else { return };
    with_words!(table, walk_sets(table, hashes, first, found));
}

/// A block, and who holds it.
#[derive(Clone, Copy)]
struct At<const WORDS: usize> {
    position: usize,
    /// What stands beside it; 0 where nobody holds it.
    held: u64,
    /// The words of `ids` that were read; the others are as they are in the blocks to both sides.
    words: u64,
    ids: [u64; WORDS],
}

impl<const WORDS: usize> At<WORDS> {
    /// Where the blocks of a prompt end that share the holders of this one, as far as is known.
    #[inline(always)]
    fn end(&self, table: &Table, hashes: &[u64]) -> Option<usize> {
        let (last, position) = table.runs.last(wide_entry(self.held)?);
        (last != 0 && hashes.get(position) == Some(&last)).then_some(position)
    }

    /// Goes on to a later block, before which nobody is lost and which lost some in the words of `lost`: calls `found` with those that do not hold it.
    /// Says in which of `words` it has holders that `after` has not.
    #[inline(always)]
    fn go_on(
        &mut self,
        later: &Self,
        lost: u64,
        after: &Self,
        words: u64,
        mut found: impl FnMut(usize, usize),
    ) -> u64 {
        let length = self.position + 1;
        let mut words = words;
        for at in set_bits(lost) {
            if let (Some(here), Some(later), Some(after)) =
                (self.ids.get_mut(at), later.ids.get(at), after.ids.get(at))
            {
                set_bits(*here & !later).for_each(|bit| found(at * 64 + bit, length));
                *here = *later;
                words &= !(u64::from(later & !after == 0) << at);
            }
        }
        (self.position, self.held) = (later.position, later.held);
        words
    }
}

fn walk_sets<const WORDS: usize>(
    table: &Table,
    hashes: &[u64],
    first: Held,
    mut found: impl FnMut(usize, usize),
) {
    let Some(last) = hashes.last() else { return };
    let alive = Alive::<WORDS>::read(table, false);
    let held = |position: usize| hashes.get(position).and_then(|hash| table.held(*hash));
    let read = |at: &mut At<WORDS>, position, held: Option<Held>, words| {
        (at.position, at.words) = (position, words);
        at.held = alive.holders(table, held, words, &mut at.ids).map_or(0, |held| held.word);
    };
    // Who is written beside two blocks, or in the entry that both have, holds both.
    let is_same = |held: Option<Held>, word: u64| {
        held.is_some_and(|held| held.word == word && table.is_still(held))
            && (wide_entry(word).is_none() || alive.is_current(table))
    };
    let nothing = [0; WORDS];
    let nowhere = At { position: 0, held: 0, words: 0, ids: nothing };
    let mut here = nowhere;
    let words = all_words(table);
    read(&mut here, 0, Some(first), words);
    if here.ids == nothing {
        return;
    }
    // What lies ahead, nearest last: each is read once, and of it only the words in which its neighbours differ.
    let (mut behind, mut ahead) = (nowhere, [nowhere; DEPTH]);
    let [furthest, ..] = &mut ahead;
    read(furthest, hashes.len() - 1, table.held(*last), words);
    let mut depth: usize = 1;
    // Where one run ended and nobody was lost, the next ones may be many: blocks differ in what no longer counts, too. A halving comes first.
    let mut leads = true;
    'ahead: while let Some(next) = depth.checked_sub(1).and_then(|last| ahead.get(last)) {
        let mut words = lost(next.words, &here.ids, &next.ids);
        while words != 0 && next.position > here.position + 1 && depth < DEPTH {
            if leads
                && words.count_ones() <= FEW
                && let Some(end) =
                    here.end(table, hashes).filter(|end| (here.position..next.position).contains(end))
                && alive.is_current(table)
            {
                // The last block of these holders, and the one behind it.
                here.position = end;
                if end + 1 < next.position {
                    read(&mut behind, end + 1, held(end + 1), words);
                    let lost = lost(words, &here.ids, &behind.ids);
                    words = here.go_on(&behind, lost, next, words, &mut found);
                    leads = lost != 0;
                }
                continue;
            }
            leads = true;
            let middle = here.position + (next.position - here.position) / 2;
            let held = held(middle);
            if is_same(held, here.held) {
                here.position = middle;
                continue;
            }
            if let Some(at) = ahead.get_mut(depth) {
                read(at, middle, held, words);
            }
            depth += 1;
            continue 'ahead;
        }
        here.go_on(next, words, next, words, &mut found);
        depth -= 1;
    }
    each(&here.ids, |id| found(id, hashes.len()));
}

/// Calls `found` with every endpoint that holds a block, once for each block that it holds before the first that nobody holds.
///
/// That is what llm-d-router counts: an endpoint that holds the first and the third block gets two where another holds the second.
pub(super) fn each_held(table: &Table, hashes: &[u64], found: impl FnMut(usize)) {
    with_words!(table, each_held_of(table, hashes, found));
}

fn each_held_of<const WORDS: usize>(table: &Table, hashes: &[u64], mut found: impl FnMut(usize)) {
    let alive = Alive::<WORDS>::read(table, false);
    let mut ids = [0; WORDS];
    for hash in hashes {
        alive.holders(table, table.held(*hash), all_words(table), &mut ids);
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
pub(super) fn each_leading(table: &Table, hashes: &[u64], found: impl FnMut(usize, u8)) {
    with_words!(table, each_leading_of(table, hashes, found));
}

fn each_leading_of<const WORDS: usize>(table: &Table, hashes: &[u64], mut found: impl FnMut(usize, u8)) {
    let alive = Alive::<WORDS>::read(table, true);
    let mut still = [0; WORDS];
    let mut ids = [0; WORDS];
    let mut some = 0;
    for (word, ids) in still.iter_mut().take(table.words).enumerate() {
        *ids = table.linear(word);
        some |= *ids;
    }
    for hash in hashes {
        if some == 0 {
            return;
        }
        let held = alive.holders(table, table.held(*hash), all_words(table), &mut ids);
        let Some(held) = held else { return };
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
