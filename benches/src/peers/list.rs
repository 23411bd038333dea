//! The peers by name.

use super::{
    Aibrix, AibrixSettings, CacheAware, CacheAwareSettings, Costs, Dynamo, DynamoSettings, Gie, LMetric,
    LeastLoad, LeastRequest, LlmdAffinity, LlmdPrecise, Lpwl, Peer, PickerConfig, Ported, Preble, PrefixHash,
    Random, RoundRobin, Rule, Session, SessionRing, Sight, TwoChoices, VllmDp, Weights,
};
use crate::sim::Gateway;

fn ported(rule: impl Rule + 'static, seed: u64) -> Box<dyn Gateway> {
    Box::new(Ported::new(rule, seed))
}

const fn weights(queue: f64, kv: f64, prefix: f64) -> Weights {
    Weights { queue, kv, prefix }
}

type Make = fn(u64, Costs) -> Box<dyn Gateway>;

const fn default(system: &'static str, make: Make) -> Peer {
    Peer { name: system, system, is_default: true, make }
}

const fn tuned(name: &'static str, system: &'static str, make: Make) -> Peer {
    Peer { name, system, is_default: false, make }
}

fn dynamo(credit_decay: f64, prefill_model: Option<Costs>, sight: Sight, seed: u64) -> Box<dyn Gateway> {
    let settings = DynamoSettings { credit_decay, prefill_model, sight, ..DynamoSettings::default() };
    ported(Dynamo::new(settings), seed)
}

/// llm-d's calibration: Qwen 32B on two H100.
const PEAK_PREFILL: f64 = 15_928.0;

/// Those that come with a system first, then its other settings.
pub(super) const PEERS: &[Peer] = &[
    default("random", |seed, _| ported(Random, seed)),
    default("round-robin", |seed, _| ported(RoundRobin::default(), seed)),
    default("least-request", |seed, _| ported(LeastRequest, seed)),
    default("p2c-stale", |seed, _| ported(TwoChoices, seed)),
    default("vllm-dp", |seed, _| ported(VllmDp::default(), seed)),
    default("session", |seed, _| ported(Session::default(), seed)),
    tuned("session-ring", "session", |seed, _| ported(SessionRing::default(), seed)),
    default("prefix-hash", |seed, _| ported(PrefixHash::new(), seed)),
    tuned("prefix-hash-walking", "prefix-hash", |seed, _| ported(PrefixHash::walking(), seed)),
    default("least-load", |seed, _| ported(LeastLoad::asking_every(10.0), seed)),
    tuned("least-load-every-scrape", "least-load", |seed, _| ported(LeastLoad::asking_every(0.0), seed)),
    default("gie", |seed, _| ported(Gie::by_default(), seed)),
    default("gie-config", |seed, costs| Box::new(PickerConfig::new(weights(2.0, 2.0, 3.0), costs, seed))),
    tuned("gie-3-2-2", "gie", |seed, costs| gie(weights(3.0, 2.0, 2.0), 4096, costs, seed)),
    tuned("gie-1-1-1", "gie", |seed, costs| gie(weights(1.0, 1.0, 1.0), 4096, costs, seed)),
    // Blocks of 64 tokens at least, as in later releases.
    tuned("gie-long", "gie", |seed, costs| gie(weights(2.0, 2.0, 3.0), 131_072, costs, seed)),
    default("llmd-precise", |seed, _| ported(LlmdPrecise::by_default(), seed)),
    tuned("llmd-precise-3-2-2", "llmd-precise", |seed, _| precise(weights(2.0, 2.0, 3.0), false, seed)),
    tuned("llmd-precise-speculative", "llmd-precise", |seed, _| precise(weights(1.0, 1.0, 2.0), true, seed)),
    tuned("llmd-precise-3-2-2-speculative", "llmd-precise", |seed, _| {
        precise(weights(2.0, 2.0, 3.0), true, seed)
    }),
    default("llmd-affinity", |seed, costs| {
        ported(LlmdAffinity::new(18.0, PEAK_PREFILL, costs.kv_tokens), seed)
    }),
    tuned("llmd-affinity-calibrated", "llmd-affinity", |seed, costs| {
        ported(LlmdAffinity::new(5.0, 1.0 / costs.per_token, costs.kv_tokens), seed)
    }),
    default("dynamo", |seed, _| dynamo(0.0, None, Sight::Events, seed)),
    tuned("dynamo-aic", "dynamo", |seed, costs| dynamo(0.0, Some(costs), Sight::Events, seed)),
    tuned("dynamo-credit-decay", "dynamo", |seed, costs| dynamo(1.0, Some(costs), Sight::Events, seed)),
    tuned("dynamo-aic-predicting", "dynamo", |seed, costs| dynamo(0.0, Some(costs), Sight::Optimistic, seed)),
    default("smg", |seed, _| ported(CacheAware::approximate(CacheAwareSettings::LIBRARY), seed)),
    tuned("smg-cli", "smg", |seed, _| {
        ported(CacheAware::approximate(CacheAwareSettings::COMMAND_LINE), seed)
    }),
    default("smg-events", |seed, _| ported(CacheAware::by_events(CacheAwareSettings::LIBRARY), seed)),
    tuned("smg-events-cli", "smg-events", |seed, _| {
        ported(CacheAware::by_events(CacheAwareSettings::COMMAND_LINE), seed)
    }),
    default("aibrix", |seed, _| ported(Aibrix::new(AibrixSettings::CODE), seed)),
    tuned("aibrix-documented", "aibrix", |seed, _| ported(Aibrix::new(AibrixSettings::DOCUMENTED), seed)),
    default("preble", |seed, costs| ported(Preble::new(costs, false), seed)),
    tuned("preble-evicting", "preble", |seed, costs| ported(Preble::new(costs, true), seed)),
    default("lpwl", |seed, _| ported(Lpwl::new(Sight::Events), seed)),
    tuned("lpwl-optimistic", "lpwl", |seed, _| ported(Lpwl::new(Sight::Optimistic), seed)),
    default("lmetric", |seed, _| ported(LMetric::new(Sight::Events, false), seed)),
    tuned("lmetric-guarded", "lmetric", |seed, _| ported(LMetric::new(Sight::Events, true), seed)),
    tuned("lmetric-optimistic", "lmetric", |seed, _| ported(LMetric::new(Sight::Optimistic, false), seed)),
    tuned("lmetric-optimistic-guarded", "lmetric", |seed, _| {
        ported(LMetric::new(Sight::Optimistic, true), seed)
    }),
];

