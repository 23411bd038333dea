//! A stage for tests of rules: endpoints, prompts in blocks of 16 tokens, scrapes.

use super::known::Known;
use super::ported::Ported;
use super::rule::Rule;
use crate::sim::{Asked, Gateway, Polled};

/// Tokens a block in tests.
pub(super) const BLOCK: u32 = 16;

/// A request with these full blocks and no token besides.
pub(super) fn asked(blocks: &[u64]) -> Asked<'_> {
    Asked {
        prompt: (blocks.len() as u32 * BLOCK).max(1),
        blocks,
        block_tokens: BLOCK,
        tenant: 0,
        session: 0,
        adapter: None,
    }
}

/// A gateway with so many endpoints.
pub(super) fn ported<R: Rule>(rule: R, endpoints: usize) -> Ported<R> {
    let mut gateway = Ported::new(rule, 1);
    (0..endpoints).for_each(|endpoint| gateway.appeared(endpoint, 0.0));
    gateway
}

/// What an endpoint says that has so many requests waiting and running and such a share of its KV blocks in use.
pub(super) fn says(waiting: u32, running: u32, kv_usage: f64) -> Polled {
    Polled { waiting, running, kv_usage, ..Polled::default() }
}

/// Scrapes all endpoints.
pub(super) fn polls<G: Gateway>(gateway: &mut G, polled: &[Polled], now: f64) {
    polled.iter().enumerate().for_each(|(endpoint, polled)| gateway.polled(endpoint, polled, now));
}

/// Which endpoints a rule picks when the same decision is made often, nothing being sent.
pub(super) fn picks<R: Rule>(rule: &mut R, known: &Known, asked: &Asked<'_>) -> Vec<usize> {
    let mut draw = super::draw::Draw::new(11);
    let mut picks: Vec<usize> = (0..200).map(|_| rule.pick(known, asked, 0.0, &mut draw)).collect();
    picks.sort_unstable();
    picks.dedup();
    picks
}

/// A ledger of so many endpoints that are there and of which nothing else is known.
pub(super) fn known(endpoints: usize) -> Known {
    let mut known = Known::default();
    known.endpoints.resize_with(endpoints, Default::default);
    known.endpoints.iter_mut().for_each(|seen| seen.there = true);
    known.held = vec![0; endpoints];
    known
}
