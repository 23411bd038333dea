//! LMetric: prefill work times batch size, multiplied so that no weight is left to tune.
//!
//! Source: arXiv:2603.15202 (OSDI '26) and blitz-serving/blitz-router at 283eea1, router/src/policies/lmetric.rs: queued prefill tokens plus this request's
//! uncached ones, times requests there plus one. Ties fall to the first one upstream, here to any.
//!
//! The guard against hot prefixes is the paper's, section 5.2; the released router has none. A class, requests that continue the same cached prefix, is hot
//! while its share of recent requests is greater than the share of endpoints that have the prefix. When in a row twice as many of its requests as
//! there are such endpoints score best there, those are left out for one request. The paper leaves open how long is recent: here it is 512 requests.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::FixedState;

use super::draw::Draw;
use super::known::Known;
use super::rule::{Rule, Sight};
use crate::sim::Asked;

const RECENT: usize = 512;

/// Picks the least `(P + L - h) (n + 1)`.
#[derive(Clone, Debug)]
pub struct LMetric {
    sight: Sight,
    guard: Option<Guard>,
}

#[derive(Clone, Debug, Default)]
struct Guard {
    recent: VecDeque<u64>,
    classes: HashMap<u64, Class, FixedState>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Class {
    /// Of the recent requests.
    requests: usize,
    /// In a row that scored best where the prefix is.
    wins: usize,
}

impl LMetric {
    /// With caches seen like this; whether with the guard.
    pub fn new(sight: Sight, guarded: bool) -> Self {
        Self { sight, guard: guarded.then(Guard::default) }
    }
}

impl Guard {
    /// Whether the endpoints that have the prefix of this class, `holders` among `all`, are to be left out, where the best is one of them or not.
    fn excludes(&mut self, class: u64, holders: usize, all: usize, wins: bool) -> bool {
        self.recent.push_back(class);
        self.classes.entry(class).or_default().requests += 1;
        if self.recent.len() > RECENT
            && let Some(old) = self.recent.pop_front()
            && let Some(entry) = self.classes.get_mut(&old)
        {
            entry.requests -= 1;
            if entry.requests == 0 {
                self.classes.remove(&old);
            }
        }
        let recent = self.recent.len();
        let Some(entry) = self.classes.get_mut(&class) else { return false };
        let is_hot = holders < all && entry.requests * all > holders * recent;
        entry.wins = if is_hot && wins { entry.wins + 1 } else { 0 };
        let excludes = entry.wins > 2 * holders;
        if excludes {
            entry.wins = 0;
        }
        excludes
    }
}

impl Rule for LMetric {
    fn sight(&self) -> Sight {
        self.sight
    }

    fn pick(&mut self, known: &Known, asked: &Asked<'_>, _now: f64, draw: &mut Draw) -> usize {
        let score = |n: usize| {
            let seen = &known.endpoints[n];
            (seen.prefill + u64::from(known.uncached(n, asked))) * (u64::from(seen.in_flight) + 1)
        };
        let best = draw.least(known.there(), score).unwrap_or_default();
        let Some(guard) = &mut self.guard else { return best };
        let deepest = known.there().map(|n| known.held[n]).max().unwrap_or(0);
        if deepest == 0 {
            return best;
        }
        let class = asked.blocks[deepest as usize - 1];
        let holds = |n: &usize| known.held[*n] == deepest;
        let (holders, all) = (known.there().filter(holds).count(), known.there().count());
        if guard.excludes(class, holders, all, holds(&best)) {
            return draw.least(known.there().filter(|n| !holds(n)), score).unwrap_or(best);
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, known, picks, ported};
    use super::*;
    use crate::sim::Gateway;

    #[test]
    fn scores_are_products() {
        let mut known = known(3);
        let blocks: Vec<u64> = (1..=10).collect();
        // (0 + 160) 1 = 160; (0 + 32) 5 = 160 as well; (16 + 48) 3 = 192.
        known.held = vec![0, 8, 7];
        known.endpoints[1].in_flight = 4;
        (known.endpoints[2].in_flight, known.endpoints[2].prefill) = (2, 16);
        let mut rule = LMetric::new(Sight::Events, false);
        assert_eq!(picks(&mut rule, &known, &asked(&blocks)), [0, 1]);
        known.endpoints[1].in_flight = 3;
        assert_eq!(picks(&mut rule, &known, &asked(&blocks)), [1]);
        known.endpoints[1].in_flight = 5;
        assert_eq!(picks(&mut rule, &known, &asked(&blocks)), [0]);
    }

    /// A prefix of 64 blocks at one endpoint of four, asked for by all; every answer comes at once.
    fn hot(guarded: bool) -> Vec<usize> {
        let mut gateway = ported(LMetric::new(Sight::Events, guarded), 4);
        let prefix: Vec<u64> = (1..=64).collect();
        gateway.stored(2, None, &prefix, 0.0);
        (0..9)
            .map(|number| {
                let blocks: Vec<u64> = prefix.iter().copied().chain([1_000 + number as u64]).collect();
                let endpoint = gateway.dispatch(number, &asked(&blocks), 0.0);
                gateway.finished(number, 1, 0.0);
                endpoint
            })
            .collect()
    }

    #[test]
    fn the_guard_sends_every_third_request_of_a_hot_class_elsewhere() {
        assert_eq!(hot(false), [2; 9]);
        let picks = hot(true);
        assert!(picks.iter().enumerate().all(|(n, endpoint)| (*endpoint == 2) == (n % 3 != 2)), "{picks:?}");
    }

    #[test]
    fn the_guard_leaves_a_class_alone_that_has_endpoints_enough() {
        let mut guard = Guard::default();
        // Three classes in turn, each at half of the endpoints.
        assert!((0..200).all(|n| !guard.excludes(n % 3, 2, 4, true)));
        assert!((0..2_000).all(|n| !guard.excludes(n, 1, 4, true)), "many small ones");
        assert!(guard.recent.len() == RECENT && guard.classes.len() == RECENT);
    }
}
