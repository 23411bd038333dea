//! Scorers and filters that foresee, measure or hash, and those of the first releases: what they rate and keep.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[path = "support/scheduling.rs"]
#[allow(dead_code, reason = "each test takes its part of it")]
mod scheduling;

use std::collections::BTreeMap;

use inferroute::{
    CircuitBreaker, CustomScorer, DecisionTree, Entry, Event, Filter, Fraction, HashKey, HeadroomChoice,
    Journal, LatencyFeatures, LatencyModel, LatencyPrediction, LatencyScorer, LinearLatency, LinearTerms,
    LoadReport, LoraReport, Manifests, Nanos, Options, OutlierEjection, Player, Profile, Request, Scheduling,
    Scorer, ScorerFailure, ScoringView, Session, SharedModel, SharedScorer, SloHeadroomTier,
};
use scheduling::{Pool, SECOND, alike, filtered, plan_of, pool_of, scheduled, scored};

const NONE: [(&str, &str); 0] = [];
const LIMITS: [(&str, &str); 2] = [("x-llm-d-slo-ttft-ms", "1000"), ("X-LLM-D-SLO-TPOT-MS", "50")];

fn load(waiting: u32, running: u32, kv_usage: f64) -> LoadReport {
    let mut report = LoadReport::default();
    (report.waiting, report.running) = (Some(waiting), Some(running));
    report.kv_usage = Fraction::new(kv_usage);
    report
}

/// 100 ms a waiting request to the first token, 10 ms a running one for each token.
fn linear() -> Option<SharedModel> {
    let ttft = LinearTerms { waiting: 100.0, ..LinearTerms::default() };
    let tpot = LinearTerms { running: 10.0, ..LinearTerms::default() };
    Some(SharedModel::new(LinearLatency { ttft, tpot }))
}

fn latency(choice: HeadroomChoice, loads: &[(u32, u32)], busy: &[&str]) -> Vec<Option<f64>> {
    let settings = LatencyScorer { model: linear(), choice, ..LatencyScorer::default() };
    let pool = alike(scored(Scorer::Latency(settings)), loads.len());
    // Before the polls, so that it counts as waiting for nobody.
    busy.iter().for_each(|name| pool.in_flight(name, 3));
    for (number, (waiting, running)) in loads.iter().enumerate() {
        pool.load(0, &format!("e{number:02}"), load(*waiting, *running, 0.5));
    }
    pool.ratings(0, &Request::new(&LIMITS))
}

fn some<const N: usize>(ratings: [f64; N]) -> Vec<Option<f64>> {
    ratings.into_iter().map(Some).collect()
}

#[test]
fn among_quick_endpoints_the_one_that_is_just_quick_enough_is_best() {
    // Headroom to the first token 1000, 500 and 0 ms; none differs in the time for each token, which then does not count.
    let loads = [(0, 1), (5, 1), (10, 1)];
    assert_eq!(latency(HeadroomChoice::Least, &loads, &[]), some([0.01, 0.51, 1.01]));
    assert_eq!(latency(HeadroomChoice::Most, &loads, &[]), some([1.01, 0.51, 0.01]));
    assert_eq!(latency(HeadroomChoice::Least, &[(3, 1), (3, 1)], &[]), some([0.51, 0.51]), "no range");
    assert_eq!(latency(HeadroomChoice::Least, &[(3, 1)], &[]), some([0.51]));
    // Both differ: 0.8 of one, 0.2 of the other.
    assert_eq!(latency(HeadroomChoice::Most, &[(0, 5), (10, 0), (5, 5)], &[]), some([0.81, 0.21, 0.41]));
}

