//! Who holds how much of a prompt.
//!
//! A block's number stands for the block and all before it, so a set of numbers an endpoint is all there is to know, and a prompt is looked up by walking
//! its blocks until nobody holds the next one.

use std::collections::HashMap;

use foldhash::fast::FixedState;

/// A map from numbers of blocks.
pub(super) type BlockMap<V> = HashMap<u64, V, FixedState>;

/// How many endpoints a [`Holders`] can tell apart.
pub(super) const MOST_ENDPOINTS: usize = u128::BITS as usize;

/// Which endpoints hold which blocks.
#[derive(Clone, Debug, Default)]
pub struct Holders {
    sets: BlockMap<u128>,
    counts: Vec<usize>,
}

impl Holders {
    /// The endpoint holds this block from now on; whether that is news.
    pub fn insert(&mut self, endpoint: usize, block: u64) -> bool {
        let set = self.sets.entry(block).or_default();
        let is_new = *set & bit(endpoint) == 0;
        *set |= bit(endpoint);
        if is_new {
            if self.counts.len() <= endpoint {
                self.counts.resize(endpoint + 1, 0);
            }
            self.counts[endpoint] += 1;
        }
        is_new
    }

    /// The endpoint holds this block no more.
    pub fn remove(&mut self, endpoint: usize, block: u64) {
        if let Some(set) = self.sets.get_mut(&block)
            && *set & bit(endpoint) != 0
        {
            *set &= !bit(endpoint);
            self.counts[endpoint] -= 1;
            if *set == 0 {
                self.sets.remove(&block);
            }
        }
    }

    /// The endpoint holds nothing.
    pub fn clear(&mut self, endpoint: usize) {
        self.sets.retain(|_, set| {
            *set &= !bit(endpoint);
            *set != 0
        });
        if let Some(count) = self.counts.get_mut(endpoint) {
            *count = 0;
        }
    }

    /// How many blocks the endpoint holds.
    pub fn count(&self, endpoint: usize) -> usize {
        self.counts.get(endpoint).copied().unwrap_or(0)
    }

    /// The endpoints that hold this block, a bit each.
    pub fn of(&self, block: u64) -> u128 {
        self.sets.get(&block).copied().unwrap_or(0)
    }

    /// Whether the endpoint holds this block.
    pub fn holds(&self, endpoint: usize, block: u64) -> bool {
        self.of(block) & bit(endpoint) != 0
    }
}

/// Blocks of requests in flight: as many times held as there are requests that have them.
#[derive(Clone, Debug, Default)]
pub struct Active {
    holders: Holders,
    times: HashMap<(u64, usize), u32, FixedState>,
}

impl Active {
    /// A request with these blocks is under way at the endpoint.
    pub fn add(&mut self, endpoint: usize, blocks: &[u64]) {
        for block in blocks {
            self.holders.insert(endpoint, *block);
            *self.times.entry((*block, endpoint)).or_default() += 1;
        }
    }

    /// It came to its end.
    pub fn drop(&mut self, endpoint: usize, blocks: &[u64]) {
        for block in blocks {
            if let Some(times) = self.times.get_mut(&(*block, endpoint)) {
                *times -= 1;
                if *times == 0 {
                    self.times.remove(&(*block, endpoint));
                    self.holders.remove(endpoint, *block);
                }
            }
        }
    }

    /// Who holds what.
    pub fn holders(&self) -> &Holders {
        &self.holders
    }
}

/// How many leading blocks of a prompt each endpoint holds without a gap, in one view or another: those of `out`'s length. Costs a look-up in each view
/// for each block that somebody holds.
pub(super) fn leading(blocks: &[u64], views: &[&Holders], out: &mut [u32]) {
    out.fill(0);
    let mut alive = everybody(out.len());
    for (n, block) in blocks.iter().enumerate() {
        let set = views.iter().fold(0, |set, view| set | view.of(*block));
        write(alive & !set, n, out);
        alive &= set;
        if alive == 0 {
            return;
        }
    }
    write(alive, blocks.len(), out);
}

/// How many blocks of a prompt each endpoint holds up to the first that nobody holds, gaps or not.
pub(super) fn counted(blocks: &[u64], view: &Holders, out: &mut [u32]) {
    out.fill(0);
    for block in blocks {
        let mut set = view.of(*block) & everybody(out.len());
        if set == 0 {
            return;
        }
        while set != 0 {
            out[set.trailing_zeros() as usize] += 1;
            set &= set - 1;
        }
    }
}

fn write(mut set: u128, blocks: usize, out: &mut [u32]) {
    while set != 0 {
        out[set.trailing_zeros() as usize] = blocks as u32;
        set &= set - 1;
    }
}

fn bit(endpoint: usize) -> u128 {
    assert!(endpoint < MOST_ENDPOINTS, "endpoint {endpoint} is one too many for a view of {MOST_ENDPOINTS}");
    1 << endpoint
}

fn everybody(endpoints: usize) -> u128 {
    match endpoints {
        0 => 0,
        n => u128::MAX >> (MOST_ENDPOINTS - n),
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw::Draw;
    use super::*;

    fn of(lists: &[&[u64]]) -> Holders {
        let mut holders = Holders::default();
        for (endpoint, blocks) in lists.iter().enumerate() {
            blocks.iter().for_each(|block| _ = holders.insert(endpoint, *block));
        }
        holders
    }

    #[test]
    fn a_gap_ends_what_counts() {
        let holders = of(&[&[1, 2, 3], &[1, 3], &[2, 3], &[]]);
        let mut out = [9; 4];
        leading(&[1, 2, 3, 4], &[&holders], &mut out);
        assert_eq!(out, [3, 1, 0, 0]);
        counted(&[1, 2, 3, 4], &holders, &mut out);
        assert_eq!(out, [3, 2, 2, 0]);
        leading(&[1, 2], &[&holders, &of(&[&[], &[2], &[], &[1, 2]])], &mut out);
        assert_eq!(out, [2, 2, 0, 2], "two views as one");
    }

    #[test]
    fn a_block_of_two_requests_stays_until_both_are_done() {
        let mut active = Active::default();
        active.add(0, &[1, 2]);
        active.add(0, &[1, 3]);
        assert_eq!(active.holders().count(0), 3);
        active.drop(0, &[1, 2]);
        assert!(active.holders().holds(0, 1) && !active.holders().holds(0, 2));
        active.drop(0, &[1, 3]);
        assert_eq!(active.holders().count(0), 0);
        assert!(active.times.is_empty() && active.holders.sets.is_empty());
    }

    #[test]
    fn the_walk_agrees_with_a_naive_one() {
        let mut draw = Draw::new(3);
        for _ in 0..500 {
            let mut holders = Holders::default();
            let endpoints = 1 + draw.below(MOST_ENDPOINTS);
            for _ in 0..draw.below(200) {
                let (endpoint, block) = (draw.below(endpoints), draw.below(8) as u64);
                match draw.below(4) {
                    0 => holders.remove(endpoint, block),
                    _ => _ = holders.insert(endpoint, block),
                }
            }
            if draw.below(3) == 0 {
                holders.clear(0);
            }
            let blocks: Vec<u64> = (0..8).collect();
            let mut out = vec![7; endpoints];
            leading(&blocks, &[&holders], &mut out);
            for (endpoint, length) in out.iter().enumerate() {
                let naive = blocks.iter().take_while(|block| holders.holds(endpoint, **block)).count();
                assert_eq!(*length as usize, naive);
                let all = blocks.iter().filter(|block| holders.holds(endpoint, **block)).count();
                assert_eq!(holders.count(endpoint), all);
            }
        }
    }
}
