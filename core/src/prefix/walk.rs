//! How many leading blocks of a prompt each endpoint holds, for all endpoints in one walk.

use super::table::{Ids, MAX_WORDS, Table};

/// Halvings of the longest chain, and one.
const DEPTH: usize = 34;

/// Calls `found` with every endpoint that holds the first block, and how many leading blocks it holds.
///
/// Whoever holds a block holds all before it, so the set of holders can only shrink along the chain, and where two blocks have as many holders they
/// have the same. Blocks between such two are never looked at: a chain of n blocks that endpoints hold to d different lengths takes about
/// d log n look-ups instead of n.
pub(super) fn walk(table: &Table, hashes: &[u64], mut found: impl FnMut(usize, usize)) {
    let (Some(first), Some(last)) = (hashes.first(), hashes.last()) else { return };
    let holders = table.count(*first);
    if holders == 0 {
        return;
    }
    let mut kept: Ids = [0; MAX_WORDS];
    let mut next: Ids = [0; MAX_WORDS];
    let mut ranges = Ranges::new();
    ranges.push(Range { low: 0, high: hashes.len() - 1, at_low: holders, at_high: table.count(*last) });
    while let Some(Range { low, high, at_low, at_high }) = ranges.pop() {
        if at_low == at_high || low == high {
            continue;
        }
        let middle = low + (high - low) / 2;
        let hash = |at: usize| hashes.get(at).copied().unwrap_or_default();
        if middle == low {
            table.ids(hash(low), false, &mut kept);
            table.ids(hash(high), false, &mut next);
            each(table, kept.iter().zip(&next).map(|(kept, next)| kept & !next), |id| found(id, high));
            continue;
        }
        let at_middle = table.count(hash(middle));
        // The left half is taken up first, so that lengths come in ascending order.
        ranges.push(Range { low: middle, high, at_low: at_middle, at_high });
        ranges.push(Range { low, high: middle, at_low, at_high: at_middle });
    }
    table.ids(*last, false, &mut kept);
    each(table, kept.iter().copied(), |id| found(id, hashes.len()));
}

/// Calls `found` with every endpoint that holds a block, once for each block that it holds before the first that nobody holds.
///
/// That is what llm-d-router counts: an endpoint that holds the first and the third block gets two where another holds the second.
pub(super) fn each_held(table: &Table, hashes: &[u64], mut found: impl FnMut(usize)) {
    let mut ids: Ids = [0; MAX_WORDS];
    for hash in hashes {
        table.ids(*hash, false, &mut ids);
        let mut held = false;
        each(table, ids.iter().copied(), |id| {
            held = true;
            found(id);
        });
        if !held {
            return;
        }
    }
}

/// Every id that is set.
pub(super) fn each(table: &Table, ids: impl Iterator<Item = u64>, mut found: impl FnMut(usize)) {
    for (word, ids) in ids.take(table.words).enumerate() {
        let mut rest = ids;
        while rest != 0 {
            found(word * 64 + super::bits::index(rest.trailing_zeros()));
            rest &= rest - 1;
        }
    }
}

/// Two positions in the chain with their numbers of holders.
#[derive(Clone, Copy, Default)]
struct Range {
    low: usize,
    high: usize,
    at_low: u32,
    at_high: u32,
}

/// The ranges still to be looked into; each halving leaves one behind.
struct Ranges {
    ranges: [Range; DEPTH],
    len: usize,
}

impl Ranges {
    fn new() -> Self {
        Self { ranges: [Range::default(); DEPTH], len: 0 }
    }

    fn push(&mut self, range: Range) {
        if let Some(to) = self.ranges.get_mut(self.len) {
            *to = range;
            self.len += 1;
        }
    }

    fn pop(&mut self) -> Option<Range> {
        self.len = self.len.checked_sub(1)?;
        self.ranges.get(self.len).copied()
    }
}
