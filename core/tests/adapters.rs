//! LoRA adapters, against a model that keeps the last report of each endpoint: random sequences of reports, of time and of endpoints that come and go.
//! Whatever else is told meanwhile, nothing of it is left in memory when all endpoints are gone.
//!
//! `INFERROUTE_STEPS` sets how many steps are taken in all.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[path = "support/counting.rs"]
mod counting;
#[path = "support/pool.rs"]
mod pool;

use std::collections::{BTreeMap, BTreeSet};

use counting::held;
use inferroute::{
    DecisionRng, Event, Finite, LoadReport, LoraFormula, LoraReport, Manifests, Nanos, Options, Plan,
    PreciseOptions, Profile, ReportedEndpoint, Request, Router, Scheduling, Scorer, Step, Tier, Trace,
    decide,
};
use pool::MANIFESTS;

const STALE_AFTER: u64 = 5_000;
const ADAPTERS: [&str; 5] = ["a", "b", "c", "d", "a-longer-name-of-an-adapter"];

fn plan() -> Plan {
    let profile = Profile::new("lora")
        .scorer(Scorer::LoraAffinity(LoraFormula::Upstream), 1.0)
        .scorer(Scorer::LoraAffinity(LoraFormula::EachOnce), 1.0)
        .scorer(Scorer::PrefixCache { match_length_weight: 0.0, match_length_scale_tokens: 8192.0 }, 1.0);
    let scheduling = Scheduling::single(profile).kv_events(PreciseOptions::default()).unwrap();
    let options = Options::default().scheduling(scheduling).stale_after(Nanos::new(STALE_AFTER));
    Manifests::from_yaml(MANIFESTS).unwrap().compile(&options).unwrap()
}

/// SplitMix64, so that a failing sequence is known by its seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    /// Up to three names, some of them perhaps twice.
    fn adapters(&mut self) -> Vec<String> {
        (0..self.below(4)).map(|_| ADAPTERS[self.below(ADAPTERS.len())].to_owned()).collect()
    }
}

/// The last report of an endpoint: when it was made, whose requests run and wait, and how many adapters there may be.
struct Report {
    at: u64,
    running: BTreeSet<String>,
    waiting: BTreeSet<String>,
    most: usize,
}

/// By endpoint that is there: its address, and its report if that told of adapters.
type Model = BTreeMap<String, (usize, Option<Report>)>;

/// The two ratings of an endpoint.
fn expected(report: Option<&Report>, adapter: &str, now: u64) -> [Option<f64>; 2] {
    let Some(report) = report.filter(|report| report.at + STALE_AFTER >= now) else { return [None; 2] };
    let (runs, waits) = (report.running.contains(adapter), report.waiting.contains(adapter));
    let apart = report.running.len() + report.waiting.len() < report.most;
    let once = report.running.union(&report.waiting).count() < report.most;
    let first = |steps: [(bool, f64); 3]| {
        Some(steps.iter().find(|(holds, _)| *holds).map_or(0.0, |(_, rating)| *rating))
    };
    [first([(runs, 1.0), (apart, 0.8), (waits, 0.6)]), first([(runs, 1.0), (waits, 0.8), (once, 0.6)])]
}

/// The ratings of adapters by endpoint, in the order of scorers.
#[derive(Default)]
struct Rated(BTreeMap<String, Vec<Option<f64>>>);

impl Trace for Rated {
    const ON: bool = true;

    fn record(&mut self, step: Step<'_>) {
        if let Step::Scored { id, scorer: "lora-affinity-scorer", rating, .. } = step {
            self.0.entry(id.to_owned()).or_default().push(rating);
        }
    }
}

fn reported(name: &str, address: usize) -> ReportedEndpoint {
    ReportedEndpoint::new(name).address(&format!("10.0.0.{address}")).label("app", "vllm")
}

/// Something that has nothing to do with adapters.
fn something_else(chance: &mut Chance, endpoint: String) -> Event {
    let number = chance.below(1000) as u32;
    match chance.below(7) {
        0 => Event::RequestStarted { endpoint, prompt_tokens: number },
        1 => Event::FirstToken { endpoint, prompt_tokens: number },
        2 => Event::RequestFinished { endpoint },
        3 => Event::RequestMeasured { endpoint, failed: number > 500, ttft: Some(Nanos::new(number.into())) },
        4 => Event::AttributeReported {
            endpoint,
            attribute: format!("n{}", number % 8),
            value: Finite::new(f64::from(number)).unwrap(),
        },
        5 => Event::InFlightCounted { endpoint, count: number },
        _ => Event::BlocksStored {
            endpoint,
            sequence: number.into(),
            hashes: (1..=u64::from(number % 50)).map(|block| block * 77).collect(),
            parent: None,
            tier: Tier::default(),
            tokens: None,
            model: String::new(),
            tenant: String::new(),
        },
    }
}