fn gie(weights: Weights, matched: u32, costs: Costs, seed: u64) -> Box<dyn Gateway> {
    ported(Gie::new(weights, matched, costs.kv_tokens), seed)
}

fn precise(weights: Weights, speculative: bool, seed: u64) -> Box<dyn Gateway> {
    ported(LlmdPrecise::new(weights, speculative), seed)
}

#[cfg(test)]
mod tests {
    use super::super::draw::Draw;
    use super::super::testing::{BLOCK, asked, says};
    use super::super::{all, by_name};
    use super::*;
    use crate::sim::Asked;

    #[test]
    fn names_are_unique_and_every_system_has_one_default() {
        for peer in all() {
            assert_eq!(by_name(peer.name).map(|found| found.system), Some(peer.system));
            assert_eq!(all().iter().filter(|other| other.name == peer.name).count(), 1, "{}", peer.name);
            let defaults = all().iter().filter(|other| other.system == peer.system && other.is_default);
            assert_eq!(defaults.count(), 1, "{}", peer.system);
        }
        assert!(by_name("nobody").is_none());
        let systems = all().iter().filter(|peer| peer.is_default).count();
        assert!(systems >= 15, "{systems}");
    }

    /// A life with everything in it that a run can tell: picks of every peer.
    fn life(peer: &Peer, seed: u64, chance: u64) -> Vec<usize> {
        let (mut gateway, mut draw) = (peer.gateway(seed), Draw::new(chance));
        let mut there = [true, true, true, true, false];
        (0..4).for_each(|n| gateway.appeared(n, 0.0));
        let mut under_way: Vec<(usize, usize)> = Vec::new();
        let mut picks = Vec::new();
        for number in 0..600 {
            let now = 0.05 * number as f64;
            let blocks: Vec<u64> = (0..draw.below(20) as u64)
                .map(|n| if n < 10 { 1 + 100 * (number as u64 % 7) + n } else { 10_000 * number as u64 + n })
                .collect();
            let odd = draw.below(BLOCK as usize) as u32;
            let session = draw.below(9) as u32;
            let request = Asked { prompt: (asked(&blocks).prompt + odd).max(1), session, ..asked(&blocks) };
            let endpoint = gateway.dispatch(number, &request, now);
            assert!(there[endpoint], "{} picks {endpoint}, which is gone", peer.name);
            picks.push(endpoint);
            under_way.push((number, endpoint));
            gateway.stored(endpoint, None, &blocks, now);
            for (n, there) in there.iter().enumerate() {
                if *there && draw.below(3) == 0 {
                    gateway.polled(n, &says(draw.below(5) as u32, 3, draw.below(9) as f64 / 10.0), now);
                }
            }
            while under_way.len() > 8 {
                let (number, _) = under_way.remove(draw.below(8));
                match draw.below(5) {
                    0 => gateway.failed(number, now),
                    1 => gateway.finished(number, 1, now),
                    _ => {
                        gateway.first_token(number, now);
                        gateway.finished(number, 9, now + 0.01);
                    }
                }
            }
            if number % 50 == 49 {
                let n = draw.below(5);
                if there[n] && there.iter().filter(|there| **there).count() > 1 {
                    there[n] = false;
                    gateway.gone(n, now);
                    let failed = under_way.extract_if(.., |(_, endpoint)| *endpoint == n);
                    failed.for_each(|(number, _)| gateway.failed(number, now));
                } else if !there[n] {
                    there[n] = true;
                    gateway.appeared(n, now);
                }
            }
            gateway.removed(endpoint, &blocks[blocks.len() / 2..], now);
        }
        picks
    }

    #[test]
    fn peers_survive_everything_pick_who_is_there_and_repeat_from_a_seed() {
        for peer in all() {
            let picks = life(peer, 3, 8);
            assert_eq!(picks, life(peer, 3, 8), "{}", peer.name);
            let used = (0..5).filter(|n| picks.contains(n)).count();
            assert!(used >= 4, "{} used {used}", peer.name);
        }
    }
}
