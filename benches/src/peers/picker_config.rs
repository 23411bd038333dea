//! The endpoint picker's profile again, but run by the router under test from an EndpointPickerConfig, as a host would.
//!
//! It must decide as [`Gie`](super::Gie) does, which was written without it.

use std::fmt::Write;

use inferroute::{Nanos, Options, Plan};

use super::costs::Costs;
use super::epp::Weights;
use crate::embedded::{Embedded, pool_plan};
use crate::sim::{Asked, Gateway, Polled};

/// Tokens of a prompt that are matched: 256 blocks of 16.
const MATCHED: u32 = 4096;
/// Tokens an endpoint that are remembered: 31,250 blocks of 16.
const REMEMBERED: u64 = 500_000;

/// A router with a profile of queue, KV cache and prefix.
pub struct PickerConfig {
    router: Embedded,
}

impl PickerConfig {
    /// With these weights.
    pub fn new(weights: Weights, costs: Costs, seed: u64) -> Self {
        Self { router: Embedded::new(move |block_tokens| plan(weights, block_tokens), costs.kv_tokens, seed) }
    }
}

fn plan(Weights { queue, kv, prefix }: Weights, block_tokens: u32) -> Plan {
    let matched = (MATCHED / block_tokens).max(1);
    let remembered = (REMEMBERED / u64::from(block_tokens)).max(1);
    let mut text = String::new();
    _ = write!(
        text,
        "\
---
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- type: queue-scorer
- type: kv-cache-utilization-scorer
- type: prefix-cache-scorer
- type: approx-prefix-cache-producer
  parameters: {{maxPrefixBlocksToMatch: {matched}, lruCapacityPerServer: {remembered}}}
schedulingProfiles:
- name: default
  plugins:
  - {{pluginRef: queue-scorer, weight: {queue}}}
  - {{pluginRef: kv-cache-utilization-scorer, weight: {kv}}}
  - {{pluginRef: prefix-cache-scorer, weight: {prefix}}}
"
    );
    // Upstream's scorers do not look at how old a load is.
    let options = Options::default().stale_after(Nanos::new(u64::MAX)).lease(None).fallback_endpoints(0);
    pool_plan(&text, &options)
}

impl Gateway for PickerConfig {
    fn dispatch(&mut self, number: usize, asked: &Asked<'_>, now: f64) -> usize {
        self.router.dispatch(number, asked, now)
    }

    fn first_token(&mut self, number: usize, now: f64) {
        self.router.first_token(number, now);
    }

    fn finished(&mut self, number: usize, generated: u32, now: f64) {
        self.router.finished(number, generated, now);
    }

    fn failed(&mut self, number: usize, now: f64) {
        self.router.failed(number, now);
    }

    fn polled(&mut self, endpoint: usize, polled: &Polled, now: f64) {
        self.router.polled(endpoint, polled, now);
    }

    // It learns of caches from what it sent.
    fn stored(&mut self, _endpoint: usize, _parent: Option<u64>, _blocks: &[u64], _now: f64) {}

    fn removed(&mut self, _endpoint: usize, _blocks: &[u64], _now: f64) {}

    fn appeared(&mut self, endpoint: usize, now: f64) {
        self.router.appeared(endpoint, now);
        // What was never asked reads as idle upstream.
        self.router.polled(endpoint, &Polled::default(), now);
    }

