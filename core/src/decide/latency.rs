//! What a latency model foresees for members of a pool, against what the request may take.

use super::facts::Facts;
use crate::plan::{LatencyFeatures, LatencyModel};

/// A model with the request's limits.
pub(super) struct Foreseen<'a> {
    facts: &'a Facts<'a>,
    model: &'a dyn LatencyModel,
    ttft: f64,
    tpot: f64,
}

/// Milliseconds that a request may take less those that it will.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Headroom {
    pub(super) ttft: f64,
    pub(super) tpot: f64,
}

impl<'a> Foreseen<'a> {
    pub(super) fn new(
        facts: &'a Facts<'a>,
        model: &'a dyn LatencyModel,
        ttft_header: &str,
        tpot_header: &str,
    ) -> Self {
        let limit = |header| {
            let limit = facts.header(header).and_then(|text| text.trim().parse().ok());
            limit.filter(|limit: &f64| limit.is_finite()).unwrap_or_default()
        };
        Self { facts, model, ttft: limit(ttft_header), tpot: limit(tpot_header) }
    }

    /// `None` where nothing is foreseen.
    pub(super) fn headroom(&self, position: usize) -> Option<Headroom> {
        let predicted = self.model.predict(&self.features(position)?)?;
        let headroom = Headroom { ttft: self.ttft - predicted.ttft, tpot: self.tpot - predicted.tpot };
        (headroom.ttft.is_finite() && headroom.tpot.is_finite()).then_some(headroom)
    }

    fn features(&self, position: usize) -> Option<LatencyFeatures> {
        let facts = self.facts;
        let cell = facts.cell(position)?;
        let (in_flight, polled) = (cell.in_flight(), cell.polled(facts.oldest));
        Some(LatencyFeatures {
            waiting: polled.and_then(|polled| polled.waiting_now(in_flight)),
            running: polled.and_then(|polled| polled.running()),
            kv_usage: polled.and_then(|polled| polled.kv_usage()),
            in_flight,
            waiting_tokens: cell.waiting_tokens(),
            prompt_tokens: facts.prompt_tokens,
            prefix_share: facts.prefix(position).map_or(0.0, |found| found.share()),
        })
    }
}

impl Headroom {
    /// Whether the request takes no longer than it may.
    pub(super) fn is_enough(self) -> bool {
        self.ttft >= 0.0 && self.tpot >= 0.0
    }
}
