//! Dynamo's KV router: blocks to prefill, its own and those queued, and blocks of active requests.
//!
//! Source: ai-dynamo/dynamo at 07a6c9c, lib/kv-router/src/scheduling/selector/default.rs (the cost), at 0b6b920,
//! lib/kv-router/src/sequences/{README.md,prefill_tracker.rs} (decay of the prefill load). At temperature 0 the least cost wins, any of several:
//!
//! `scale * max(0, (P + L) / block - credit * h) + active blocks there with this request + weight * active requests`
//!
//! with `h` in blocks, scale and credit 1, the weight 0. A block of several active requests counts once. Optionally the credit decays with the
//! prefill backlog above the least one, in units of this request; and with a model of prefill time the backlog shrinks by what the oldest prefill
//! must have worked off by now, over its own end if need be (`router_prefill_load_model`).

use super::costs::Costs;
use super::draw::Draw;
use super::holders::{Active, leading};
use super::known::{Known, Seen, Sent};
use super::rule::{Rule, Sight};
use crate::sim::Asked;

/// Settings of the router.
#[derive(Clone, Copy, Debug)]
pub struct DynamoSettings {
    /// The share of overlap that is credited.
    pub overlap_credit: f64,
    /// How fast the credit decays with the backlog; 0 is not at all.
    pub credit_decay: f64,
    /// The weight of prefill against active blocks.
    pub prefill_scale: f64,
    /// The time of prefills, where the backlog is to decay by it.
    pub prefill_model: Option<Costs>,
    /// What is seen of caches.
    pub sight: Sight,
}

impl Default for DynamoSettings {
    fn default() -> Self {
        Self {
            overlap_credit: 1.0,
            credit_decay: 0.0,
            prefill_scale: 1.0,
            prefill_model: None,
            sight: Sight::Events,
        }
    }
}

/// Picks the least cost in blocks.
#[derive(Clone, Debug, Default)]
pub struct Dynamo {
    settings: DynamoSettings,
    active: Active,
    /// Active blocks that are not full, and so nobody else's.
    partial: Vec<u64>,
    shared: Vec<u32>,
}

impl Dynamo {
    /// With these settings.
    pub fn new(settings: DynamoSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Tokens of the prefill backlog by now.
    fn backlog(&self, seen: &Seen, now: f64) -> f64 {
        let all = seen.prefill as f64;
        let (Some(costs), Some(oldest)) = (&self.settings.prefill_model, seen.oldest()) else { return all };
        let expected = costs.prefill(f64::from(oldest.uncached), f64::from(oldest.cached));
        let done = if expected > 0.0 {
            f64::from(oldest.uncached) * (now - oldest.since) / expected
        } else {
            f64::from(oldest.uncached)
        };
        (all - done).max(0.0)
    }

    fn partial(&mut self, endpoint: usize) -> &mut u64 {
        if self.partial.len() <= endpoint {
            self.partial.resize(endpoint + 1, 0);
        }
        &mut self.partial[endpoint]
    }
}

impl Rule for Dynamo {
    fn sight(&self) -> Sight {
        self.settings.sight
    }

    fn pick(&mut self, known: &Known, asked: &Asked<'_>, now: f64, draw: &mut Draw) -> usize {
        let mut shared = std::mem::take(&mut self.shared);
        shared.resize(known.endpoints.len(), 0);
        leading(asked.blocks, &[self.active.holders()], &mut shared);
        let settings = &self.settings;
        let block = f64::from(asked.block_tokens);
        let request = asked.prompt.div_ceil(asked.block_tokens);
        let backlog = |n: usize| self.backlog(&known.endpoints[n], now);
        let least = known.there().map(backlog).fold(f64::INFINITY, f64::min);
        let cost = |n: usize| {
            let backlog = backlog(n);
            let excess = (backlog - least) / block / f64::from(request);
            let credit = settings.overlap_credit / (1.0 + settings.credit_decay * excess);
            let prefill = (backlog + f64::from(asked.prompt)) / block - credit * f64::from(known.held[n]);
            let there = self.active.holders().count(n) as u64 + self.partial.get(n).copied().unwrap_or(0);
            let active = there + u64::from(request - shared[n]);
            settings.prefill_scale * prefill.max(0.0) + active as f64
        };
        let best = draw.least(known.there(), cost).unwrap_or_default();
        self.shared = shared;
        best
    }

    fn sent(&mut self, _known: &Known, _asked: &Asked<'_>, sent: &Sent, _now: f64) {
        self.active.add(sent.endpoint, &sent.blocks);
        *self.partial(sent.endpoint) += u64::from(sent.has_partial);
    }

    fn ended(&mut self, sent: &Sent, _generated: Option<u32>, _now: f64) {
        self.active.drop(sent.endpoint, &sent.blocks);
        *self.partial(sent.endpoint) -= u64::from(sent.has_partial);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, ported};
    use super::*;
    use crate::sim::Gateway;

    fn blocks(from: u64, count: u64) -> Vec<u64> {
        (from..from + count).collect()
    }

