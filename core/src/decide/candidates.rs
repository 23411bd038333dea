//! The endpoints of a pool that are still in, as the filters leave them.

use crate::state::Members;

/// Positions among the pool's members. Filters narrow it, the picker takes one; nothing is copied.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidates<'m> {
    /// One bit a member, `None` where all are in.
    bits: Option<&'m [u64]>,
    count: usize,
}

impl<'m> Candidates<'m> {
    /// All members.
    pub(super) fn all(members: &'m Members) -> Self {
        Self { bits: None, count: members.endpoints.len() }
    }

    /// The members whose bit is set; `count` says how many those are.
    pub(super) fn only(bits: &'m [u64], count: usize) -> Self {
        Self { bits: Some(bits), count }
    }

    pub(super) fn len(self) -> usize {
        self.count
    }

    /// Whether the member at `position` is in.
    pub(super) fn contains(self, position: usize) -> bool {
        match self.bits {
            None => position < self.count,
            Some(bits) => bits.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1),
        }
    }

    /// The position of candidate number `nth`, counted from 0 in the order of the members.
    #[inline]
    pub(super) fn nth(self, nth: usize) -> usize {
        match self.bits {
            None => nth,
            Some(bits) => nth_set(bits, nth),
        }
    }

    /// The positions of all candidates, in order.
    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        let all = if self.bits.is_none() { 0..self.count } else { 0..0 };
        all.chain(self.bits.into_iter().flatten().enumerate().flat_map(|(at, word)| set_bits(at, *word)))
    }
}

/// The positions of the bits that are set in word number `at`.
fn set_bits(at: usize, word: u64) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(word), |rest| Some(rest & rest.wrapping_sub(1)))
        .take_while(|rest| *rest != 0)
        .map(move |rest| at * 64 + first_set(rest))
}

fn nth_set(bits: &[u64], mut nth: usize) -> usize {
    for (at, word) in bits.iter().enumerate() {
        let ones = count(word.count_ones());
        if nth < ones {
            return set_bits(at, *word).nth(nth).unwrap_or_default();
        }
        nth -= ones;
    }
    0
}

fn first_set(word: u64) -> usize {
    count(word.trailing_zeros())
}

#[expect(clippy::as_conversions, reason = "u32 fits usize on every platform we build for")]
fn count(bits: u32) -> usize {
    bits as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_counted_in_order() {
        let bits = [1 << 63 | 1, 0, 0b110];
        let candidates = Candidates::only(&bits, 4);
        assert_eq!(candidates.iter().collect::<Vec<_>>(), [0, 63, 129, 130]);
        assert_eq!((0..4).map(|n| candidates.nth(n)).collect::<Vec<_>>(), [0, 63, 129, 130]);
        assert!(candidates.contains(129) && !candidates.contains(128) && !candidates.contains(1000));
    }
}