#[test]
fn slow_endpoints_are_rated_only_where_none_is_quick_enough() {
    assert_eq!(latency(HeadroomChoice::Least, &[(0, 1), (11, 1), (0, 9)], &[]), some([0.51, 0.0, 0.0]));
    let (busy, slow) = (["e00", "e01", "e02", "e03"], [(20, 9), (11, 1), (0, 9), (12, 2)]);
    assert_eq!(latency(HeadroomChoice::Most, &slow, &busy[1..]), some([0.51, 0.0, 0.0, 0.0]), "the idle one");
    assert_eq!(latency(HeadroomChoice::Most, &slow, &busy), some([0.0, 0.0, 0.51, 0.0]), "slow tokens only");
    let slow = [(20, 9), (11, 1), (13, 1), (12, 1)];
    assert_eq!(
        latency(HeadroomChoice::Most, &slow, &busy),
        some([0.0, 1.01, 0.01, 0.51]),
        "least missed first"
    );
    let slow = [(20, 9), (30, 9)];
    assert_eq!(latency(HeadroomChoice::Most, &slow, &busy[..2]), some([1.01, 0.01]), "slow altogether");
}

#[test]
fn without_predictions_the_rating_is_of_cache_and_queue() {
    let request = Request::new(&LIMITS);
    for settings in [LatencyScorer::default(), LatencyScorer { model: linear(), ..LatencyScorer::default() }]
    {
        let pool = alike(scored(Scorer::Latency(settings)), 3);
        for (name, waiting, usage) in [("e00", 0, 0.1), ("e01", 4, 0.4)] {
            let mut report = load(waiting, 0, usage);
            report.running = None;
            pool.load(0, name, report);
        }
        assert_eq!(pool.ratings(0, &request), [Some(0.63), Some(0.2), None]);
        assert_eq!(pool.ratings(31, &request), [None; 3], "stale");
    }
}

/// Says what no model should.
#[derive(Debug)]
struct Absurd(f64);

impl LatencyModel for Absurd {
    fn predict(&self, _: &LatencyFeatures) -> Option<LatencyPrediction> {
        Some(LatencyPrediction { ttft: self.0, tpot: 1.0 })
    }
}

#[test]
fn predictions_that_cannot_be_are_none() {
    for absurd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let model = Some(SharedModel::new(Absurd(absurd)));
        let pool = alike(scored(Scorer::Latency(LatencyScorer { model, ..LatencyScorer::default() })), 2);
        assert_eq!(pool.ratings(0, &Request::new(&LIMITS)), [None; 2], "{absurd}");
    }
}

#[test]
fn the_quicker_tier_stays_but_for_explorations() {
    let kept = |exploration, seed| {
        let settings = SloHeadroomTier { model: linear(), exploration, ..SloHeadroomTier::default() };
        let pool = alike(filtered(Filter::SloHeadroomTier(settings)), 4);
        pool.load(0, "e00", load(0, 1, 0.0));
        pool.load(0, "e01", load(50, 1, 0.0));
        pool.load(0, "e02", load(0, 99, 0.0));
        pool.told(0, seed, &Request::new(&LIMITS)).unwrap().kept.join(" ")
    };
    assert_eq!(kept(0.0, 0), "e00");
    assert_eq!(kept(1.0, 0), "e01 e02 e03");
    let explored = (0..1000).filter(|seed| kept(0.1, *seed) != "e00").count();
    assert!((70..130).contains(&explored), "{explored} of 1000");
}

#[test]
fn everyone_stays_in_the_tier_filter_where_nothing_is_foreseen_or_nobody_differs() {
    let request = Request::new(&LIMITS);
    let pool = |model| {
        alike(filtered(Filter::SloHeadroomTier(SloHeadroomTier { model, ..SloHeadroomTier::default() })), 3)
    };
    assert_eq!(pool(None).kept(0, &request).len(), 3);
    assert_eq!(pool(linear()).kept(0, &request).len(), 3, "no load told");
    let slow = pool(linear());
    (0..3).for_each(|number| slow.load(0, &format!("e0{number}"), load(99, 1, 0.0)));
    assert_eq!(slow.kept(0, &request).len(), 3);
    assert_eq!(slow.kept(31, &request).len(), 3, "stale");
}

