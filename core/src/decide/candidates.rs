//! The endpoints of a pool that are still in, as the filters and earlier picks of the decision leave them.

use crate::state::Members;

/// Positions among the pool's members. Filters narrow it, the picker takes one; nothing is copied.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidates<'m> {
    /// One bit a member, `None` where all are in.
    bits: Option<&'m [u64]>,
    count: usize,
    /// Numbers of those that earlier picks took, ascending.
    taken: &'m [usize],
}

/// One candidate: its number among those that the filters left, taken or not, and its position among the members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) number: usize,
    pub(super) position: usize,
}

impl<'m> Candidates<'m> {
    /// All members.
    pub(super) fn all(members: &'m Members) -> Self {
        Self { bits: None, count: members.endpoints.len(), taken: &[] }
    }

    /// The members whose bit is set; `count` says how many those are.
    pub(super) fn only(bits: &'m [u64], count: usize) -> Self {
        Self { bits: Some(bits), count, taken: &[] }
    }

    /// Without those that were taken before: their numbers, ascending.
    pub(super) fn without(self, taken: &'m [usize]) -> Self {
        Self { taken, ..self }
    }

    /// How many are left.
    pub(super) fn len(self) -> usize {
        self.count.saturating_sub(self.taken.len())
    }

    /// How many the filters left, taken or not.
    pub(super) fn untaken_len(self) -> usize {
        self.count
    }

    /// Whether the member at `position` passed the filters.
    pub(super) fn contains(self, position: usize) -> bool {
        match self.bits {
            None => position < self.count,
            Some(bits) => bits.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1),
        }
    }

    /// The `nth` of those that are left, counted from 0 in the order of the members.
    #[inline]
    pub(super) fn nth(self, nth: usize) -> Candidate {
        let number =
            self.taken.iter().fold(nth, |number, taken| if *taken <= number { number + 1 } else { number });
        self.numbered(number)
    }

    /// The candidate with this number.
    #[inline]
    pub(super) fn numbered(self, number: usize) -> Candidate {
        Candidate { number, position: self.bits.map_or(number, |bits| nth_set(bits, number)) }
    }

    /// All that are left, in order.
    pub(super) fn iter(self) -> impl Iterator<Item = Candidate> {
        let all = if self.bits.is_none() { 0..self.count } else { 0..0 };
        let set = self.bits.into_iter().flatten().enumerate().flat_map(|(at, word)| set_bits(at, *word));
        let numbered = all.chain(set).enumerate().map(|(number, position)| Candidate { number, position });
        numbered.filter(move |candidate| !self.taken.contains(&candidate.number))
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

    fn positions(candidates: Candidates<'_>) -> Vec<usize> {
        candidates.iter().map(|candidate| candidate.position).collect()
    }

    #[test]
    fn bits_are_counted_in_order() {
        let bits = [1 << 63 | 1, 0, 0b110];
        let candidates = Candidates::only(&bits, 4);
        assert_eq!(positions(candidates), [0, 63, 129, 130]);
        assert_eq!((0..4).map(|n| candidates.nth(n).position).collect::<Vec<_>>(), [0, 63, 129, 130]);
        assert!(candidates.contains(129) && !candidates.contains(128) && !candidates.contains(1000));
    }

    #[test]
    fn what_was_taken_is_skipped() {
        let bits = [1 << 63 | 1, 0, 0b110];
        let candidates = Candidates::only(&bits, 4).without(&[0, 2]);
        assert_eq!(candidates.len(), 2);
        assert_eq!(positions(candidates), [63, 130]);
        assert_eq!((0..2).map(|n| candidates.nth(n).position).collect::<Vec<_>>(), [63, 130]);
    }
}
