//! vLLM's balancer of data-parallel ranks: four times the requests waiting plus those running, as last told, and one more waiting for each request sent since.
//!
//! Source: `DPLBAsyncMPClient.get_core_engine_for_request` of vLLM V1, read through its port in ai-dynamo/dynamo at 35c71e9,
//! lib/kv-router/src/scheduling/selector_vllm.rs. Ties fall to the first one from a start on that moves by one each time. vLLM's engines push their counts
//! every 100 ms; here scrapes stand in for that, so the age of counts is the run's.

use super::draw::Draw;
use super::known::Known;
use super::rule::Rule;
use crate::sim::Asked;

/// Picks the least `4 W + R`.
#[derive(Clone, Copy, Debug, Default)]
pub struct VllmDp {
    start: usize,
}

impl Rule for VllmDp {
    fn pick(&mut self, known: &Known, _asked: &Asked<'_>, _now: f64, _draw: &mut Draw) -> usize {
        let count = known.there().count().max(1);
        let start = self.start % count;
        self.start = self.start.wrapping_add(1);
        let key = |(rank, n): &(usize, usize)| {
            let seen = &known.endpoints[*n];
            let score = 4 * (seen.polled.waiting + seen.sent_since_poll) + seen.polled.running;
            (score, (rank + count - start) % count)
        };
        known.there().enumerate().min_by_key(key).map_or(0, |(_, n)| n)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, known, polls, ported, says};
    use super::*;
    use crate::sim::Gateway;

    #[test]
    fn two_waiting_weigh_more_than_five_running() {
        let mut known = known(2);
        known.endpoints[0].polled = says(2, 0, 0.0);
        known.endpoints[1].polled = says(0, 5, 0.0);
        assert_eq!(VllmDp::default().pick(&known, &asked(&[]), 0.0, &mut Draw::new(1)), 1);
    }

    #[test]
    fn ties_go_round_from_call_to_call() {
        let (known, mut rule, mut draw) = (known(3), VllmDp::default(), Draw::new(1));
        let picks: Vec<usize> = (0..6).map(|_| rule.pick(&known, &asked(&[]), 0.0, &mut draw)).collect();
        assert_eq!(picks, [0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn what_was_sent_counts_as_waiting_until_the_next_scrape() {
        let mut gateway = ported(VllmDp::default(), 2);
        polls(&mut gateway, &[says(0, 0, 0.0), says(0, 7, 0.0)], 0.0);
        // 0, 4 and 8 against 7.
        let picks: Vec<usize> = (0..3).map(|n| gateway.dispatch(n, &asked(&[]), 0.0)).collect();
        assert_eq!(picks, [0, 0, 1]);
        polls(&mut gateway, &[says(0, 2, 0.0), says(0, 8, 0.0)], 0.1);
        assert_eq!(gateway.dispatch(3, &asked(&[]), 0.1), 0);
    }
}