fn run(seed: u64, steps: usize) {
    let mut chance = Chance(seed);
    let mut model = Model::new();
    let router = Router::new(plan(), seed);
    let headers: [(&str, &str); 0] = [];
    let mut now = 0;
    // The first use of the state fills what stays.
    router.observe(&Event::EndpointsReplaced { endpoints: Vec::new() }, Nanos::new(0)).unwrap();
    let start = held();
    for step in 0..steps {
        now += chance.below(if step % 50 == 0 { 12_000 } else { 400 }) as u64;
        // Reports may come late.
        let at = now.saturating_sub(if chance.below(8) == 0 { chance.below(9_000) as u64 } else { 0 });
        let (name, address) = (format!("v{}", chance.below(5)), chance.below(2));
        let endpoint = format!("default/{name}");
        let observe = |event: Event| router.observe(&event, Nanos::new(at));
        match chance.below(10) {
            0 => {
                observe(Event::EndpointReported { endpoint: reported(&name, address) }).unwrap();
                let there = model.remove(&endpoint).filter(|(before, _)| *before == address);
                model.insert(endpoint, there.unwrap_or((address, None)));
            }
            1 if chance.below(3) == 0 => {
                observe(Event::EndpointGone { namespace: None, name }).unwrap();
                model.remove(&endpoint);
            }
            2 if chance.below(6) == 0 => {
                let (first, last) = (chance.below(5), chance.below(6));
                let names: Vec<String> = (first..last).map(|number| format!("v{number}")).collect();
                let endpoints = names.iter().map(|name| reported(name, address)).collect();
                observe(Event::EndpointsReplaced { endpoints }).unwrap();
                let one = |name: &String| {
                    let id = format!("default/{name}");
                    let there = model.remove(&id).filter(|(before, _)| *before == address);
                    (id, there.unwrap_or((address, None)))
                };
                model = names.iter().map(one).collect();
            }
            3..=6 => {
                let mut load = LoadReport::default();
                let has_adapters = chance.below(6) > 0;
                if has_adapters {
                    let mut lora = LoraReport::default();
                    (lora.active, lora.waiting) = (chance.adapters(), chance.adapters());
                    lora.max = Some(chance.below(6) as u32).filter(|most| *most < 5);
                    load.lora = Some(lora);
                }
                let report = load.lora.as_ref().map(|lora| Report {
                    at,
                    running: lora.active.iter().cloned().collect(),
                    waiting: lora.waiting.iter().cloned().collect(),
                    most: lora.max.unwrap_or(0) as usize,
                });
                observe(Event::LoadPolled { endpoint: endpoint.clone(), load: Box::new(load) }).unwrap();
                if let Some((_, last)) = model.get_mut(&endpoint) {
                    *last = report;
                }
            }
            _ => {
                let event = something_else(&mut chance, endpoint.clone());
                let needs_it =
                    matches!(event, Event::RequestStarted { .. } | Event::AttributeReported { .. });
                let told = observe(event);
                assert!(told.is_ok() || (needs_it && !model.contains_key(&endpoint)), "{told:?}");
            }
        }
        let adapter = ADAPTERS[chance.below(ADAPTERS.len())];
        let (state, mut rated) = (router.snapshot(), Rated::default());
        let request = Request::new(&headers).model(adapter);
        let decided =
            decide(&state, &request, Nanos::new(now), &mut DecisionRng::from_seed(seed), &mut rated);
        assert_eq!(decided.is_ok(), !model.is_empty(), "seed {seed}, step {step}");
        let of = |(id, (_, report)): (&String, &(usize, Option<Report>))| {
            (id.clone(), expected(report.as_ref(), adapter, now))
        };
        let expected: BTreeMap<String, [Option<f64>; 2]> = model.iter().map(of).collect();
        // Fallbacks are scored again, with the same ratings.
        let rated: BTreeMap<_, _> = rated
            .0
            .into_iter()
            .map(|(id, mut all)| {
                (id, {
                    all.truncate(2);
                    all
                })
            })
            .collect();
        assert_eq!(rated.len(), expected.len(), "seed {seed}, step {step}");
        for (id, ratings) in rated {
            assert_eq!(ratings, expected[&id], "seed {seed}, step {step}, {id}, adapter {adapter}");
        }
    }
    let was_empty = model.is_empty();
    drop(model);
    assert!(was_empty || held() > start, "what is counted is what the router holds");
    router.observe(&Event::EndpointsReplaced { endpoints: Vec::new() }, Nanos::new(now)).unwrap();
    assert_eq!(held(), start, "seed {seed}: bytes after and before");
}

#[test]
fn ratings_are_those_of_the_model_and_memory_comes_back() {
    let steps = std::env::var("INFERROUTE_STEPS").ok().and_then(|steps| steps.parse().ok());
    for seed in 0..steps.unwrap_or(50_000_usize).div_ceil(1000) as u64 {
        run(seed, 1000);
    }
}
