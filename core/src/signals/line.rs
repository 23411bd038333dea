//! Prompts of one endpoint in the order in which they were sent there, as far as they have no first token.

use std::sync::atomic::{AtomicU64, Ordering};

use super::backlog::Work;
use crate::convert::index;

/// Places. Where more wait, the first of them are forgotten: what stands behind so many matters little.
const PLACES: u64 = 64;

/// The line, written by tickets and read by decisions at the same time. It is a ring of places; a place is 0 once its prompt has left, whichever way.
#[derive(Debug)]
pub(crate) struct Line {
    /// Elsewhere: a decision reads one of them at most.
    places: Box<[AtomicU64; 64]>,
    first: AtomicU64,
    end: AtomicU64,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            places: Box::new(std::array::from_fn(|_| AtomicU64::new(0))),
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
        let first = self.start();
        if !(first..self.end.load(Ordering::Relaxed)).contains(&number) {
            return false;
        }
        self.place(number).store(0, Ordering::Relaxed);
        self.first.fetch_max(self.head(), Ordering::Relaxed);
        number == first
    }

    /// The number of the first prompt that asks as much.
    pub(super) fn like(&self, work: Work) -> Option<u64> {
        self.there().find(|(_, there)| *there == work.packed()).map(|(number, _)| number)
    }

    /// The number of the first prompt; that of the next to come where there is none.
    pub(super) fn head(&self) -> u64 {
        let end = self.end.load(Ordering::Relaxed);
        self.there().next().map_or(end, |(number, _)| number)
    }

    /// The prompt that the endpoint works on, if any is known.
    #[inline]
    pub(super) fn first(&self) -> Option<Work> {
        self.there().next().map(|(_, packed)| Work::unpacked(packed))
    }

    /// Tokens of the prompts of the first `count`, cached or not.
    pub(super) fn prompts(&self, count: u32) -> u64 {
        let first = self.there().take(index(count));
        first.map(|(_, packed)| u64::from(Work::unpacked(packed).prompt())).sum()
    }

    /// Those that are there, in order: their numbers, and what they ask in one word.
    fn there(&self) -> impl Iterator<Item = (u64, u64)> {
        let numbers = self.start()..self.end.load(Ordering::Relaxed);
        let places = numbers.map(|number| (number, self.place(number).load(Ordering::Relaxed)));
        places.filter(|(_, packed)| *packed != 0)
    }

    /// The least number that may be there.
    fn start(&self) -> u64 {
        let oldest = self.end.load(Ordering::Relaxed).saturating_sub(PLACES);
        self.first.load(Ordering::Relaxed).max(oldest)
    }

    fn place(&self, number: u64) -> &AtomicU64 {
        let at = usize::try_from(number % PLACES).unwrap_or_default();
        #[expect(
            clippy::indexing_slicing,
            reason = "INVARIANT: there are PLACES places, and a remainder is less"
        )]
        &self.places[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(prompt: u32) -> Work {
        Work::new(prompt, prompt / 2)
    }

    fn line(prompts: std::ops::Range<u32>) -> Line {
        let line = Line::default();
        for prompt in prompts {
            line.join(work(prompt));
        }
        line
    }

    #[test]
    fn the_next_that_is_still_there_is_first_in_whatever_order_they_leave() {
        let line = line(1..5);
        assert_eq!((line.first(), line.prompts(3)), (Some(work(1)), 6));
        assert!(!line.leave(1) && !line.leave(1), "not the first, and gone already");
        assert_eq!((line.first(), line.prompts(3)), (Some(work(1)), 8));
        assert!(line.leave(0));
        assert_eq!((line.first(), line.prompts(9)), (Some(work(3)), 7));
        assert!(!line.leave(3) && line.leave(2));
        assert_eq!((line.first(), line.prompts(9)), (None, 0));
    }

    #[test]
    fn the_ring_comes_round() {
        let line = Line::default();
        for number in 0..1000_u32 {
            assert_eq!(line.join(work(number + 1)), u64::from(number));
            assert_eq!((line.first(), line.prompts(2)), (Some(work(number + 1)), u64::from(number) + 1));
            assert!(line.leave(number.into()));
            assert_eq!(line.first(), None);
        }
    }

    #[test]
    fn what_is_before_the_last_64_is_forgotten() {
        let line = line(1..71);
        assert_eq!(
            (line.first(), line.prompts(1), line.prompts(u32::MAX)),
            (Some(work(7)), 7, (7..71).sum())
        );
        assert!(!line.leave(5), "forgotten");
        assert!(line.leave(6), "the first of those that are known");
        assert_eq!((line.first(), line.prompts(u32::MAX)), (Some(work(8)), (8..71).sum()));
        for number in 0..70 {
            line.leave(number);
        }
        assert_eq!((line.first(), line.prompts(u32::MAX)), (None, 0));
    }

    #[test]
    fn a_prompt_without_a_number_is_the_first_that_asks_as_much() {
        let line = line(1..4);
        line.join(work(2));
        assert_eq!([1, 2, 3, 4].map(|prompt| line.like(work(prompt))), [Some(0), Some(1), Some(2), None]);
        assert_eq!(line.like(Work::new(2, 0)), None, "it asks more");
        line.leave(1);
        assert_eq!(line.like(work(2)), Some(3));
        assert!(!line.leave(u64::MAX) && line.first() == Some(work(1)), "a number that nobody has");
    }

    #[test]
    fn empty_prompts_stand_in_the_line_too() {
        let line = Line::default();
        line.join(Work::new(0, 0));
        assert!(line.first().is_some() && line.leave(0) && line.first().is_none());
    }
}
