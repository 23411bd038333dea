//! AIBrix's `prefix-cache`.
//!
//! Source: vllm-project/aibrix at e3e10f9, pkg/plugins/gateway/algorithms/prefix_cache.go, pkg/utils/prefixcacheindexer/hash.go, util.go (a sample's standard
//! deviation). Counts are of requests in flight. If the most exceed the least by more than a limit only endpoints of the least count take part. Of those that
//! take part and hold some of the prompt, those with the greatest whole percentage come first, then those with fewer requests, then any; the first that has no
//! more than the mean and so many standard deviations wins. If there is none, any of the least requests wins.
//!
//! The table of what was sent is one for all endpoints, 200,000 blocks of four characters (here as many tokens), and forgets what was not
//! looked at for 20 minutes. The code says 8 requests and one deviation, its documentation 16 and two, in blocks of 128.

use super::draw::Draw;
use super::holders::{Holders, leading};
use super::known::{Known, Sent};
use super::lru::Lru;
use super::rule::Rule;
use crate::sim::Asked;

const MINUTES_20: f64 = 1200.0;

/// Settings of the algorithm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AibrixSettings {
    /// The spread of requests beyond which only the least loaded take part.
    pub imbalance: u32,
    /// Standard deviations above the mean that an endpoint may have.
    pub deviations: f64,
    /// Tokens that the table remembers.
    pub table_tokens: u64,
}

impl AibrixSettings {
    /// Those of the code.
    pub const CODE: Self = Self { imbalance: 8, deviations: 1.0, table_tokens: 200_000 };
    /// Those of the documentation, whose blocks are longer, so that the table remembers more.
    pub const DOCUMENTED: Self = Self { imbalance: 16, deviations: 2.0, table_tokens: 200_000 * 128 / 4 };
}

/// Picks by prefix among those that are not too busy.
#[derive(Clone, Debug)]
pub struct Aibrix {
    settings: AibrixSettings,
    holders: Holders,
    ages: Lru,
    held: Vec<u32>,
}

impl Aibrix {
    /// With these settings.
    pub fn new(settings: AibrixSettings) -> Self {
        Self { settings, holders: Holders::default(), ages: Lru::default(), held: Vec::new() }
    }

    fn forget(&mut self, block: u64) {
        for endpoint in 0..self.held.len() {
            self.holders.remove(endpoint, block);
        }
    }
}

impl Rule for Aibrix {
    fn pick(&mut self, known: &Known, asked: &Asked<'_>, now: f64, draw: &mut Draw) -> usize {
        self.held.resize(known.endpoints.len(), 0);
        while let Some(block) = self.ages.pop_before(now - MINUTES_20) {
            self.forget(block);
        }
        let mut held = std::mem::take(&mut self.held);
        leading(asked.blocks, &[&self.holders], &mut held);
        // A block counts as looked at if an endpoint may be chosen for it.
        let looked = held.iter().copied().max().unwrap_or(0) as usize;
        asked.blocks[..looked].iter().for_each(|block| self.ages.touch(*block, now));
        let count = |n: usize| known.endpoints[n].in_flight;
        let (least, most) = (known.there().map(count).min(), known.there().map(count).max());
        let (least, most) = (least.unwrap_or(0), most.unwrap_or(0));
        let only_least = most - least > self.settings.imbalance;
        let takes_part = |n: &usize| held[*n] > 0 && (!only_least || count(*n) == least);
        let all = known.there().count() as f64;
        let mean = known.there().map(count).map(f64::from).sum::<f64>() / all;
        let squares: f64 = known.there().map(|n| (f64::from(count(n)) - mean).powi(2)).sum();
        let deviation = if all > 1.0 { (squares / (all - 1.0)).sqrt() } else { 0.0 };
        let limit = mean + self.settings.deviations * deviation;
        let percent = |n: usize| 100 * i64::from(held[n]) / asked.blocks.len().max(1) as i64;
        // Whoever is first in order and within the limit is the first in order of those within the limit.
        let fitting = known.there().filter(takes_part).filter(|n| f64::from(count(*n)) <= limit);
        let chosen = draw.least(fitting, |n| (-percent(n), count(n)));
        self.held = held;
        chosen.or_else(|| draw.least(known.there(), count)).unwrap_or_default()
    }

