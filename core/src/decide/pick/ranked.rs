//! The endpoints that one decision takes of a pool, in the order in which they are to be tried.

use crate::attempt::Attempts;
use crate::convert;

/// At most as many as a decision has attempts.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::decide) struct Ranked {
    positions: [u32; Attempts::MOST + 1],
    /// The numbers of the same candidates, ascending.
    numbers: [u32; Attempts::MOST + 1],
    len: u32,
    wanted: u32,
}

impl Ranked {
    /// Room for `wanted`, which is at most the number of candidates.
    pub(in crate::decide) fn new(wanted: usize) -> Self {
        let wanted = wanted.min(Attempts::MOST + 1);
        Self { wanted: convert::number(wanted), ..Self::default() }
    }

    pub(super) fn wanted(&self) -> usize {
        convert::index(self.wanted)
    }

    pub(super) fn len(&self) -> usize {
        convert::index(self.len)
    }

    pub(super) fn is_full(&self) -> bool {
        self.len >= self.wanted
    }

    /// Whether the member at `position` is taken.
    #[inline]
    pub(super) fn has(&self, position: usize) -> bool {
        self.positions().any(|taken| taken == position)
    }

    /// Positions among the pool's members, the first to try first.
    pub(in crate::decide) fn positions(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.positions.get(..self.len()).unwrap_or_default().iter().map(|position| convert::index(*position))
    }

    /// The number of the `nth` candidate that is not taken yet.
    pub(super) fn nth_left(&self, nth: usize) -> usize {
        let taken = self.numbers.iter().take(self.len());
        taken.fold(nth, |number, taken| if convert::index(*taken) <= number { number + 1 } else { number })
    }

    pub(in crate::decide) fn add(&mut self, number: usize, position: usize) {
        let len = self.len();
        let (number, position) = (convert::number(number), convert::number(position));
        if let Some(place) = self.positions.get_mut(len) {
            *place = position;
            self.len += 1;
        }
        // Insertion into at most eight, from behind.
        let mut at = len;
        while let Some(before) = at.checked_sub(1)
            && let Some(&other) = self.numbers.get(before).filter(|other| **other > number)
            && let Some(place) = self.numbers.get_mut(at)
        {
            *place = other;
            at = before;
        }
        if let Some(place) = self.numbers.get_mut(at) {
            *place = number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ranked;

    #[test]
    fn what_was_taken_is_skipped() {
        let mut ranked = Ranked::new(3);
        ranked.add(2, 129);
        ranked.add(0, 0);
        assert_eq!((0..2).map(|nth| ranked.nth_left(nth)).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(ranked.positions().collect::<Vec<_>>(), [129, 0]);
        ranked.add(1, 64);
        assert_eq!((0..2).map(|nth| ranked.nth_left(nth)).collect::<Vec<_>>(), [3, 4]);
    }
}