    #[test]
    fn overlap_is_credited_before_prefill_is_scaled() {
        // Upstream's example: 64 tokens in blocks of 16, two of which are cached where three other blocks are active. Twice the prefill: 2 * (4 - 2) + 3 + 4
        // against 2 * 4 + 0 + 4, so it wins; once: 2 + 7 against 4 + 4, so it does not.
        for (scale, winner) in [(2.0, 0), (1.0, 1)] {
            let settings = DynamoSettings { prefill_scale: scale, ..DynamoSettings::default() };
            let mut gateway = ported(Dynamo::new(settings), 2);
            gateway.gone(1, 0.0);
            gateway.dispatch(0, &asked(&blocks(100, 3)), 0.0);
            gateway.first_token(0, 0.0);
            gateway.appeared(1, 0.0);
            gateway.stored(0, None, &[1, 2], 0.0);
            assert_eq!(gateway.dispatch(1, &asked(&blocks(1, 4)), 0.0), winner, "scale {scale}");
        }
    }

    #[test]
    fn the_credit_decays_where_the_backlog_is() {
        // Upstream's example: all four blocks are cached where 48 tokens wait. 7 - 4 against 4; with decay 1 the credit is 1 / (1 + 3/4), so 7 - 16/7.
        // The active blocks are kept equal on both sides.
        for (decay, winner) in [(0.0, 0), (1.0, 1)] {
            let settings = DynamoSettings { credit_decay: decay, ..DynamoSettings::default() };
            let mut gateway = ported(Dynamo::new(settings), 2);
            gateway.gone(1, 0.0);
            gateway.dispatch(0, &asked(&blocks(100, 3)), 0.0);
            gateway.gone(0, 0.0);
            gateway.appeared(1, 0.0);
            gateway.dispatch(1, &asked(&blocks(200, 3)), 0.0);
            gateway.first_token(1, 0.0);
            gateway.appeared(0, 0.0);
            gateway.stored(0, None, &blocks(1, 4), 0.0);
            assert_eq!(gateway.dispatch(2, &asked(&blocks(1, 4)), 0.0), winner, "decay {decay}");
        }
    }

    #[test]
    fn blocks_that_are_active_there_already_cost_nothing_more() {
        let mut gateway = ported(Dynamo::default(), 2);
        let first = gateway.dispatch(0, &asked(&[1, 2, 3]), 0.0);
        assert_ne!(gateway.dispatch(1, &asked(&[51, 52, 53]), 0.0), first);
        (0..2).for_each(|number| gateway.first_token(number, 0.0));
        // 4 + 3 + 2 against 4 + 3 + 4, with nothing known to be cached.
        for number in 2..30 {
            assert_eq!(gateway.dispatch(number, &asked(&[1, 2, 8, 9]), 0.0), first);
            gateway.failed(number, 0.0);
        }
    }

    #[test]
    fn a_block_of_two_requests_is_active_once() {
        let mut gateway = ported(Dynamo::default(), 1);
        let partial = |blocks| Asked { prompt: asked(blocks).prompt + 1, ..asked(blocks) };
        gateway.dispatch(0, &partial(&[1, 2, 3]), 0.0);
        gateway.dispatch(1, &partial(&[1, 2, 4]), 0.0);
        gateway.dispatch(2, &asked(&[1, 2]), 0.0);
        let active = |rule: &Dynamo| (rule.active.holders().count(0), rule.partial[0]);
        assert_eq!(active(gateway.rule()), (4, 2));
        gateway.finished(0, 1, 1.0);
        gateway.failed(2, 1.0);
        assert_eq!(active(gateway.rule()), (3, 1));
        gateway.finished(1, 1, 1.0);
        assert_eq!(active(gateway.rule()), (0, 0));
    }

    #[test]
    fn the_backlog_shrinks_with_the_time_of_the_oldest_prefill_and_beyond() {
        let costs = Costs { per_token: 0.01, per_pair: 0.0, kv_tokens: 0 };
        let settings = DynamoSettings { prefill_model: Some(costs), ..DynamoSettings::default() };
        let mut gateway = ported(Dynamo::new(settings), 1);
        // 160 tokens take 1.6 s, the 32 behind them 0.32 s.
        gateway.dispatch(0, &asked(&blocks(1, 10)), 10.0);
        gateway.dispatch(1, &asked(&blocks(50, 2)), 10.2);
        let backlog = |gateway: &super::super::Ported<Dynamo>, now| {
            gateway.rule().backlog(&gateway.known().endpoints[0], now)
        };
        for (now, tokens) in [(10.0, 192.0), (10.8, 112.0), (11.7, 22.0), (99.0, 0.0)] {
            assert!((backlog(&gateway, now) - tokens).abs() < 1e-9, "{now}");
        }
        // The next in line starts its own clock.
        gateway.first_token(0, 12.0);
        assert!((backlog(&gateway, 12.1) - 22.0).abs() < 1e-9);
        let plain = Dynamo::default();
        assert!((plain.backlog(&gateway.known().endpoints[0], 99.0) - 32.0).abs() < 1e-9);
    }
}
