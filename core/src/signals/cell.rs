//! The signals of one endpoint and of one pool.

use std::sync::atomic::{AtomicU64, Ordering};

use super::leased::{Lease, Leased, Terms};
use super::metrics::LoadReport;
use super::polled::Polled;
use crate::units::Nanos;

/// The signals of one endpoint. Aligned so that two endpoints never share a cache line.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct EndpointCell {
    polled: Polled,
    /// Requests started and not finished.
    requests: Leased,
    /// Prompt tokens of those that have no first token yet.
    waiting_tokens: Leased,
}

impl EndpointCell {
    /// Requests started and not finished.
    #[inline]
    pub(crate) fn in_flight(&self) -> u32 {
        u32::try_from(self.requests.get()).unwrap_or(u32::MAX)
    }

    /// Prompt tokens sent there that no first token answers yet.
    #[inline]
    pub(crate) fn waiting_tokens(&self) -> u64 {
        self.waiting_tokens.get()
    }

    /// What the endpoint said at `oldest` or later.
    #[inline]
    pub(crate) fn polled(&self, oldest: Nanos) -> Option<&Polled> {
        Some(&self.polled).filter(|polled| polled.is_since(oldest))
    }

    pub(crate) fn set_load(&self, load: &LoadReport, at: Nanos) {
        self.polled.set(load, self.in_flight(), at);
    }

    pub(crate) fn set_in_flight(&self, count: u32) {
        self.requests.set(count.into());
    }

    pub(crate) fn start(&self, prompt_tokens: u32, lease: Lease) {
        self.requests.add(1, lease);
        self.waiting_tokens.add(prompt_tokens.into(), lease);
    }

    pub(crate) fn first_token(&self, prompt_tokens: u32, lease: Lease) {
        self.waiting_tokens.take_back(prompt_tokens.into(), lease);
    }

    pub(crate) fn finish(&self, lease: Lease) {
        self.requests.take_back(1, lease);
    }

    /// Forgets the requests whose lease has lapsed.
    pub(crate) fn lapse(&self, terms: Terms, now: Nanos) {
        self.requests.lapse(terms, now);
        self.waiting_tokens.lapse(terms, now);
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
