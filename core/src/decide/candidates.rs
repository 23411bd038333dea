//! The endpoints of a pool that are still in, as the filters leave them.

use smallvec::SmallVec;

use crate::convert::index;
use crate::set_bits::set_bits;
use crate::state::Members;

/// Most pools have no more members than this. What a decision keeps of each of them stands on the stack, which is touched page by page: for few there is
/// room of their own.
pub(super) const FEW: usize = 128;

/// For so many members there is room on the stack; of larger pools it is taken from the heap.
pub(super) const MANY: usize = 4096;

/// Calls what is made for the room that so many members need, whose name it gives. What is called must not be inlined, or both rooms are touched.
macro_rules! in_room {
    ($members:expr, $room:ident => $call:expr) => {
        if $members <= $crate::decide::candidates::FEW {
            const $room: usize = $crate::decide::candidates::FEW;
            $call
        } else {
            const $room: usize = $crate::decide::candidates::MANY;
            $call
        }
    };
}
pub(super) use in_room;

/// Which members of a pool the filters have left. Up to 4,096 members it lives on the stack.
#[derive(Clone, Debug)]
pub(super) struct Survivors {
    members: usize,
    count: usize,
    /// One bit a member, empty while all are in.
    bits: SmallVec<[u64; 64]>,
}

impl Survivors {
    /// Nobody yet. Written where it stands: moving it would copy half a kilobyte.
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self { members: 0, count: 0, bits: SmallVec::new() }
    }

    /// Takes the members in that are ready.
    #[inline]
    pub(super) fn begin(&mut self, members: &Members) {
        self.members = members.endpoints.len();
        self.count = members.ready_count;
        if self.count != self.members {
            self.bits.extend_from_slice(&members.ready);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Takes out the members whose bit is not set.
    pub(super) fn retain_all(&mut self, kept: &[u64]) {
        self.spell_out();
        for (word, kept) in self.bits.iter_mut().zip(kept) {
            *word &= kept;
        }
        self.count = self.bits.iter().map(|word| index(word.count_ones())).sum();
    }

    /// Takes out the members at whose position `keep` says no.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        self.spell_out();
        for (at, word) in self.bits.iter_mut().enumerate() {
            for position in positions_in(at, *word) {
                if !keep(position) {
                    *word &= !(1 << (position % 64));
                    self.count -= 1;
                }
            }
        }
    }

    /// [`retain`](Self::retain), but everyone stays where nobody would.
    pub(super) fn retain_some(&mut self, keep: impl FnMut(usize) -> bool) {
        let before = self.clone();
        self.retain(keep);
        if self.count == 0 {
            *self = before;
        }
    }

    /// Makes the bits of a set that is still all members.
    fn spell_out(&mut self) {
        if self.bits.is_empty() {
            self.bits.resize(self.members.div_ceil(64), 0);
            for (at, word) in self.bits.iter_mut().enumerate() {
                let in_word = (self.members - at * 64).min(64);
                *word = u64::MAX >> (64 - in_word);
            }
        }
    }

    /// Those that are in.
    pub(super) fn candidates(&self) -> Candidates<'_> {
        if self.bits.is_empty() { Candidates::All(self.members) } else { Candidates::Left(self) }
    }
}