#[test]
fn peak_ewma_follows_measured_times_and_forgets_them() {
    let pool = alike(scored(Scorer::PeakEwma { default_ttft: Nanos::new(SECOND) }), 3);
    let request = Request::new(&NONE);
    assert_eq!(pool.ratings(0, &request), some([1.0; 3]));
    let measured = |second, name: &str, millis: u64| {
        let ttft = Some(Nanos::new(millis * 1_000_000));
        pool.tell(
            second,
            Event::RequestMeasured { endpoint: format!("default/{name}"), failed: false, ttft },
        );
    };
    measured(0, "e00", 500);
    measured(0, "e01", 2000);
    let close = |ratings: &[Option<f64>], expected: [f64; 3]| {
        let rated: Vec<f64> = ratings.iter().map(|rating| rating.unwrap()).collect();
        let apart = rated.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(apart < 0.001, "{rated:?} instead of {expected:?}");
    };
    close(&pool.ratings(0, &request), [1.0, 0.25, 0.5]);
    // Half forgotten after 10 seconds; what was never measured is not.
    close(&pool.ratings(10, &request), [1.0, 0.25, 0.25]);
    pool.in_flight("e00", 3);
    close(&pool.ratings(0, &request), [0.5, 0.5, 1.0]);
    assert!(pool.ratings(100_000, &request)[1].unwrap() > 0.99, "all forgotten: tried again");
}

#[test]
fn tickets_measure_the_time_to_the_first_token() {
    let pool = alike(scored(Scorer::PeakEwma { default_ttft: Nanos::new(SECOND) }), 2);
    let request = Request::new(&NONE);
    let mut ticket = pool.router.route(&request, Nanos::new(0)).unwrap();
    let taken = ticket.decision().endpoint().to_owned();
    ticket.first_token(Nanos::new(4 * SECOND));
    ticket.finish();
    let told = pool.told(4, 0, &request).unwrap();
    let (own, other) = if taken.ends_with("e00") { ("e00", "e01") } else { ("e01", "e00") };
    assert_eq!(told.ratings[other], Some(1.0));
    assert!((told.ratings[own].unwrap() - 0.25).abs() < 0.001);
}

fn spread(pool: &Pool, keys: std::ops::Range<u32>) -> BTreeMap<u32, String> {
    let pick = |key: u32| {
        let header = [("x-session-id", key.to_string())];
        let told = pool.told(0, u64::from(key), &Request::new(&header)).unwrap();
        (key, told.picked[0].clone())
    };
    keys.map(pick).collect()
}

fn by_session() -> HashKey {
    HashKey::Header("X-Session-Id".into())
}

#[test]
fn rendezvous_moves_only_the_keys_of_an_endpoint_that_goes() {
    let pool = alike(scored(Scorer::Rendezvous(by_session())), 8);
    let before = spread(&pool, 0..2000);
    for endpoint in ["e00", "e03", "e07"] {
        let share = before.values().filter(|picked| *picked == endpoint).count();
        assert!((180..320).contains(&share), "{endpoint} has {share} of 2000 keys, 250 would be fair");
    }
    assert_eq!(before, spread(&pool, 0..2000), "whatever the seed");
    pool.tell(0, Event::EndpointGone { namespace: None, name: "e03".into() });
    let after = spread(&pool, 0..2000);
    for (key, picked) in &before {
        assert_eq!(picked == "e03", after[key] != *picked, "key {key}");
    }
    assert_eq!(pool.ratings(0, &Request::new(&NONE)), [None; 7], "no key");
}

#[test]
fn a_full_endpoint_gives_way_to_the_next_of_its_keys() {
    let bounded = Scorer::BoundedLoad { key: by_session(), balance: 1.25 };
    let (pool, plain) = (alike(scored(bounded), 4), alike(scored(Scorer::Rendezvous(by_session())), 4));
    assert_eq!(spread(&pool, 0..200), spread(&plain, 0..200), "an idle pool");
    // 13 in flight with this one, 3.25 a head, 4.06 allowed, so 5.
    [("e00", 5), ("e01", 4), ("e02", 2), ("e03", 1)]
        .iter()
        .for_each(|(name, count)| pool.in_flight(name, *count));
    let (spread_now, spread_plain) = (spread(&pool, 0..200), spread(&plain, 0..200));
    for (key, picked) in &spread_plain {
        assert_eq!(picked == "e00", spread_now[key] != *picked, "key {key}");
    }
    let header = [("x-session-id", "one hot key")];
    let tickets: Vec<_> =
        (0..400).map(|_| pool.router.route(&Request::new(&header), Nanos::new(0)).unwrap()).collect();
    let most = pool.router.snapshot().endpoints().map(|endpoint| endpoint.in_flight).max().unwrap();
    assert!(most <= 130, "{most}: 412 requests, 103 a head, 128.75 allowed");
    drop(tickets);
}

