//! The endpoints that one decision takes of a pool, in the order in which they are to be tried.

use crate::attempt::Attempts;

/// At most as many as a decision has attempts.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::decide) struct Ranked {
    positions: [usize; Attempts::MOST + 1],
    /// The numbers of the same candidates, ascending.
    numbers: [usize; Attempts::MOST + 1],
    len: usize,
    wanted: usize,
}

impl Ranked {
    /// Room for `wanted`, which is at most the number of candidates.
    pub(super) fn new(wanted: usize) -> Self {
        Self { wanted: wanted.min(Attempts::MOST + 1), ..Self::default() }
    }

    pub(super) fn wanted(&self) -> usize {
        self.wanted
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_full(&self) -> bool {
        self.len >= self.wanted
    }

    /// Positions among the pool's members, the first to try first.
    pub(in crate::decide) fn positions(&self) -> &[usize] {
        self.positions.get(..self.len).unwrap_or_default()
    }

    /// The number of the `nth` candidate that is not taken yet.
    pub(super) fn nth_left(&self, nth: usize) -> usize {
        let taken = self.numbers.iter().take(self.len);
        taken.fold(nth, |number, taken| if *taken <= number { number + 1 } else { number })
    }

    pub(super) fn add(&mut self, number: usize, position: usize) {
        if let Some(place) = self.positions.get_mut(self.len) {
            *place = position;
        }
        // Insertion into at most eight.
        let at = self.numbers.iter().take(self.len).take_while(|taken| **taken < number).count();
        if let Some(moved) = self.numbers.get_mut(at..=self.len) {
            moved.rotate_right(1);
            if let Some(place) = moved.first_mut() {
                *place = number;
            }
            self.len += 1;
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
        assert_eq!(ranked.positions(), [129, 0]);
    }
}