    fn sent(&mut self, _known: &Known, asked: &Asked<'_>, sent: &Sent, now: f64) {
        for block in asked.blocks {
            self.holders.insert(sent.endpoint, *block);
            self.ages.touch(*block, now);
        }
        let capacity = (self.settings.table_tokens / u64::from(asked.block_tokens)) as usize;
        while self.ages.len() > capacity
            && let Some(block) = self.ages.pop()
        {
            self.forget(block);
        }
    }

    fn gone(&mut self, endpoint: usize) {
        self.holders.clear(endpoint);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, ported};
    use super::*;
    use crate::sim::Gateway;

    #[test]
    fn the_published_sequence_is_followed() {
        // Upstream's end-to-end test, a block for each four of its characters.
        let mut gateway = ported(Aibrix::new(AibrixSettings::CODE), 4);
        let p4 = gateway.dispatch(1, &asked(&[1, 2]), 0.0);
        let p3 = gateway.dispatch(2, &asked(&[70]), 0.0);
        assert_ne!(p3, p4);
        assert_eq!(
            gateway.dispatch(3, &asked(&[1, 2]), 0.0),
            p4,
            "all of it, 1 request is within 0.5 + 0.58"
        );
        let p2 = gateway.dispatch(4, &asked(&[1]), 0.0);
        assert!(p2 != p4 && p2 != p3, "2 requests are not within 0.75 + 0.96");
        assert_eq!(gateway.dispatch(5, &asked(&[1, 2, 3]), 0.0), p2, "a third, and within the limit");
        let sixth = gateway.dispatch(6, &asked(&[1, 2]), 0.0);
        assert!(sixth == p2 || sixth == p4);
        // Six more there, so that it has more than 8 above the idle one.
        gateway.known().endpoints.iter().for_each(|seen| assert!(seen.in_flight <= 3));
        let others = [0, 1, 2, 3].into_iter().filter(|n| *n != sixth);
        others.clone().for_each(|n| gateway.gone(n, 0.0));
        (10..17).for_each(|number| _ = gateway.dispatch(number, &asked(&[1, 2]), 0.0));
        others.for_each(|n| gateway.appeared(n, 0.0));
        let p1 = gateway.dispatch(20, &asked(&[1, 2]), 0.0);
        assert!(![p2, p3, p4].contains(&p1));
    }

    #[test]
    fn the_limit_is_that_of_a_sample() {
        // Requests 0, 0, 2: mean 2/3, deviation 1.1547, of a population 0.943. Twice the deviations take in everybody.
        for (deviations, winner_holds) in [(1.0, false), (1.2, true)] {
            let mut gateway = ported(Aibrix::new(AibrixSettings { deviations, ..AibrixSettings::CODE }), 3);
            let home = gateway.dispatch(0, &asked(&[1]), 0.0);
            let others = [0, 1, 2].into_iter().filter(|n| *n != home);
            others.clone().for_each(|n| gateway.gone(n, 0.0));
            gateway.dispatch(1, &asked(&[1]), 0.0);
            others.for_each(|n| gateway.appeared(n, 0.0));
            assert_eq!(gateway.dispatch(2, &asked(&[1]), 0.0) == home, winner_holds, "{deviations}");
        }
    }

    #[test]
    fn the_table_forgets_by_age_and_by_size() {
        let mut gateway = ported(Aibrix::new(AibrixSettings { table_tokens: 32, ..AibrixSettings::CODE }), 2);
        let home = gateway.dispatch(0, &asked(&[1]), 0.0);
        gateway.finished(0, 1, 0.0);
        let again = |gateway: &mut super::super::Ported<Aibrix>, number, now| {
            let endpoint = gateway.dispatch(number, &asked(&[1]), now);
            gateway.finished(number, 1, now);
            endpoint
        };
        assert!(
            (1..20).all(|n| again(&mut gateway, n, 1000.0 * n as f64) == home),
            "looked at again and again"
        );
        assert!(gateway.rule().holders.holds(home, 1));
        gateway.dispatch(90, &asked(&[]), 30_000.0);
        assert!(!gateway.rule().holders.holds(home, 1));
        gateway.dispatch(91, &asked(&[5, 6, 7]), 30_000.0);
        assert_eq!(gateway.rule().ages.len(), 2);
    }
}