fn fails(pool: &Pool, second: u64, name: &str, count: usize) {
    for _ in 0..count {
        measured(pool, second, name, true);
    }
}

fn measured(pool: &Pool, second: u64, name: &str, failed: bool) {
    pool.tell(second, Event::RequestMeasured { endpoint: format!("default/{name}"), failed, ttft: None });
}

#[test]
fn a_breaker_opens_after_failures_in_a_row_and_lets_one_request_try() {
    let settings = CircuitBreaker { failures: 3, open_for: Nanos::new(10 * SECOND) };
    let pool = alike(filtered(Filter::CircuitBreaker(settings)), 2);
    let request = Request::new(&NONE);
    let kept = |second| pool.kept(second, &request).join(" ");
    fails(&pool, 5, "e00", 2);
    measured(&pool, 5, "e00", false);
    fails(&pool, 5, "e00", 2);
    assert_eq!(kept(5), "e00 e01", "not in a row");
    fails(&pool, 6, "e00", 1);
    assert_eq!((kept(6), kept(15), kept(16)), ("e01".into(), "e01".into(), "e00 e01".into()));
    pool.in_flight("e00", 1);
    assert_eq!(kept(16), "e01", "one at a time");
    pool.in_flight("e00", 0);
    fails(&pool, 16, "e00", 1);
    assert_eq!((kept(25), kept(26)), ("e01".into(), "e00 e01".into()));
    measured(&pool, 26, "e00", false);
    pool.in_flight("e00", 9);
    assert_eq!(kept(26), "e00 e01", "closed again");
    fails(&pool, 30, "e00", 3);
    fails(&pool, 30, "e01", 3);
    assert_eq!(kept(30), "e00 e01", "everyone where nobody else would");
}

#[test]
fn tickets_tell_failures_and_cancelled_requests_tell_nothing() {
    let settings = CircuitBreaker { failures: 1, ..CircuitBreaker::default() };
    let pool = alike(filtered(Filter::CircuitBreaker(settings)), 3);
    let (request, now) = (Request::new(&NONE), Nanos::new(SECOND));
    drop(pool.router.route(&request, now).unwrap());
    assert_eq!(pool.kept(1, &request).len(), 3, "cancelled");
    pool.router.route(&request, now).unwrap().fail(now);
    assert_eq!(pool.kept(1, &request).len(), 2, "failed");
    let mut ticket = pool.router.route(&request, now).unwrap();
    assert!(ticket.fall_back(now).is_some());
    assert_eq!(pool.kept(1, &request).len(), 1, "fell back");
    ticket.finish();
}

#[test]
fn a_ticket_tells_the_failure_of_an_attempt_once() {
    let settings = CircuitBreaker { failures: 2, ..CircuitBreaker::default() };
    let pool = alike(filtered(Filter::CircuitBreaker(settings)).endpoints(1), 2);
    let (request, now) = (Request::new(&NONE), Nanos::new(SECOND));
    let mut ticket = pool.router.route(&request, now).unwrap();
    assert!(ticket.fall_back(now).is_none());
    ticket.fail(now);
    assert_eq!(pool.kept(1, &request).len(), 2);
}

#[test]
fn outliers_are_ejected_worst_first_and_never_too_many() {
    let request = Request::new(&NONE);
    let of = |settings: OutlierEjection| {
        let pool = alike(filtered(Filter::OutlierEjection(settings)), 6);
        for (name, failed, fine) in
            [("e00", 0, 9), ("e01", 6, 4), ("e02", 9, 1), ("e03", 8, 2), ("e04", 4, 0)]
        {
            fails(&pool, 0, name, failed);
            (0..fine).for_each(|_| measured(&pool, 0, name, false));
        }
        [0, 1, 20].map(|second| pool.kept(second, &request).join(" "))
    };
    let few = OutlierEjection { most_ejected: 0.4, ..OutlierEjection::default() };
    assert_eq!(of(OutlierEjection::default())[0], "e00 e04 e05", "four requests are too few to tell");
    assert_eq!(of(few)[0], "e00 e01 e04 e05");
    assert_eq!(of(few)[2], "e00 e01 e02 e03 e04 e05", "forgotten");
    let strict = OutlierEjection { most_ejected: 1.0, error_share: 0.0, least_requests: 1.0 };
    assert_eq!(of(strict)[0], "e00 e05");
    let none = OutlierEjection { most_ejected: 0.0, ..OutlierEjection::default() };
    assert_eq!(of(none)[0], "e00 e01 e02 e03 e04 e05");
}

