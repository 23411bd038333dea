//! Counts of what this router has sent and not yet seen finished.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The signals of one endpoint. Aligned so that two endpoints never share a cache line.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(crate) struct EndpointCell {
    in_flight: AtomicU32,
}

// INVARIANT: no decision orders its reads of one cell against another's, so every access is relaxed.
impl EndpointCell {
    /// Requests started and not finished.
    #[inline]
    pub(crate) fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, count: u32) {
        self.in_flight.store(count, Ordering::Relaxed);
    }

    pub(crate) fn start(&self) {
        _ = self.in_flight.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| count.checked_add(1));
    }

    /// A finish too many leaves 0: a count that wraps would keep the endpoint empty for ever.
    pub(crate) fn finish(&self) {
        _ = self.in_flight.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| count.checked_sub(1));
    }
}

/// The signals of one pool.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(crate) struct PoolCell {
    turn: AtomicU64,
}

impl PoolCell {
    /// Decisions taken on the pool so far.
    #[inline]
    pub(crate) fn turn(&self) -> u64 {
        self.turn.load(Ordering::Relaxed)
    }

    pub(crate) fn advance(&self) {
        self.turn.fetch_add(1, Ordering::Relaxed);
    }
}
