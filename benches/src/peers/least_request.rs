//! The endpoint with the fewest of this replica's requests in flight: Envoy's LEAST_REQUEST over all hosts, vLLM production-stack's and AIBrix's
//! `least-request`, LiteLLM's `least-busy`.

use super::draw::Draw;
use super::known::Known;
use super::rule::Rule;
use crate::sim::Asked;

/// Picks the least in flight, any of several.
#[derive(Clone, Copy, Debug, Default)]
pub struct LeastRequest;

impl Rule for LeastRequest {
    fn pick(&mut self, known: &Known, _asked: &Asked<'_>, _now: f64, draw: &mut Draw) -> usize {
        draw.least(known.there(), |n| known.endpoints[n].in_flight).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, ported};
    use super::*;
    use crate::sim::Gateway;

    #[test]
    fn requests_spread_until_some_end() {
        let mut gateway = ported(LeastRequest, 3);
        let mut first: Vec<usize> = (0..3).map(|n| gateway.dispatch(n, &asked(&[]), 0.0)).collect();
        let freed = first[1];
        gateway.finished(1, 5, 1.0);
        assert_eq!(gateway.dispatch(3, &asked(&[]), 1.0), freed);
        first.sort_unstable();
        assert_eq!(first, [0, 1, 2]);
        gateway.gone(freed, 2.0);
        assert_ne!(gateway.dispatch(4, &asked(&[]), 2.0), freed);
    }
}