#[test]
fn the_testing_header_steers_only_where_the_host_trusts_it() {
    let filter =
        |trusted| Filter::HeaderBasedTesting { header: "test-epp-endpoint-selection".into(), trusted };
    let kept = |trusted, value: &str| {
        let header = [("Test-EPP-Endpoint-Selection", value)];
        alike(filtered(filter(trusted)), 4).kept(0, &Request::new(&header)).join(" ")
    };
    assert_eq!(kept(true, "10.0.0.2"), "e02");
    assert_eq!(kept(true, "10.0.0.3:8000, 10.0.0.1 ,10.0.0.3"), "e01 e03");
    assert_eq!(
        (kept(true, "10.0.0.2:9"), kept(true, "10.9.9.9"), kept(true, "")),
        ("".into(), "".into(), "".into())
    );
    assert_eq!(alike(filtered(filter(true)), 4).kept(0, &Request::new(&NONE)), [""; 0]);
    assert_eq!(kept(false, "10.0.0.2"), "e00 e01 e02 e03");
}

#[test]
fn the_least_of_queues_and_caches_keep_the_lowest_part() {
    let request = Request::new(&NONE);
    let of = |filter: Filter, loads: &[(u32, f64)]| {
        let pool = alike(filtered(filter), loads.len() + 1);
        for (number, (waiting, usage)) in loads.iter().enumerate() {
            pool.load(0, &format!("e{number:02}"), load(*waiting, 0, *usage));
        }
        assert_eq!(
            pool.kept(31, &request).len(),
            if loads.is_empty() { 1 } else { loads.len() + 1 },
            "stale"
        );
        pool.kept(0, &request).join(" ")
    };
    let loads = [(0, 0.8), (3, 0.1), (4, 0.3), (15, 0.9)];
    assert_eq!(of(Filter::LeastQueue, &loads), "e00 e01", "up to 0 + 15 / 5");
    assert_eq!(of(Filter::LeastKvCache, &loads), "e01", "up to 0.1 + 0.8 / 5");
    assert_eq!(of(Filter::LeastQueue, &[(7, 0.5), (7, 0.5)]), "e00 e01");
    assert_eq!((of(Filter::LeastQueue, &[]), of(Filter::LeastKvCache, &[])), ("e00".into(), "e00".into()));
}

#[test]
fn the_critical_tree_falls_back_to_everyone_where_all_queues_are_long() {
    let tree = || Filter::DecisionTree(Box::new(DecisionTree::critical(10, 1.0)));
    let request = Request::new(&NONE).model("a");
    let of = |waiting: [u32; 4]| {
        let pool = alike(filtered(tree()), 4);
        for (number, waiting) in waiting.into_iter().enumerate() {
            let mut report = load(waiting, 0, 0.1 * (number as f64));
            let mut lora = LoraReport::default();
            lora.active = vec![["b", "a", "a", "b"][number].to_owned()];
            lora.max = Some(if number == 3 { 1 } else { 4 });
            report.lora = Some(lora);
            pool.load(0, &format!("e0{number}"), report);
        }
        pool.kept(0, &request).join(" ")
    };
    assert_eq!(of([0, 5, 5, 0]), "e01", "of those with the adapter the freest cache");
    assert_eq!(of([0, 5, 11, 0]), "e01");
    assert_eq!(of([0, 11, 11, 0]), "e00", "nobody low has the adapter, so room for it");
    assert_eq!(of([11, 50, 11, 50]), "e02", "all long: first the shortest, then the adapter");
}

