//! What is due, in order of time, and at equal times in the order in which it was planned.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

#[derive(Debug)]
pub(super) struct Queue<E> {
    heap: BinaryHeap<Due<E>>,
    planned: u64,
}

#[derive(Debug)]
struct Due<E> {
    time: f64,
    order: u64,
    event: E,
}

impl<E> Queue<E> {
    pub(super) fn new() -> Self {
        Self { heap: BinaryHeap::new(), planned: 0 }
    }

    pub(super) fn plan(&mut self, time: f64, event: E) {
        self.planned += 1;
        self.heap.push(Due { time, order: self.planned, event });
    }

    /// The time of what is due next.
    pub(super) fn time(&self) -> f64 {
        self.heap.peek().map_or(f64::INFINITY, |due| due.time)
    }

    pub(super) fn pop(&mut self) -> Option<E> {
        self.heap.pop().map(|due| due.event)
    }
}

/// The greatest is what is due first.
impl<E> Ord for Due<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.time.total_cmp(&self.time).then(other.order.cmp(&self.order))
    }
}

impl<E> PartialOrd for Due<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> PartialEq for Due<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<E> Eq for Due<E> {}
