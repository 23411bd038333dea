//! llm-d's precise prefix cache: the share of a prompt's blocks that KV events say an endpoint has, the free KV cache and the queue.
//!
//! Source: llm-d/llm-d-inference-scheduler at 520af47, deploy/config/epp-precise-prefix-cache-config.yaml (2 : 1 : 1) and
//! pkg/epp/framework/plugins/scheduling/scorer/preciseprefixcache/{precise_prefix_cache,utils}.go: blocks divided by the prompt's blocks, 1 at most.
//! Speculative entries, off by default, count what was sent in the last two seconds as held. Earlier releases rated hits between the highest and the lowest
//! of all candidates, which is left out.

use super::draw::Draw;
use super::epp::{Weights, best, share};
use super::known::Known;
use super::rule::{Rule, Sight};
use crate::sim::Asked;

/// Scorers with weights over KV events.
#[derive(Clone, Copy, Debug)]
pub struct LlmdPrecise {
    weights: Weights,
    sight: Sight,
}

impl LlmdPrecise {
    /// With these weights; whether with speculative entries.
    pub fn new(weights: Weights, speculative: bool) -> Self {
        Self { weights, sight: if speculative { Sight::Speculative(2.0) } else { Sight::Events } }
    }

    /// As its example configuration says.
    pub fn by_default() -> Self {
        Self::new(Weights { queue: 1.0, kv: 1.0, prefix: 2.0 }, false)
    }
}

impl Rule for LlmdPrecise {
    fn sight(&self) -> Sight {
        self.sight
    }

    fn pick(&mut self, known: &Known, asked: &Asked<'_>, _now: f64, draw: &mut Draw) -> usize {
        best(&self.weights, known, draw, |n| share(known.held[n], asked.blocks.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, polls, ported, says};
    use super::*;
    use crate::sim::Gateway;

    #[test]
    fn half_a_prefix_equals_the_whole_queue() {
        let mut gateway = ported(LlmdPrecise::by_default(), 2);
        gateway.stored(1, None, &[1, 2, 3], 0.0);
        polls(&mut gateway, &[says(0, 0, 0.0), says(4, 0, 0.0)], 0.0);
        // 2 * 3/4 + 1 + 0 against 0 + 1 + 1.
        assert_eq!(gateway.dispatch(0, &asked(&[1, 2, 3, 4]), 0.0), 1);
        // 2 * 3/8 + 1 + 0 against 0 + 1 + 1.
        assert_eq!(gateway.dispatch(1, &asked(&[1, 2, 3, 4, 5, 6, 7, 8]), 0.0), 0);
        gateway.removed(1, &[1], 1.0);
        assert_eq!(gateway.dispatch(2, &asked(&[1, 2, 3, 4]), 1.0), 0, "nothing counts after a gap");
    }

    #[test]
    fn speculation_keeps_a_burst_together_for_two_seconds() {
        let weights = Weights { queue: 2.0, kv: 2.0, prefix: 3.0 };
        let mut gateway = ported(LlmdPrecise::new(weights, true), 8);
        let home = gateway.dispatch(0, &asked(&[1, 2]), 0.0);
        assert!((1..20).all(|n| gateway.dispatch(n, &asked(&[1, 2]), 0.1) == home));
        assert_eq!(gateway.dispatch(20, &asked(&[1, 2]), 2.05), home, "that of 0.1 s still counts");
        let late: Vec<usize> = (21..60).map(|n| gateway.dispatch(n, &asked(&[n as u64]), 5.0)).collect();
        assert!(late.iter().any(|n| *n != home));
        let known = gateway.known();
        assert_eq!(known.held, [0; 8]);
    }
}
