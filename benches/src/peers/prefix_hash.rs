//! Consistent hashing of a prompt's beginning with bounded loads.
//!
//! Source: lightseekorg/smg at 73da68c, model_gateway/src/policies/prefix_hash.rs: the hash of the first 256 tokens names a place on a ring. Its endpoint is
//! taken if its requests in flight are at most 1.25 times the mean with this request counted; else the least loaded one that is within the bound; else it after
//! all. Consistent hashing with bounded loads (Mirrokni and others, SODA 2018) walks the ring instead, which is the other setting.

use super::draw::Draw;
use super::known::Known;
use super::ring::Ring;
use super::rule::Rule;
use crate::sim::Asked;

const PREFIX_TOKENS: u32 = 256;
const LOAD_FACTOR: f64 = 1.25;

/// Picks by the prompt's first tokens, within bounds.
#[derive(Clone, Debug, Default)]
pub struct PrefixHash {
    walks: bool,
    ring: Ring,
}

impl PrefixHash {
    /// As in smg.
    pub fn new() -> Self {
        Self::default()
    }

    /// Walking the ring where the bound is exceeded.
    pub fn walking() -> Self {
        Self { walks: true, ..Self::default() }
    }
}

/// What stands for the first tokens. Of a prompt without a full block nothing is known but whose it is and how long.
fn key(asked: &Asked<'_>) -> u64 {
    let wanted = PREFIX_TOKENS.div_ceil(asked.block_tokens) as usize;
    let last = wanted.min(asked.blocks.len()).checked_sub(1);
    last.map_or(u64::from(asked.session) << 32 | u64::from(asked.prompt), |last| asked.blocks[last])
}

impl Rule for PrefixHash {
    fn pick(&mut self, known: &Known, asked: &Asked<'_>, _now: f64, _draw: &mut Draw) -> usize {
        let load = |n: usize| known.endpoints[n].in_flight;
        let total: u32 = known.there().map(load).sum();
        let bound = f64::from(total + 1) / known.there().count() as f64 * LOAD_FACTOR;
        let fits = |n: &usize| total == 0 || f64::from(load(*n)) <= bound;
        let key = key(asked);
        let first = self.ring.from(key).next().unwrap_or_default();
        if fits(&first) {
            return first;
        }
        let other = if self.walks {
            self.ring.from(key).find(fits)
        } else {
            known.there().filter(fits).min_by_key(|n| load(*n))
        };
        other.unwrap_or(first)
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

    #[test]
    fn a_hot_prefix_spills_where_its_endpoint_exceeds_the_bound() {
        let mut order: Vec<usize> = Vec::new();
        let ring = ported(PrefixHash::new(), 4).rule().ring.clone();
        ring.from(7).for_each(|n| {
            if !order.contains(&n) {
                order.push(n)
            }
        });
        let home = order[0];
        let by_number: Vec<usize> = (0..4).filter(|n| *n != home).collect();
        let (least, next) = (&by_number[..], &order[1..]);
        // The fifth goes to the idle one, or to the next one on the ring that has no more than one.
        for (rule, others, fifth) in
            [(PrefixHash::new(), least, least[2]), (PrefixHash::walking(), next, next[0])]
        {
            let mut gateway = ported(rule, 4);
            let picks: Vec<usize> = (0..5).map(|n| gateway.dispatch(n, &asked(&[7]), 0.0)).collect();
            // The bounds with 1 to 4 in flight are 0.625, 0.94, 1.25 and 1.56.
            assert_eq!(picks, [home, others[0], others[1], home, fifth]);
        }
    }

    #[test]
    fn only_the_first_256_tokens_count() {
        let mut gateway = ported(PrefixHash::new(), 16);
        let mut go = |number, blocks: &[u64]| {
            let endpoint = gateway.dispatch(number, &asked(blocks), 0.0);
            gateway.finished(number, 1, 0.0);
            endpoint
        };
        let long: Vec<u64> = (1..=16).collect();
        let home = go(0, &long);
        for number in 1..50 {
            let longer: Vec<u64> = long.iter().copied().chain([number as u64 + 100]).collect();
            assert_eq!(go(number, &longer), home);
        }
        let others: Vec<usize> = (50..90).map(|number| go(number, &[number as u64])).collect();
        assert!(others.iter().any(|endpoint| *endpoint != home));
    }
}
