//! The peers by name.

use super::{
    Aibrix, AibrixSettings, CacheAware, CacheAwareSettings, Costs, Dynamo, DynamoSettings, Gie, LMetric,
    LeastRequest, LlmdPrecise, Lpwl, Peer, Ported, Random, RoundRobin, Rule, Sight, TwoChoices, VllmDp,
    Weights,
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

/// Those that come with a system first, then its other settings.
pub(super) const PEERS: &[Peer] = &[
    default("random", |seed, _| ported(Random, seed)),
    default("round-robin", |seed, _| ported(RoundRobin::default(), seed)),
    default("least-request", |seed, _| ported(LeastRequest, seed)),
    default("p2c-stale", |seed, _| ported(TwoChoices, seed)),
    default("vllm-dp", |seed, _| ported(VllmDp::default(), seed)),
    default("gie", |seed, _| ported(Gie::by_default(), seed)),
    default("llmd-precise", |seed, _| ported(LlmdPrecise::by_default(), seed)),
    tuned("llmd-precise-3-2-2", "llmd-precise", |seed, _| {
        ported(LlmdPrecise::new(weights(2.0, 2.0, 3.0), false), seed)
    }),
    default("dynamo", |seed, _| dynamo(0.0, None, Sight::Events, seed)),
    tuned("dynamo-aic", "dynamo", |seed, costs| dynamo(0.0, Some(costs), Sight::Events, seed)),
    default("smg", |seed, _| ported(CacheAware::approximate(CacheAwareSettings::LIBRARY), seed)),
    tuned("smg-cli", "smg", |seed, _| {
        ported(CacheAware::approximate(CacheAwareSettings::COMMAND_LINE), seed)
    }),
    default("smg-events", |seed, _| ported(CacheAware::by_events(CacheAwareSettings::LIBRARY), seed)),
    default("aibrix", |seed, _| ported(Aibrix::new(AibrixSettings::CODE), seed)),
    tuned("aibrix-documented", "aibrix", |seed, _| ported(Aibrix::new(AibrixSettings::DOCUMENTED), seed)),
    default("lpwl", |seed, _| ported(Lpwl::new(Sight::Events), seed)),
    tuned("lpwl-optimistic", "lpwl", |seed, _| ported(Lpwl::new(Sight::Optimistic), seed)),
    default("lmetric", |seed, _| ported(LMetric::new(Sight::Events, false), seed)),
    tuned("lmetric-guarded", "lmetric", |seed, _| ported(LMetric::new(Sight::Events, true), seed)),
    tuned("lmetric-optimistic", "lmetric", |seed, _| ported(LMetric::new(Sight::Optimistic, false), seed)),
];
