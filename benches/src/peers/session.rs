//! Session affinity: a conversation stays where it began.
//!
//! Sources: llm-d/llm-d-router at ebab687, pkg/epp/framework/plugins/scheduling/scorer/sessionaffinity (strategy `session_id`: the endpoint that a session is
//! bound to, bound anew when it is gone), smg's `manual` with `min_load`; and vllm-project/production-stack, routing_logic.py (a hash ring of sessions).

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::draw::Draw;
use super::known::{Known, Sent};
use super::ring::Ring;
use super::rule::Rule;
use crate::sim::Asked;

/// Picks by session: where it was bound, the least loaded at first.
#[derive(Clone, Debug, Default)]
pub struct Session {
    bound: HashMap<u32, usize, FixedState>,
}

impl Rule for Session {
    fn pick(&mut self, known: &Known, asked: &Asked<'_>, _now: f64, draw: &mut Draw) -> usize {
        let bound = self.bound.get(&asked.session).copied().filter(|n| known.endpoints[*n].there);
        bound.or_else(|| draw.least(known.there(), |n| known.endpoints[n].in_flight)).unwrap_or_default()
    }

    fn sent(&mut self, _known: &Known, asked: &Asked<'_>, sent: &Sent, _now: f64) {
        self.bound.insert(asked.session, sent.endpoint);
    }
}

/// Picks by the place of the session on a ring of hashes.
#[derive(Clone, Debug, Default)]
pub struct SessionRing {
    ring: Ring,
}

impl Rule for SessionRing {
    fn pick(&mut self, _known: &Known, asked: &Asked<'_>, _now: f64, _draw: &mut Draw) -> usize {
        self.ring.from(u64::from(asked.session)).next().unwrap_or_default()
    }

    fn appeared(&mut self, endpoint: usize) {
        self.ring.add(endpoint);
    }

    fn gone(&mut self, endpoint: usize) {
        self.ring.drop(endpoint);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, ported};
    use super::*;
    use crate::sim::Gateway;

    fn of(session: u32) -> Asked<'static> {
        Asked { session, ..asked(&[]) }
    }

    #[test]
    fn a_session_stays_until_its_endpoint_is_gone() {
        let mut gateway = ported(Session::default(), 3);
        let homes: Vec<usize> = (0..3).map(|n| gateway.dispatch(n as usize, &of(n), 0.0)).collect();
        let mut sorted = homes.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2], "new ones go where least is in flight");
        assert!((3..20).all(|n| gateway.dispatch(n, &of(1), 0.0) == homes[1]));
        gateway.gone(homes[1], 1.0);
        let moved = gateway.dispatch(20, &of(1), 1.0);
        assert_ne!(moved, homes[1]);
        gateway.appeared(homes[1], 2.0);
        assert_eq!(gateway.dispatch(21, &of(1), 2.0), moved);
    }

    #[test]
    fn a_ring_gives_a_session_back() {
        let mut gateway = ported(SessionRing::default(), 3);
        let home = gateway.dispatch(0, &of(9), 0.0);
        gateway.gone(home, 1.0);
        assert_ne!(gateway.dispatch(1, &of(9), 1.0), home);
        gateway.appeared(home, 2.0);
        assert_eq!(gateway.dispatch(2, &of(9), 2.0), home);
    }
}
