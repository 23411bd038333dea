//! What holds for every scorer, filter and picker, whatever the endpoints tell.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[path = "support/scheduling.rs"]
#[allow(dead_code, reason = "each test takes its part of it")]
mod scheduling;

use inferroute::{
    AttributeFilter, CircuitBreaker, Comparison, ConcurrencyDetector, DecisionTree, Event, Filter, Finite,
    Fraction, HashKey, HeadroomChoice, LatencyScorer, LinearLatency, LinearTerms, LoadReport, LoraFormula,
    LoraReport, Nanos, Normalization, OutlierEjection, Picker, PrefixCacheAffinity, Profile, Request, Role,
    Scorer, Session, SharedModel, SloHeadroomTier, TopologyLabels, TopologyLevel, UtilizationDetector,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use scheduling::{Pool, SECOND, Told, pool_of};

const RANGE: &str = "llm-d.ai/context-length-range";
const ROLES: [&str; 4] = ["decode", "prefill", "encode", "both"];
const RANGES: [&str; 4] = ["0-100", "50-5000", "odd", "4000-4000"];

/// What is told of one endpoint.
#[derive(Clone, Debug)]
struct Known {
    name: u8,
    role: usize,
    range: usize,
    waiting: Option<u32>,
    running: Option<u32>,
    kv_usage: Option<f64>,
    active: Vec<u8>,
    queued: Vec<u8>,
    in_flight: u32,
    price: Option<f64>,
    outcomes: Vec<bool>,
    ttft: Option<u64>,
}

prop_compose! {
    fn known()(
        name in 0..40_u8, role in 0..5_usize, range in 0..5_usize,
        load in (of(0..300_u32), of(0..300_u32), of(0.0..=1.0)),
        adapters in (vec(0..3_u8, 0..3), vec(0..3_u8, 0..3)),
        in_flight in 0..200_u32, price in of(prop::num::f64::NORMAL), outcomes in vec(any::<bool>(), 0..9), ttft in of(0..u64::MAX),
    ) -> Known {
        let ((waiting, running, kv_usage), (active, queued)) = (load, adapters);
        Known { name, role, range, waiting, running, kv_usage, active, queued, in_flight, price, outcomes, ttft }
    }
}

/// Endpoints of different names.
fn world() -> impl Strategy<Value = Vec<Known>> {
    vec(known(), 1..12).prop_map(|mut world| {
        world.sort_by_key(|known| known.name);
        world.dedup_by_key(|known| known.name);
        world
    })
}

fn name(known: &Known) -> String {
    format!("e{:02}", known.name)
}

fn model() -> Option<SharedModel> {
    let terms = LinearTerms { waiting: 10.0, running: 1.0, kv_usage: 50.0, ..LinearTerms::default() };
    Some(SharedModel::new(LinearLatency { ttft: terms, tpot: terms }))
}

fn scorers() -> Vec<Scorer> {
    let latency =
        |model, choice| Scorer::Latency(LatencyScorer { model, choice, ..LatencyScorer::default() });
    let attribute = |less_is_better, normalization| Scorer::EndpointAttribute {
        attribute: "price".into(),
        less_is_better,
        normalization,
    };
    let key = || HashKey::Header("x-session-id".into());
    vec![
        Scorer::LeastRequest,
        Scorer::Queue,
        Scorer::RunningRequests,
        Scorer::KvCacheUtilization,
        Scorer::ActiveRequest { idle_threshold: 3, max_busy_score: 0.7 },
        Scorer::TokenLoad { queue_threshold: 1000.0 },
        Scorer::TokenLoad { queue_threshold: 0.0 },
        Scorer::LoadAware { threshold: 128.0 },
        Scorer::PrefixCache { match_length_weight: 0.5, match_length_scale_tokens: 8192.0 },
        Scorer::NoHitLru { remembered: 1024 },
        Scorer::LoraAffinity(LoraFormula::Upstream),
        Scorer::LoraAffinity(LoraFormula::EachOnce),
        Scorer::SessionAffinity(Session::id()),
        Scorer::SessionAffinity(Session::encoded_endpoint()),
        Scorer::HeaderLabelAffinity { header: "x-role".into(), label: "llm-d.ai/role".into() },
        Scorer::ContextLength { label: RANGE.into() },
        attribute(true, Normalization::Adaptive),
        attribute(false, Normalization::Fixed { min: -1.0, max: 1.0 }),
        Scorer::TopologyAffinity(TopologyLabels::default()),
        latency(None, HeadroomChoice::Least),
        latency(model(), HeadroomChoice::Least),
        latency(model(), HeadroomChoice::Most),
        Scorer::PeakEwma { default_ttft: Nanos::new(SECOND) },
        Scorer::Rendezvous(key()),
        Scorer::BoundedLoad { key: key(), balance: 1.25 },
    ]
}

fn filters() -> Vec<Filter> {
    let attribute = AttributeFilter::new("price", Comparison::Less, 0.0);
    vec![
        Filter::Role(Role::Decode),
        Filter::Role(Role::Prefill),
        Filter::PrefixCacheAffinity(PrefixCacheAffinity::default()),
        Filter::UtilizationDetector(UtilizationDetector::default()),
        Filter::ConcurrencyDetector(ConcurrencyDetector::default()),
        Filter::SessionAffinity(Session::id()),
        Filter::ContextLength { label: RANGE.into() },
        Filter::EndpointAttribute(attribute),
        Filter::TopologyAffinity { closest: TopologyLevel::Zone, labels: TopologyLabels::default() },
        Filter::SloHeadroomTier(SloHeadroomTier {
            model: model(),
            exploration: 0.3,
            ..SloHeadroomTier::default()
        }),
        Filter::HeaderBasedTesting { header: "x-role".into(), trusted: true },
        Filter::CircuitBreaker(CircuitBreaker { failures: 2, ..CircuitBreaker::default() }),
        Filter::OutlierEjection(OutlierEjection { least_requests: 2.0, ..OutlierEjection::default() }),
        Filter::LowQueue { threshold: 100 },
        Filter::LeastQueue,
        Filter::LeastKvCache,
        Filter::LoraAffinity { affinity: 0.7 },
        Filter::DecisionTree(Box::new(DecisionTree::critical(50, 0.7))),
    ]
}

/// A pool of what is known, told in the order given.
fn pool(profile: Profile, world: &[&Known]) -> Pool {
    let names: Vec<String> = world.iter().map(|known| name(known)).collect();
    let labels = |known: &Known| {
        let role = ROLES.get(known.role).map(|role| ("llm-d.ai/role", *role));
        let range = RANGES.get(known.range).map(|range| (RANGE, *range));
        role.into_iter().chain(range).collect::<Vec<_>>()
    };
    let labels: Vec<_> = world.iter().map(|known| labels(known)).collect();
    let endpoints: Vec<_> = names.iter().map(String::as_str).zip(labels.iter().map(Vec::as_slice)).collect();
    let pool = pool_of(profile, &endpoints);
    for known in world {
        tell(&pool, known);
    }
    pool
}

fn tell(pool: &Pool, known: &Known) {
    let (short, endpoint) = (name(known), format!("default/{}", name(known)));
    let adapters = |numbers: &[u8]| numbers.iter().map(|number| format!("a{number}")).collect();
    let mut lora = LoraReport::default();
    (lora.active, lora.waiting, lora.max) = (adapters(&known.active), adapters(&known.queued), Some(3));
    let mut report = LoadReport::default();
    (report.waiting, report.running) = (known.waiting, known.running);
    (report.kv_usage, report.lora) = (known.kv_usage.and_then(Fraction::new), Some(lora));
    pool.load(0, &short, report);
    pool.in_flight(&short, known.in_flight);
    if let Some(value) = known.price.and_then(Finite::new) {
        pool.tell(
            0,
            Event::AttributeReported { endpoint: endpoint.clone(), attribute: "price".into(), value },
        );
    }
    for failed in &known.outcomes {
        let (endpoint, failed, ttft) = (endpoint.clone(), *failed, known.ttft.map(Nanos::new));
        pool.tell(0, Event::RequestMeasured { endpoint, failed, ttft });
    }
}

fn told(pool: &Pool, second: u64, seed: u64) -> Option<Told> {
    let headers = [
        ("x-session-id", "s"),
        ("x-role", "decode"),
        ("x-llm-d-slo-ttft-ms", "500"),
        ("x-llm-d-slo-tpot-ms", "500"),
    ];
    pool.told(second, seed, &Request::new(&headers).model("a1").prompt_tokens(80)).ok()
}

fn all(world: &[Known]) -> Vec<&Known> {
    world.iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn points_stay_within_weight_and_never_are_no_number(world in world(), seed: u64, second in 0..60_u64) {
        for scorer in scorers() {
            let profile = Profile::new("law").scorer(scorer.clone(), 2.0);
            let told = told(&pool(profile, &all(&world)), second, seed).unwrap();
            prop_assert_eq!(told.scores.len(), world.len(), "{:?}", scorer);
            for (endpoint, points) in &told.scores {
                prop_assert!((0.0..=2.0).contains(points), "{scorer:?} gives {endpoint} {points}");
            }
        }
    }

    #[test]
    fn a_filter_never_adds_and_the_pick_is_among_those_it_keeps(world in world(), seed: u64, second in 0..60_u64) {
        for filter in filters() {
            let pool = pool(Profile::new("law").filter(filter.clone()), &all(&world));
            let names: Vec<_> = world.iter().map(name).collect();
            let Some(told) = told(&pool, second, seed) else { continue };
            prop_assert!(!told.kept.is_empty() && told.kept.iter().all(|kept| names.contains(kept)));
            prop_assert!(told.picked.iter().all(|picked| told.kept.contains(picked)), "{filter:?}");
        }
    }

    #[test]
    fn the_order_in_which_endpoints_are_told_changes_nothing(world in world(), seed: u64) {
        let mut turned = all(&world);
        turned.reverse();
        for filter in filters() {
            let profile = Profile::new("law").filter(filter.clone()).picker(Picker::RoundRobin);
            let of = |world: &[&Known]| told(&pool(profile.clone(), world), 1, seed).map(|told| told.kept);
            prop_assert_eq!(of(&all(&world)), of(&turned), "{:?}", filter);
        }
        for scorer in scorers().into_iter().filter(|scorer| !matches!(scorer, Scorer::Rendezvous(_) | Scorer::BoundedLoad { .. })) {
            let profile = Profile::new("law").scorer(scorer.clone(), 1.0);
            let of = |world: &[&Known]| told(&pool(profile.clone(), world), 1, seed).unwrap().ratings;
            prop_assert_eq!(of(&all(&world)), of(&turned), "{:?}", scorer);
        }
    }

    #[test]
    fn who_else_is_there_does_not_matter_to_scorers_of_one_endpoint(world in world(), seed: u64) {
        let independent = [
            Scorer::LeastRequest,
            Scorer::KvCacheUtilization,
            Scorer::TokenLoad { queue_threshold: 1000.0 },
            Scorer::LoadAware { threshold: 128.0 },
            Scorer::LoraAffinity(LoraFormula::EachOnce),
            Scorer::ContextLength { label: RANGE.into() },
            Scorer::Rendezvous(HashKey::Header("x-session-id".into())),
        ];
        let mut profile = Profile::new("law");
        for scorer in independent {
            profile = profile.scorer(scorer, 1.0);
        }
        let whole = pool(profile.clone(), &all(&world));
        let before = told(&whole, 1, seed).unwrap();
        let Some(other) = world.iter().map(name).find(|name| *name != before.picked[0]) else { return Ok(()) };
        whole.tell(1, Event::EndpointGone { namespace: None, name: other });
        let after = told(&whole, 1, seed).unwrap();
        prop_assert_eq!(&before.picked[0], &after.picked[0]);
        for (endpoint, score) in &after.scores {
            prop_assert_eq!(score.to_bits(), before.scores[endpoint].to_bits());
        }
    }

    #[test]
    fn more_load_never_rates_an_endpoint_higher(world in world(), seed: u64, more in 1..50_u32) {
        let of_load = [
            Scorer::LeastRequest,
            Scorer::Queue,
            Scorer::RunningRequests,
            Scorer::KvCacheUtilization,
            Scorer::ActiveRequest { idle_threshold: 3, max_busy_score: 1.0 },
            Scorer::LoadAware { threshold: 128.0 },
            Scorer::PeakEwma { default_ttft: Nanos::new(SECOND) },
        ];
        let mut loaded = world.clone();
        let known = &mut loaded[0];
        known.in_flight += more;
        (known.waiting, known.running) = (known.waiting.map(|n| n + more), known.running.map(|n| n + more));
        known.kv_usage = known.kv_usage.map(|usage| usage + (1.0 - usage) * 0.5);
        for scorer in of_load {
            let profile = Profile::new("law").scorer(scorer.clone(), 1.0);
            let of = |world: &[Known]| told(&pool(profile.clone(), &all(world)), 1, seed).unwrap();
            let (before, after) = (of(&world), of(&loaded));
            let name = name(&world[0]);
            // Alone among its kind an endpoint rates the same whatever it has.
            prop_assert!(after.scores[&name] <= before.scores[&name], "{scorer:?}: {before:?} then {after:?}");
            prop_assert!(after.picked[0] != name || before.picked[0] == name, "{scorer:?} moves to it");
        }
    }
}

#[test]
fn weighted_random_takes_anything_for_scores() {
    for weights in [[0.0, 0.0, 0.0], [-1.0, -2.0, 0.0], [1e-300, 1e-300, 1e-300], [1e308, 1e308, 1e308]] {
        let label = |value: &'static str| Scorer::HeaderLabelAffinity {
            header: "x-role".into(),
            label: value.into(),
        };
        let profile = Profile::new("law")
            .picker(Picker::WeightedRandom)
            .endpoints(3)
            .scorer(label("a"), weights[0])
            .scorer(label("b"), weights[1])
            .scorer(label("c"), weights[2]);
        let pool = pool_of(
            profile,
            &[("x", &[("a", "decode")]), ("y", &[("b", "decode")]), ("z", &[("c", "decode")])],
        );
        let mut firsts = std::collections::BTreeMap::<String, u32>::new();
        for seed in 0..3000 {
            let told = told(&pool, 0, seed).unwrap();
            let mut picked = told.picked.clone();
            picked.sort();
            picked.dedup();
            assert_eq!(picked.len(), 3, "each once");
            *firsts.entry(told.picked[0].clone()).or_default() += 1;
        }
        let least = firsts.values().min().copied().unwrap_or_default();
        assert!(firsts.len() == 3 && least > 850, "{weights:?}: {firsts:?}");
    }
}
