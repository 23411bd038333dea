//! The signals of one endpoint and of one pool.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use serde::Serialize;

use super::adapters::{AdapterUse, Adapters};
use super::attributes::Attributes;
use super::backlog::{Backlog, Work};
use super::health::Health;

use super::leased::{Lease, Leased, Terms};
use super::metrics::LoadReport;
use super::panel::Shown;
use super::polled::Polled;
use super::prefilling::Prefilling;
use super::returns::Returns;
use super::sessions::Sessions;
use super::turnover::Turnover;
use super::typical::Typical;
use crate::real::{self, greater};
use crate::units::Nanos;

/// How well prefix knowledge of an endpoint holds: sums over requests whose endpoint told what it had cached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CachedTokens {
    /// Tokens that the decisions took to be cached.
    pub predicted: u64,
    /// Tokens that were.
    pub delivered: u64,
}

/// The signals of one endpoint. Aligned so that two endpoints never share a cache line.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct EndpointCell {
    polled: Polled,
    /// Requests started and not finished.
    requests: Leased,
    backlog: Backlog,
    returns: Returns,
    turnover: Turnover,
    prefilling: Prefilling,
    adapters: Adapters,
    attributes: Attributes,
    health: Health,
    /// The place of its latest cold request among those of its pools; 0 where it had none.
    cold: AtomicU64,
    /// Prompt tokens that were taken to be cached, and those that were, of requests whose endpoint said so.
    predicted: AtomicU64,
    delivered: AtomicU64,
    shown: Shown,
    /// Of the requests those that other replicas told of.
    of_replicas: AtomicU32,
}

impl EndpointCell {
    /// Requests started and not finished.
    #[inline]
    pub(crate) fn in_flight(&self) -> u32 {
        self.requests.count()
    }

    /// The same, to calculate with.
    #[inline]
    pub(crate) fn requests(&self) -> f64 {
        real::of(self.requests.get())
    }

    /// Of these, those that other replicas told of.
    pub(crate) fn of_replicas(&self) -> u32 {
        self.of_replicas.load(Ordering::Relaxed)
    }

    pub(crate) fn of_replicas_changed(&self, by: i32) {
        self.of_replicas.fetch_add(by.cast_unsigned(), Ordering::Relaxed);
    }

    /// Prompt tokens sent there that no first token answers yet.
    #[inline]
    pub(crate) fn waiting_tokens(&self) -> u64 {
        self.backlog.tokens()
    }

    /// What the endpoint still has to work off of this router's requests.
    #[inline]
    pub(crate) fn backlog(&self) -> &Backlog {
        &self.backlog
    }

    /// How often requests come back for what the endpoint has cached.
    #[inline]
    pub(crate) fn returns(&self) -> &Returns {
        &self.returns
    }

    /// How much of its KV cache was written anew lately.
    #[inline]
    pub(crate) fn turnover(&self) -> &Turnover {
        &self.turnover
    }

    /// How much of its time goes to prompts.
    #[inline]
    pub(crate) fn prefilling(&self) -> &Prefilling {
        &self.prefilling
    }

    /// What the endpoint said at `oldest` or later.
    #[inline]
    pub(crate) fn polled(&self, oldest: Nanos) -> Option<&Polled> {
        Some(&self.polled).filter(|polled| polled.is_since(oldest))
    }

    /// What the endpoint said, however long ago.
    pub(super) fn told(&self) -> &Polled {
        &self.polled
    }

    /// The panels that show it.
    pub(super) fn shown(&self) -> &Shown {
        &self.shown
    }

    /// How the adapter with this key is used there, as told at `oldest` or later.
    pub(crate) fn adapter(&self, key: u64, oldest: Nanos) -> Option<AdapterUse> {
        self.adapters.usage(key, oldest)
    }

    /// The attribute with this key, as told at `oldest` or later.
    pub(crate) fn attribute(&self, key: u64, oldest: Nanos) -> Option<f64> {
        self.attributes.get(key, oldest)
    }

    /// `false` where the endpoint has too many attributes already.
    pub(crate) fn set_attribute(&self, key: u64, value: f64, at: Nanos) -> bool {
        self.attributes.set(key, value, at)
    }

    /// How requests there went.
    #[inline]
    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    pub(crate) fn set_load(&self, load: &LoadReport, at: Nanos) {
        let own = self.backlog.own(self.in_flight(), load.waiting.unwrap_or_default());
        if let Some(missed) = self.polled.set(load, own, at) {
            self.turnover.told(missed, at);
        }
        self.adapters.set(load.lora.as_ref(), at);
        self.shown.renew();
    }

    pub(crate) fn set_in_flight(&self, count: u32) {
        self.requests.set(count.into());
    }

    /// A request was sent there. Returns its number among those without a first token.
    pub(crate) fn start(&self, work: Work, now: Nanos, lease: Lease) -> u64 {
        self.requests.add(1, lease);
        self.backlog.start(work, now, lease)
    }

    /// Counts a request that was sent there before.
    pub(crate) fn enter(&self, work: Work, has_first_token: bool, lease: Lease) {
        self.requests.add(1, lease);
        self.backlog.enter(work, has_first_token, lease);
    }

    /// Counts it no more.
    pub(crate) fn leave(&self, work: Work, has_first_token: bool, lease: Lease) {
        // In this order no more wait than are in flight.
        self.backlog.leave(work, has_first_token, lease);
        self.requests.take_back(1, lease);
    }

    /// The first token of a request came, whose number is not known where it was told of by events. Returns when the endpoint had begun with its prompt, as
    /// far as the router can tell.
    pub(crate) fn first_token(&self, work: Work, number: Option<u64>, now: Nanos, lease: Lease) -> Nanos {
        self.backlog.work_off(work, lease);
        self.backlog.turn(work, number, now)
    }

    /// A request that was told of without its tokens came to its end.
    pub(crate) fn finish(&self, now: Nanos, lease: Lease) {
        self.backlog.end_one_of(self.in_flight(), now, lease);
        self.requests.take_back(1, lease);
    }

    /// Answers under way of this router's requests.
    #[inline]
    pub(crate) fn answers(&self) -> f64 {
        greater(self.requests() - self.backlog.requests(), 0.0)
    }

    /// Whether others had prompts there when it was last asked.
    pub(crate) fn has_foreign_prompts(&self) -> bool {
        let foreign = self.polled.foreign();
        foreign.waiting > 0.0 || foreign.begun > 0.0
    }

    /// The larger, the later it was sent a request of whose prompt nobody held anything; 0 for never.
    #[inline]
    pub(crate) fn cold(&self) -> u64 {
        self.cold.load(Ordering::Relaxed)
    }

    pub(crate) fn set_cold(&self, place: u64) {
        self.cold.fetch_max(place, Ordering::Relaxed);
    }

    pub(crate) fn cached(&self, predicted: u32, delivered: u32) {
        self.predicted.fetch_add(predicted.into(), Ordering::Relaxed);
        self.delivered.fetch_add(delivered.into(), Ordering::Relaxed);
    }

    /// Tokens predicted to be cached, and found to be.
    pub(crate) fn cached_tokens(&self) -> CachedTokens {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        CachedTokens { predicted: read(&self.predicted), delivered: read(&self.delivered) }
    }

    /// Forgets the requests whose lease has lapsed.
    pub(crate) fn lapse(&self, terms: Terms, now: Nanos) {
        self.requests.lapse(terms, now);
        self.backlog.lapse(terms, now);
    }
}

/// The signals of one pool.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(crate) struct PoolCell {
    turn: AtomicU64,
    pub(crate) typical: Typical,
    pub(crate) sessions: Sessions,
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
