//! The bits of a word that are set: members of a set that is kept as a bitset.

use crate::convert::index;

/// The numbers of the bits that are set, ascending.
#[inline(always)]
pub(crate) fn set_bits(word: u64) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(word), |rest| Some(rest & rest.wrapping_sub(1)))
        .take_while(|rest| *rest != 0)
        .map(|rest| index(rest.trailing_zeros()))
}
