//! A sum of amounts that their owners take back, or that lapse if they never do.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::units::Nanos;

/// Spans of time whose amounts lapse together.
const SLOTS: usize = 16;
/// A lease is this many spans long, so that the spans in use at one moment never share a slot.
const SPANS: u64 = 8;
/// The low bits of a slot hold the amount, the others the span.
const AMOUNT_BITS: u32 = 40;
const AMOUNT: u64 = (1 << AMOUNT_BITS) - 1;

/// The sum, and its parts by when they lapse.
///
/// A slot belongs to one span at a time, and each change of it moves the sum by as much: what is taken back after it lapsed is not taken back twice.
/// INVARIANT: every access is relaxed; no decision orders its reads of one sum against another's.
#[derive(Debug, Default)]
pub(crate) struct Leased {
    sum: AtomicU64,
    /// Elsewhere, so that the sums which a decision reads lie beside each other.
    slots: Box<[AtomicU64; SLOTS]>,
}

/// How long amounts count that nobody takes back; `None` for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    span: Option<u64>,
}

/// When an amount lapses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    span: Option<u64>,
}

impl Terms {
    pub(crate) fn new(length: Option<Nanos>) -> Self {
        Self { span: length.map(|length| (length.get() / SPANS).max(1)) }
    }

    /// A lease from `now` on. It lasts as long as the terms say, at most an eighth longer.
    pub(crate) fn lease(self, now: Nanos) -> Lease {
        let span = self.span.map(|span| (now.get() / span + SPANS + 1) & (u64::MAX >> AMOUNT_BITS));
        Lease { span }
    }

    /// The first span that has not lapsed.
    fn current(self, now: Nanos) -> Option<u64> {
        self.span.map(|span| (now.get() / span) & (u64::MAX >> AMOUNT_BITS))
    }
}

impl Leased {
    #[inline]
    pub(crate) fn get(&self) -> u64 {
        self.sum.load(Ordering::Relaxed)
    }

    /// The sum where it counts requests; more than 2^32 saturate.
    #[inline]
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.get()).unwrap_or(u32::MAX)
    }

    /// Replaces the sum. What is taken back later counts against the new one.
    pub(crate) fn set(&self, sum: u64) {
        self.sum.store(sum, Ordering::Relaxed);
    }

    /// Adds `amount`, which is at most 2^32.
    pub(crate) fn add(&self, amount: u64, lease: Lease) {
        self.raise(amount);
        let Some((span, slot)) = lease.span.and_then(|span| Some((span, self.slot(span)?))) else { return };
        let before = slot.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |word| {
            let kept = if word >> AMOUNT_BITS == span { word & AMOUNT } else { 0 };
            Some(span << AMOUNT_BITS | (kept + amount).min(AMOUNT))
        });
        if let Ok(word) | Err(word) = before
            && word >> AMOUNT_BITS != span
        {
            self.lower(word & AMOUNT);
        }
    }

    /// Takes back what was added under this lease; nothing where it has lapsed. A sum of 0 stays 0: one that wraps would keep an endpoint empty for
    /// ever.
    pub(crate) fn take_back(&self, amount: u64, lease: Lease) {
        let Some((span, slot)) = lease.span.and_then(|span| Some((span, self.slot(span)?))) else {
            return self.lower(amount);
        };
        let before = slot.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |word| {
            (word >> AMOUNT_BITS == span).then(|| word - (word & AMOUNT).min(amount))
        });
        if let Ok(word) = before {
            self.lower((word & AMOUNT).min(amount));
        }
    }

    /// Takes back whatever has lapsed by `now`.
    pub(crate) fn lapse(&self, terms: Terms, now: Nanos) {
        let Some(current) = terms.current(now) else { return };
        for slot in self.slots.iter() {
            let before = slot.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |word| {
                let age = current.wrapping_sub(word >> AMOUNT_BITS) & (u64::MAX >> AMOUNT_BITS);
                // Half of all spans lie ahead.
                let has_lapsed = age > 0 && age < 1 << (63 - AMOUNT_BITS);
                (has_lapsed && word & AMOUNT > 0).then_some(word & !AMOUNT)
            });
            if let Ok(word) = before {
                self.lower(word & AMOUNT);
            }
        }
    }

    fn slot(&self, span: u64) -> Option<&AtomicU64> {
        self.slots.get(usize::try_from(span).unwrap_or_default() % SLOTS)
    }

    fn raise(&self, amount: u64) {
        self.sum.fetch_add(amount, Ordering::Relaxed);
    }

    fn lower(&self, amount: u64) {
        let lowered = |sum: u64| Some(sum.saturating_sub(amount));
        _ = self.sum.fetch_update(Ordering::Relaxed, Ordering::Relaxed, lowered);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: fn() -> Terms = || Terms::new(Some(Nanos::new(800)));

    #[test]
    fn what_is_not_taken_back_lapses_once() {
        let leased = Leased::default();
        let early = TERMS().lease(Nanos::new(0));
        let late = TERMS().lease(Nanos::new(500));
        leased.add(3, early);
        leased.add(4, late);
        leased.lapse(TERMS(), Nanos::new(800));
        assert_eq!(leased.get(), 7);
        leased.lapse(TERMS(), Nanos::new(1000));
        assert_eq!(leased.get(), 4);
        leased.take_back(3, early);
        assert_eq!(leased.get(), 4, "lapsed before");
        leased.take_back(4, late);
        leased.take_back(4, late);
        assert_eq!(leased.get(), 0);
    }

    #[test]
    fn a_slot_that_is_used_again_drops_what_lapsed() {
        let leased = Leased::default();
        for round in 0..100_u64 {
            leased.add(1, TERMS().lease(Nanos::new(round * 100)));
        }
        assert_eq!(leased.get(), 16, "one a slot");
    }

    #[test]
    fn without_terms_nothing_lapses_and_nothing_goes_below_zero() {
        let (leased, terms) = (Leased::default(), Terms::new(None));
        let lease = terms.lease(Nanos::new(0));
        leased.add(2, lease);
        leased.lapse(terms, Nanos::new(u64::MAX));
        assert_eq!(leased.get(), 2);
        leased.take_back(3, lease);
        assert_eq!(leased.get(), 0);
    }
}