/// The endpoints to choose among: positions among the pool's members, in their order. A candidate's number is its place in that order, from 0.
///
/// Two words, because every step is handed it: in registers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Candidates<'c> {
    /// The first so many members: all there are.
    All(usize),
    /// Those that filters have left.
    Left(&'c Survivors),
    /// The two at these positions.
    Two(&'c [usize; 2]),
}

impl Candidates<'_> {
    pub(super) fn len(self) -> usize {
        match self {
            Self::All(count) => count,
            Self::Left(survivors) => survivors.count,
            Self::Two(_) => 2,
        }
    }

    /// Whether the member at `position` is among them.
    pub(super) fn contains(self, position: usize) -> bool {
        match self {
            Self::All(count) => position < count,
            Self::Left(survivors) => {
                survivors.bits.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
            }
            Self::Two(positions) => positions.contains(&position),
        }
    }

    /// The position of the candidate with this number.
    #[inline]
    pub(super) fn position(self, number: usize) -> usize {
        match self {
            Self::All(_) => number,
            Self::Left(survivors) => nth_set(&survivors.bits, number),
            Self::Two(positions) => positions.get(number).copied().unwrap_or_default(),
        }
    }

    /// Writes what `of` makes of every candidate's own item, of which `items` has one for each member, by the candidate's number.
    #[inline(always)]
    pub(super) fn rate<I>(self, items: &[I], ratings: &mut [f64], mut of: impl FnMut(&I) -> f64) {
        let mut places = ratings.iter_mut();
        match self {
            Self::All(_) => places.zip(items).for_each(|(place, item)| *place = of(item)),
            // Two of very many: what a walk needs is more than they take.
            Self::Two(positions) => places.zip(positions).for_each(|(place, position)| {
                *place = items.get(*position).map_or(f64::NAN, &mut of);
            }),
            _ => self.for_each(|position| {
                if let (Some(place), Some(item)) = (places.next(), items.get(position)) {
                    *place = of(item);
                }
            }),
        }
    }

    /// Writes what `of` makes of every candidate, given its position, by its number: not a number where it makes nothing of one, and 0 where what it makes
    /// is not a number.
    #[inline]
    pub(super) fn rate_each(self, ratings: &mut [f64], mut of: impl FnMut(usize) -> Option<f64>) {
        let mut places = ratings.iter_mut();
        self.for_each(|position| {
            if let Some(place) = places.next() {
                *place = of(position).map_or(f64::NAN, |rating| if rating.is_nan() { 0.0 } else { rating });
            }
        });
    }

    /// Calls `each` with the position of every candidate, in order. Faster than an iterator over three kinds of sets.
    #[inline]
    pub(super) fn for_each(self, mut each: impl FnMut(usize)) {
        match self {
            Self::All(count) => (0..count).for_each(each),
            Self::Left(survivors) => {
                for (at, word) in survivors.bits.iter().enumerate() {
                    positions_in(at, *word).for_each(&mut each);
                }
            }
            Self::Two(positions) => positions.iter().copied().for_each(each),
        }
    }
}

/// The positions of the members in word number `at`.
fn positions_in(at: usize, word: u64) -> impl Iterator<Item = usize> {
    set_bits(word).map(move |bit| at * 64 + bit)
}

fn nth_set(bits: &[u64], mut nth: usize) -> usize {
    for (at, word) in bits.iter().enumerate() {
        let ones = index(word.count_ones());
        if nth < ones {
            return positions_in(at, *word).nth(nth).unwrap_or_default();
        }
        nth -= ones;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(candidates: Candidates<'_>) -> Vec<usize> {
        let mut positions = Vec::new();
        candidates.for_each(|position| positions.push(position));
        let numbered: Vec<_> = (0..candidates.len()).map(|number| candidates.position(number)).collect();
        assert_eq!(positions, numbered);
        positions
    }

    #[test]
    fn bits_are_counted_in_order() {
        let bits = SmallVec::from_slice(&[1 << 63 | 1, 0, 0b110]);
        let survivors = Survivors { members: 192, count: 4, bits };
        let candidates = survivors.candidates();
        assert_eq!(positions(candidates), [0, 63, 129, 130]);
        assert!(candidates.contains(129) && !candidates.contains(128) && !candidates.contains(1000));
    }

    #[test]
    fn whoever_is_not_kept_is_out() {
        for members in [1, 63, 64, 65, 130] {
            let mut survivors = Survivors { members, count: members, bits: SmallVec::new() };
            assert_eq!(positions(survivors.candidates()).len(), members);
            survivors.retain(|position| position % 3 == 0);
            survivors.retain(|position| position != 63);
            let expected: Vec<_> = (0..members).filter(|p| p % 3 == 0 && *p != 63).collect();
            assert_eq!(positions(survivors.candidates()), expected);
        }
    }
}