#[test]
fn filters_by_labels_work_inside_a_tree() {
    let by_label = |value: &str| Filter::ByLabel {
        label: "zone".into(),
        values: vec![value.into()],
        allow_missing: false,
    };
    let tree = DecisionTree { on_failure: Some(by_label("b")), ..DecisionTree::new(by_label("a")) };
    let kept = |endpoints: &[(&str, &[(&str, &str)])]| {
        pool_of(filtered(Filter::DecisionTree(Box::new(tree.clone()))), endpoints)
            .kept(0, &Request::new(&NONE))
            .join(" ")
    };
    assert_eq!(kept(&[("x", &[("zone", "a")]), ("y", &[("zone", "b")]), ("z", &[])]), "x");
    assert_eq!(kept(&[("y", &[("zone", "b")]), ("z", &[])]), "y");
    assert_eq!(kept(&[("z", &[])]), "");
}

/// Rates by a label, or fails.
#[derive(Debug)]
struct Cheapest {
    fails: bool,
}

impl CustomScorer for Cheapest {
    fn name(&self) -> &'static str {
        "cheapest"
    }

    fn score(
        &self,
        request: &Request<'_>,
        endpoints: &ScoringView<'_>,
        ratings: &mut [Option<f64>],
    ) -> Result<(), ScorerFailure> {
        assert_eq!(endpoints.count(), ratings.len());
        assert!(format!("{request:?}").contains("Request"));
        endpoints.for_each(|number, endpoint| {
            let view = endpoints.state().endpoints().nth(endpoint.number).unwrap();
            assert_eq!((view.id, view.labels), (endpoint.id, endpoint.labels));
            ratings[number] = endpoint.labels.get("price").map(|price| 1.0 - price.parse::<f64>().unwrap());
        });
        if self.fails { Err(ScorerFailure { reason: "no price list".into() }) } else { Ok(()) }
    }
}

#[test]
fn a_scorer_of_the_hosts_own_rates_or_fails_without_harm() {
    let endpoints: [(&str, &[(&str, &str)]); 4] =
        [("a", &[("price", "0.5")]), ("b", &[("price", "0.25")]), ("c", &[]), ("d", &[("price", "-7")])];
    let of = |fails| pool_of(scored(Scorer::Custom(SharedScorer::new(Cheapest { fails }))), &endpoints);
    let request = Request::new(&NONE);
    let told = of(false).told(0, 0, &request).unwrap();
    assert_eq!(told.ratings.into_values().collect::<Vec<_>>(), [Some(0.5), Some(0.75), None, Some(8.0)]);
    assert_eq!(told.scores.into_values().collect::<Vec<_>>(), [0.5, 0.75, 0.0, 1.0]);
    assert_eq!(of(true).ratings(0, &request), [None; 4]);
    let explained = of(true).router.explain(&request, Nanos::new(0)).to_string();
    assert!(explained.contains("cheapest failed: no price list"), "{explained}");
    let same = SharedScorer::new(Cheapest { fails: false });
    assert_eq!(Scorer::Custom(same.clone()), Scorer::Custom(same.clone()));
    assert_ne!(same, SharedScorer::new(Cheapest { fails: false }));
    assert_eq!(Profile::new("x").scorer(Scorer::Custom(same), 1.0).name(), "x");
}

#[test]
fn a_scorer_of_the_hosts_own_joins_profiles_that_were_loaded() {
    let text = "
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins: [{type: queue-scorer}]
schedulingProfiles: [{name: default, plugins: [{pluginRef: queue-scorer}]}]
";
    let loaded = Scheduling::from_yaml(text).unwrap();
    let own = || Scorer::Custom(SharedScorer::new(Cheapest { fails: false }));
    assert!(loaded.clone().scorer(Some("other"), own(), 1.0).is_none());
    for profile in [None, Some("default")] {
        let scheduling = loaded.clone().scorer(profile, own(), 2.0).unwrap();
        let pool = scheduled(scheduling, &[("a", &[("price", "0.5")]), ("b", &[("price", "0.25")])]);
        let explained = pool.router.explain(&Request::new(&NONE), Nanos::new(0)).to_string();
        assert!(explained.contains("cheapest 0.7500 gives 1.5000"), "{explained}");
    }
}

/// Keeps what a router tells.
struct Written(std::sync::mpsc::SyncSender<Entry>);