    fn gone(&mut self, endpoint: usize, now: f64) {
        self.router.gone(endpoint, now);
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw::Draw;
    use super::super::epp::total;
    use super::super::gie::Gie;
    use super::super::known::{Known, Sent};
    use super::super::ported::Ported;
    use super::super::rule::Rule;
    use super::super::testing::{asked, says};
    use super::*;

    const WEIGHTS: Weights = Weights { queue: 2.0, kv: 2.0, prefix: 3.0 };

    /// The port, made to send where the router sent, unless it rates another endpoint higher.
    struct Follower {
        port: Gie,
        sent: usize,
        /// Decisions that only one endpoint could win.
        clear: usize,
    }

    impl Rule for Follower {
        fn pick(&mut self, known: &Known, asked: &Asked<'_>, now: f64, draw: &mut Draw) -> usize {
            let best = self.port.pick(known, asked, now, draw);
            let total = |n| total(&WEIGHTS, known, n, self.port.share(n, asked));
            let (chosen, most) = (total(self.sent), total(best));
            assert!(chosen >= most - 1e-9, "{} rates {chosen}, {best} rates {most}", self.sent);
            self.clear += usize::from(known.there().filter(|n| total(*n) >= most - 1e-9).count() == 1);
            self.sent
        }

        fn sent(&mut self, known: &Known, asked: &Asked<'_>, sent: &Sent, now: f64) {
            self.port.sent(known, asked, sent, now);
        }

        fn gone(&mut self, endpoint: usize) {
            self.port.gone(endpoint);
        }
    }

    /// A prompt that continues one of a few families of prompts, sometimes longer than what is matched.
    fn prompt(draw: &mut Draw) -> Vec<u64> {
        let family = draw.below(12) as u64;
        let (shared, own) = (draw.below(300), draw.below(6));
        let own_part = 1_000_000 + draw.bits() % 1_000_000;
        (0..shared as u64)
            .map(|n| 1 + family * 1000 + n)
            .chain((0..own as u64).map(|n| own_part * 10 + n))
            .collect()
    }

    fn both(router: &mut PickerConfig, port: &mut Ported<Follower>, told: impl Fn(&mut dyn Gateway)) {
        told(router);
        told(port);
    }

    #[test]
    fn router_and_port_agree_on_random_sequences() {
        let (mut clear, mut decisions) = (0, 0);
        for seed in 0..12 {
            let mut draw = Draw::new(seed);
            let endpoints = 1 + draw.below(9);
            let follower = Follower { port: Gie::by_default(), sent: 0, clear: 0 };
            let (mut router, mut port) =
                (PickerConfig::new(WEIGHTS, Costs::default(), seed), Ported::new(follower, seed));
            for n in 0..endpoints {
                both(&mut router, &mut port, |gateway| gateway.appeared(n, 0.0));
            }
            let mut there: Vec<bool> = vec![true; endpoints];
            for number in 0..400 {
                let now = number as f64 / 10.0;
                match draw.below(5) {
                    0..3 => {
                        let endpoint = draw.below(endpoints);
                        let usage = draw.below(11) as f64 / 10.0;
                        let polled = says(draw.below(4) as u32, draw.below(9) as u32, usage);
                        if there[endpoint] {
                            both(&mut router, &mut port, |gateway| gateway.polled(endpoint, &polled, now));
                        }
                    }
                    3 if draw.below(20) == 0 => {
                        let endpoint = draw.below(endpoints);
                        if there[endpoint] && there.iter().filter(|there| **there).count() > 1 {
                            there[endpoint] = false;
                            both(&mut router, &mut port, |gateway| gateway.gone(endpoint, now));
                        } else if !there[endpoint] {
                            there[endpoint] = true;
                            both(&mut router, &mut port, |gateway| gateway.appeared(endpoint, now));
                        }
                    }
                    _ => {
                        let blocks = prompt(&mut draw);
                        let sent = router.dispatch(number, &asked(&blocks), now);
                        port.rule_mut().sent = sent;
                        assert_eq!(port.dispatch(number, &asked(&blocks), now), sent);
                        decisions += 1;
                        both(&mut router, &mut port, |gateway| gateway.first_token(number, now));
                        if draw.below(2) == 0 {
                            both(&mut router, &mut port, |gateway| gateway.finished(number, 3, now));
                        }
                    }
                }
            }
            clear += port.rule().clear;
        }
        assert!(decisions > 1000 && clear > decisions / 2, "{clear} of {decisions} had one winner");
    }

    #[test]
    fn ties_fall_to_all() {
        let mut gateway = PickerConfig::new(WEIGHTS, Costs::default(), 5);
        (0..4).for_each(|n| gateway.appeared(n, 0.0));
        let mut shares = [0; 4];
        (0..4000).for_each(|number| shares[gateway.dispatch(number, &asked(&[]), 0.0)] += 1);
        assert!(shares.iter().all(|share| (850..1150).contains(share)), "{shares:?}");
    }
}
