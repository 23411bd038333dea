//! What the endpoint picker of llm-d and the Gateway API Inference Extension adds up: weights times queue, KV cache and prefix.
//!
//! Source: llm-d/llm-d-inference-scheduler at 520af47, pkg/epp/framework/plugins/scheduling/scorer/{queuedepth,kvcacheutilization,prefix}. The queue is rated
//! between the longest and the shortest of all candidates, 1 where those are equal; the KV cache by what is free; the prefix by the share of blocks. The
//! highest sum wins, any of several.

use super::draw::Draw;
use super::known::Known;

/// The weights of a profile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// Of the queue.
    pub queue: f64,
    /// Of the free KV cache.
    pub kv: f64,
    /// Of the prefix.
    pub prefix: f64,
}

/// The sum of an endpoint, where `share` says which share of the prompt's blocks it has.
pub(super) fn total(weights: &Weights, known: &Known, endpoint: usize, share: f64) -> f64 {
    let queues = || known.there().map(|n| known.endpoints[n].polled.waiting);
    let (longest, shortest) = (queues().max().unwrap_or(0), queues().min().unwrap_or(0));
    let polled = &known.endpoints[endpoint].polled;
    let queue = match longest - shortest {
        0 => 1.0,
        range => f64::from(longest - polled.waiting) / f64::from(range),
    };
    weights.queue * queue + weights.kv * (1.0 - polled.kv_usage) + weights.prefix * share
}

/// The endpoint of the highest sum.
pub(super) fn best(weights: &Weights, known: &Known, draw: &mut Draw, share: impl Fn(usize) -> f64) -> usize {
    draw.least(known.there(), |n| -total(weights, known, n, share(n))).unwrap_or_default()
}

/// Blocks of how many there are.
pub(super) fn share(blocks: u32, all: usize) -> f64 {
    if all == 0 { 0.0 } else { (f64::from(blocks) / all as f64).min(1.0) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{known, says};
    use super::*;

    #[test]
    fn sums_are_those_worked_by_hand() {
        let weights = Weights { queue: 2.0, kv: 2.0, prefix: 3.0 };
        let mut known = known(3);
        for (n, polled) in [says(10, 3, 0.1), says(0, 9, 0.9), says(5, 1, 0.5)].into_iter().enumerate() {
            known.endpoints[n].polled = polled;
        }
        let totals = [0, 1, 2].map(|n| total(&weights, &known, n, [1.0, 0.0, 0.25][n]));
        // 0 + 1.8 + 3; 2 + 0.2 + 0; 1 + 1 + 0.75.
        for (total, expected) in totals.iter().zip([4.8, 2.2, 2.75]) {
            assert!((total - expected).abs() < 1e-12, "{totals:?}");
        }
        known.endpoints.iter_mut().for_each(|seen| seen.polled.waiting = 7);
        assert!((total(&weights, &known, 1, 0.0) - 2.2).abs() < 1e-12, "no range rates 1");
    }
}
