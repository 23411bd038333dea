//! Which endpoint of a pool a key belongs to: a table with a slot for each part of all keys.
//!
//! The lookup table of Maglev (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016). Every member has an order of its
//! own over all slots, made from its key alone. The members take turns, and each takes the first slot of its order that is free, until none is. So each has
//! the same number of slots but for one, and when a member goes its slots are shared among the others while nearly all of theirs stay.

use crate::convert::{index, number};
use crate::rng::{of_endpoint, part};

/// How many slots a table has, the sizes of the paper. Prime, so that any step from slot to slot comes by all of them. Only two, since nearly all keys move when
/// a pool grows out of a size.
const SIZES: [u32; 2] = [65_537, 655_373];

/// Slots that each member has at least in the first table. Shares then differ by 1 in 100 at most.
const FOR_EACH: usize = 100;

/// Stands for a slot that nobody has.
const FREE: u16 = u16::MAX;

/// The slots of a pool.
///
/// Two bytes a slot: 131 KB up to 655 members, 1.3 MB beyond. Of more than 65,535 members the first so many have slots.
#[derive(Debug)]
pub(crate) struct Maglev {
    /// The position of the member that has each slot.
    slots: Box<[u16]>,
}

/// Where a member is in its order over all slots.
struct Walker {
    next: u32,
    step: u32,
}

impl Maglev {
    /// The table of members with these keys, in their order. About s x ln s looks at slots for s slots.
    pub(super) fn new(keys: &[u64]) -> Self {
        if keys.is_empty() {
            return Self { slots: Box::default() };
        }
        let [small, large] = SIZES;
        let size = if keys.len().saturating_mul(FOR_EACH) <= index(small) { small } else { large };
        let mut slots = vec![FREE; index(size)];
        let walker = |key: &u64| Walker {
            next: number(part(of_endpoint(0, *key), index(size))),
            step: number(part(of_endpoint(1, *key), index(size - 1))) + 1,
        };
        let mut walkers: Vec<Walker> = keys.iter().take(usize::from(FREE)).map(walker).collect();
        let mut free = size;
        'all: loop {
            for (position, walker) in (0..).zip(&mut walkers) {
                // INVARIANT: a slot is free, and the walker comes by all of them.
                while let Some(slot) = slots.get_mut(index(walker.next)) {
                    walker.next += walker.step;
                    if walker.next >= size {
                        walker.next -= size;
                    }
                    if *slot == FREE {
                        *slot = position;
                        break;
                    }
                }
                free -= 1;
                if free == 0 {
                    break 'all;
                }
            }
        }
        Self { slots: slots.into() }
    }

    /// The positions of the members that have the slots from that of `hash` on, at most so many slots.
    #[inline]
    pub(crate) fn walk(&self, hash: u64, most: usize) -> impl Iterator<Item = usize> + '_ {
        let (before, after) = self.slots.split_at_checked(part(hash, self.slots.len())).unwrap_or_default();
        after.iter().chain(before).take(most).map(|position| usize::from(*position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(count: usize) -> Vec<u64> {
        (0..count).map(|n| crate::rng::endpoint_key(&format!("default/vllm-{n:04}"), None)).collect()
    }

    /// Slots of each member.
    fn shares(table: &Maglev, members: usize) -> Vec<usize> {
        let mut shares = vec![0; members];
        for position in &table.slots {
            if let Some(share) = shares.get_mut(usize::from(*position)) {
                *share += 1;
            }
        }
        shares
    }

    #[test]
    fn members_have_a_hundred_slots_and_equal_shares_but_for_one() {
        for (members, size) in [(1, 65_537), (64, 65_537), (655, 65_537), (656, 655_373), (4_096, 655_373)] {
            let table = Maglev::new(&keys(members));
            let shares = shares(&table, members);
            let (least, most) = (shares.iter().min().copied(), shares.iter().max().copied());
            assert_eq!((table.slots.len(), shares.iter().sum()), (size, size), "{members} members");
            assert!(least >= Some(100) && most.is_some_and(|most| most <= size / members + 1));
        }
    }

    #[test]
    fn a_pool_of_nobody_has_no_slots_and_equal_keys_have_their_own() {
        assert_eq!(Maglev::new(&[]).walk(7, 9).count(), 0);
        assert_eq!(shares(&Maglev::new(&[5, 5, 5]), 3), [21_846, 21_846, 21_845]);
    }

    #[test]
    fn slots_go_on_at_the_start_behind_the_last() {
        let table = Maglev::new(&keys(3));
        let positions = |hash, most| table.walk(hash, most).collect::<Vec<_>>();
        let (last, first) = (positions(u64::MAX, 1), positions(0, 2));
        assert_eq!(positions(u64::MAX, 3), [last, first].concat());
        assert_eq!(positions(0, 100_000).len(), 65_537);
    }
}