impl Journal for Written {
    fn record(&self, entry: Entry) {
        self.0.send(entry).unwrap();
    }
}

#[test]
fn sessions_times_and_failures_come_back_when_a_journal_is_played() {
    let profile = || {
        Profile::new("p")
            .filter(Filter::CircuitBreaker(CircuitBreaker { failures: 2, ..CircuitBreaker::default() }))
            .filter(Filter::OutlierEjection(OutlierEjection {
                least_requests: 2.0,
                ..OutlierEjection::default()
            }))
            .scorer(Scorer::SessionAffinity(Session::id()), 1.0)
            .scorer(Scorer::PeakEwma { default_ttft: Nanos::new(SECOND) }, 1.0)
    };
    let (sender, written) = std::sync::mpsc::sync_channel(10_000);
    let router = inferroute::Router::new(plan_of(profile()), 7).journal(std::sync::Arc::new(Written(sender)));
    let endpoints =
        (0..4).map(|number| inferroute::ReportedEndpoint::new(&format!("e0{number}")).label("app", "x"));
    router.observe(&Event::EndpointsReplaced { endpoints: endpoints.collect() }, Nanos::new(0)).unwrap();
    for turn in 0..300_u64 {
        let now = Nanos::new(turn * SECOND / 4);
        let later = Nanos::new(now.get() + turn % 7 * SECOND / 10);
        let header = [("x-session-id", format!("s{}", turn % 17))];
        let mut ticket = router.route(&Request::new(&header), now).unwrap();
        match turn % 6 {
            0 => ticket.fail(later),
            1 => {
                ticket.fall_back(later);
                ticket.finish();
            }
            2 => drop(ticket),
            _ => {
                ticket.first_token(later);
                ticket.finish();
            }
        }
    }
    drop(router);
    let mut player = Player::new(plan_of(profile()));
    for entry in written.iter() {
        assert_eq!(player.play(&entry), Ok(()), "{entry:?}");
    }
}

const NAMES_IT: &str = "
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins: [{type: cheapest}, {type: queue-scorer}]
schedulingProfiles: [{name: default, plugins: [{pluginRef: cheapest, weight: 2}, {pluginRef: queue-scorer}]}]
";

#[test]
fn a_configuration_names_a_scorer_of_the_hosts_own() {
    let endpoints: [(&str, &[(&str, &str)]); 2] = [("a", &[("price", "0.5")]), ("b", &[])];
    let own = SharedScorer::new(Cheapest { fails: false });
    assert_eq!(own.name(), "cheapest");
    let scheduling = Scheduling::from_yaml_with(NAMES_IT, std::slice::from_ref(&own)).unwrap();
    assert!(scheduling.warnings().is_empty());
    let pool = scheduled(scheduling, &endpoints);
    let explained = pool.router.explain(&Request::new(&NONE), Nanos::new(0));
    let told: Vec<_> = explained.endpoints().iter().map(|endpoint| (&*endpoint.id, endpoint.total)).collect();
    assert_eq!(told, [("default/a", Some(1.0)), ("default/b", Some(0.0))]);
    let first = &explained.endpoints()[0];
    assert_eq!((first.removed_by, first.scores[0].rating, first.scores[0].weight), (None, Some(0.5), 2.0));
    assert_eq!((first.scores[1].scorer.as_str(), first.scores[1].rating), ("queue-scorer", None));

    let refused = |text: &str, scorers: &[SharedScorer]| {
        let problems = Scheduling::from_yaml_with(text, scorers).unwrap_err();
        problems.into_iter().next().unwrap().code().as_str()
    };
    assert_eq!(refused(NAMES_IT, &[]), "RT0501");
    let with_parameters = NAMES_IT.replace("type: cheapest}", "type: cheapest, parameters: {price: 1}}");
    assert_eq!(refused(&with_parameters, std::slice::from_ref(&own)), "RT0509");

    let options = Options::default().custom_scorers([own]);
    let plan = Manifests::from_yaml(NAMES_IT).unwrap().compile(&options);
    assert!(plan.is_ok());
    assert!(Manifests::from_yaml(NAMES_IT).unwrap().compile(&Options::default()).is_err());
}
