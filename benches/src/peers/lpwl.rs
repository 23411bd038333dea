//! Least prefill work left: the prefill tokens an endpoint was sent and has not answered to, plus those this request would add.
//!
//! Sources: gahow/agentic-kvc (LPWL: pending prefill tokens plus what is not cached here, ties to fewer requests); blitz-serving/blitz-router at 283eea1,
//! router/src/policies/simple.rs (`least-wait-token-q`, the same sum); Mooncake's Conductor (FAST '25) without transfers, as queue and prefill time
//! are both in proportion to tokens.

use super::draw::Draw;
use super::known::Known;
use super::rule::{Rule, Sight};
use crate::sim::Asked;

/// Picks the least `P + L - h`.
#[derive(Clone, Copy, Debug)]
pub struct Lpwl {
    sight: Sight,
}

impl Lpwl {
    /// With caches seen like this.
    pub fn new(sight: Sight) -> Self {
        Self { sight }
    }
}

impl Rule for Lpwl {
    fn sight(&self) -> Sight {
        self.sight
    }

    fn pick(&mut self, known: &Known, asked: &Asked<'_>, _now: f64, draw: &mut Draw) -> usize {
        let key = |n: usize| {
            let seen = &known.endpoints[n];
            (seen.prefill + u64::from(known.uncached(n, asked)), seen.in_flight)
        };
        draw.least(known.there(), key).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, ported};
    use super::*;
    use crate::sim::Gateway;

    #[test]
    fn work_left_decides_and_decoding_is_free() {
        let mut gateway = ported(Lpwl::new(Sight::Events), 2);
        gateway.stored(0, None, &[1, 2, 3], 0.0);
        assert_eq!(gateway.dispatch(0, &asked(&[1, 2, 3, 4]), 0.0), 0, "16 against 64 tokens");
        assert_eq!(gateway.known().endpoints[0].prefill, 16);
        // 16 + 16 against 64; then 32 + 80 against 128, and 112 + 64 against 64.
        assert_eq!(gateway.dispatch(1, &asked(&[1, 2, 3, 5]), 0.0), 0);
        assert_eq!(gateway.dispatch(2, &asked(&[1, 2, 3, 6, 7, 8, 9, 10]), 0.0), 0);
        assert_eq!(gateway.dispatch(3, &asked(&[11, 12, 13, 14]), 0.0), 1);
        (0..3).for_each(|number| gateway.first_token(number, 1.0));
        assert_eq!(gateway.known().endpoints[0].prefill, 0);
        assert_eq!(gateway.dispatch(4, &asked(&[15, 16]), 1.0), 0, "three that decode weigh nothing");
    }

    #[test]
    fn equal_work_goes_to_fewer_requests() {
        let mut gateway = ported(Lpwl::new(Sight::Events), 2);
        let busy = gateway.dispatch(0, &asked(&[1]), 0.0);
        gateway.first_token(0, 0.1);
        assert!((0..20).all(|n| {
            let endpoint = gateway.dispatch(1 + n, &asked(&[50 + n as u64]), 1.0);
            gateway.finished(1 + n, 1, 1.0);
            endpoint != busy
        }));
    }

    #[test]
    fn prompts_in_flight_attract_their_like_only_with_optimism() {
        for (sight, together) in [(Sight::Optimistic, true), (Sight::Events, false)] {
            let mut gateway = ported(Lpwl::new(sight), 2);
            let blocks: Vec<u64> = (1..=10).collect();
            let first = gateway.dispatch(0, &asked(&blocks), 0.0);
            let longer: Vec<u64> = (1..=11).collect();
            // 160 + 16 against 176: a tie in tokens, and fewer requests elsewhere; a first token makes it 16 against 176.
            gateway.first_token(0, 0.1);
            assert_eq!(gateway.dispatch(1, &asked(&longer), 0.2) == first, together);
        }
    }
}
