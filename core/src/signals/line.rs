//! Prompts of one endpoint in the order in which they were sent there, as far as they have no first token.

use std::sync::atomic::{AtomicU64, Ordering};

use super::backlog::Work;

/// Places. Where more wait, the first of them are forgotten: what stands behind so many matters little.
const PLACES: u64 = 64;

/// The line, written by tickets and read by decisions at the same time. It is a ring of places; a place is 0 once its prompt has left, whichever way.
#[derive(Debug)]
pub(crate) struct Line {
    places: [AtomicU64; 64],
    first: AtomicU64,
    end: AtomicU64,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            places: std::array::from_fn(|_| AtomicU64::new(0)),
            first: AtomicU64::new(0),
            end: AtomicU64::new(0),
        }
    }
}

impl Line {
    /// Puts a prompt at the end. Returns its number.
    pub(super) fn join(&self, work: Work) -> u64 {
        let number = self.end.fetch_add(1, Ordering::Relaxed);
        self.place(number).store(work.packed(), Ordering::Relaxed);
        number
    }

    /// The prompt with this number leaves the line. Returns whether it was the first.
    pub(super) fn leave(&self, number: u64) -> bool {
        let first = self.first.load(Ordering::Relaxed);
        if number < first || self.end.load(Ordering::Relaxed) - number > PLACES {
            return false;
        }
        self.place(number).store(0, Ordering::Relaxed);
        self.first.fetch_max(self.find().0, Ordering::Relaxed);
        number == first
    }

    /// The prompt that the endpoint works on, if any is known.
    #[inline]
    pub(super) fn first(&self) -> Option<Work> {
        self.find().1
    }

    /// Tokens of the prompts of the first `count`, cached or not.
    pub(super) fn prompts(&self, count: u32) -> u64 {
        let end = self.end.load(Ordering::Relaxed);
        let (first, _) = self.find();
        let there = (first..end)
            .map(|number| self.place(number).load(Ordering::Relaxed))
            .filter(|packed| *packed != 0);
        there
            .take(usize::try_from(count).unwrap_or(usize::MAX))
            .map(|packed| u64::from(Work::unpacked(packed).prompt()))
            .sum()
    }

    fn find(&self) -> (u64, Option<Work>) {
        let end = self.end.load(Ordering::Relaxed);
        let mut first = self.first.load(Ordering::Relaxed).max(end.saturating_sub(PLACES));
        while first < end {
            let packed = self.place(first).load(Ordering::Relaxed);
            if packed != 0 {
                return (first, Some(Work::unpacked(packed)));
            }
            first += 1;
        }
        (end, None)
    }

    fn place(&self, number: u64) -> &AtomicU64 {
        let at = usize::try_from(number % PLACES).unwrap_or_default();
        &self.places[at]
    }
}
