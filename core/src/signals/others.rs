//! What other routers' requests do at an endpoint, told by what the endpoint says beyond what we sent there.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::metrics::LoadReport;
use crate::real::{self, greater, lesser};

/// Our own part as of the last report, and what the report's totals say of prompts under way.
#[derive(Debug)]
pub(crate) struct Others {
    /// Requests of ours in flight at that moment, and those of them without a first token.
    in_flight: AtomicU32,
    unanswered: AtomicU32,
    /// Tokens of others' prompts that the endpoint had begun with and not answered.
    begun: AtomicU64,
    /// Tokens that count as begun and never will be answered, because their requests were given up.
    lost: AtomicU64,
    /// Totals of the prefix cache, and the bits of the share of the prompts last begun with that was not found there.
    queries: AtomicU64,
    hits: AtomicU64,
    missed: AtomicU64,
}

/// What we have at an endpoint ourselves.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Own {
    /// Requests in flight.
    pub(super) in_flight: u32,
    /// Those without a first token.
    pub(super) unanswered: u32,
    /// Tokens of their prompts that the endpoint has begun with.
    pub(super) begun: u64,
}

/// Requests of others at an endpoint, as of its last report.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Foreign {
    /// Tokens to work off of prompts that the endpoint has begun with.
    pub(crate) begun: f64,
    /// Requests in the queue.
    pub(crate) waiting: f64,
    /// Requests that run.
    pub(crate) running: f64,
}

impl Default for Others {
    fn default() -> Self {
        Self {
            in_flight: AtomicU32::new(0),
            unanswered: AtomicU32::new(0),
            begun: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            queries: AtomicU64::new(0),
            hits: AtomicU64::new(0),
            missed: AtomicU64::new(f64::to_bits(1.0)),
        }
    }
}

impl Others {
    /// Requests of ours in flight at that moment.
    #[inline]
    pub(super) fn own_in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Returns the tokens of prompts that were begun with since the report before and not found in the prefix cache, if there are any and that is known.
    pub(super) fn set(&self, load: &LoadReport, own: Own) -> Option<u64> {
        self.in_flight.store(own.in_flight, Ordering::Relaxed);
        self.unanswered.store(own.unanswered, Ordering::Relaxed);
        self.begun.store(self.begun_by_others(load, own.begun).unwrap_or_default(), Ordering::Relaxed);
        self.set_missed(load)
    }

    /// The prefix cache is asked when a prompt is begun with, and the prompt counted when it is answered: what lies between is under way.
    fn begun_by_others(&self, load: &LoadReport, own: u64) -> Option<u64> {
        let begun = load.prefix_queries?.saturating_sub(load.prompt_tokens?);
        let lost = if load.running == Some(0) { begun } else { self.lost.load(Ordering::Relaxed).min(begun) };
        self.lost.store(lost, Ordering::Relaxed);
        Some((begun - lost).saturating_sub(own))
    }

    fn set_missed(&self, load: &LoadReport) -> Option<u64> {
        let (queries, hits) = load.prefix_queries.zip(load.prefix_hits)?;
        let before = self.queries.swap(queries, Ordering::Relaxed);
        let asked = queries.saturating_sub(before);
        let found = hits.saturating_sub(self.hits.swap(hits, Ordering::Relaxed));
        let missed = asked.saturating_sub(found);
        if asked > 0 {
            let share = real::of(missed) / real::of(asked);
            self.missed.store(share.to_bits(), Ordering::Relaxed);
        }
        // How long the first totals took to come about nobody knows.
        (before > 0 && missed > 0).then_some(missed)
    }

    /// Of `waiting` and `running` requests those that are not ours.
    #[inline]
    pub(super) fn of(&self, waiting: u32, running: u32) -> Foreign {
        let read = |count: &AtomicU32| f64::from(count.load(Ordering::Relaxed));
        let (waiting, running) = (f64::from(waiting), f64::from(running));
        let all = greater(waiting + running - read(&self.in_flight), 0.0);
        // Whoever of ours has no first token may wait, too.
        let waiting = lesser(greater(waiting - read(&self.unanswered), 0.0), all);
        let missed = f64::from_bits(self.missed.load(Ordering::Relaxed));
        let begun = missed * real::of(self.begun.load(Ordering::Relaxed));
        Foreign { begun, waiting, running: all - waiting }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(waiting: u32, running: u32, queries: u64, hits: u64, prompts: u64) -> LoadReport {
        let mut load = LoadReport::default();
        (load.waiting, load.running) = (Some(waiting), Some(running));
        (load.prefix_queries, load.prefix_hits, load.prompt_tokens) =
            (Some(queries), Some(hits), Some(prompts));
        load
    }

    #[test]
    fn what_is_not_ours_is_others() {
        let others = Others::default();
        others.set(&report(3, 5, 1000, 400, 200), Own { in_flight: 4, unanswered: 2, begun: 300 });
        let foreign = others.of(3, 5);
        assert_eq!((foreign.waiting, foreign.running, foreign.begun), (1.0, 3.0, 300.0));
    }

    #[test]
    fn all_that_runs_may_be_ours() {
        let others = Others::default();
        others.set(&report(0, 2, 500, 0, 100), Own { in_flight: 7, unanswered: 7, begun: 400 });
        let foreign = others.of(0, 2);
        assert_eq!((foreign.waiting, foreign.running, foreign.begun), (0.0, 0.0, 0.0));
    }

    #[test]
    fn prompts_that_were_given_up_are_forgotten_when_nothing_runs() {
        let others = Others::default();
        others.set(&report(0, 0, 900, 0, 700), Own::default());
        others.set(&report(0, 1, 1000, 0, 700), Own::default());
        assert_eq!(others.of(0, 1).begun, 100.0);
        others.set(&report(0, 1, 50, 0, 40), Own::default());
        assert_eq!(others.of(0, 1).begun, 0.0, "totals that began anew");
    }
}
