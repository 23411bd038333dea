//! What an explanation says of the endpoints of a pool.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking")]

#[path = "support/pool.rs"]
mod pool;

use inferroute::{
    Decider, Event, Fraction, LoadReport, Manifests, Nanos, Options, Profile, ReportedEndpoint, Request,
    Router, Scheduling, Scorer,
};
use pool::MANIFESTS;

const NOW: Nanos = Nanos::new(0);

fn explained(loads: &[(u32, f64)]) -> String {
    let profile = Profile::new("default").scorer(Scorer::Queue, 2.0).scorer(Scorer::KvCacheUtilization, 1.0);
    let options = Options::default().scheduling(Scheduling::single(profile)).fallback_endpoints(0);
    let router = Router::new(Manifests::from_yaml(MANIFESTS).unwrap().compile(&options).unwrap(), 1);
    for (number, (waiting, kv_usage)) in loads.iter().enumerate() {
        let endpoint = ReportedEndpoint::new(&format!("v{number}")).address("10.0.0.1").label("app", "vllm");
        router.observe(&Event::EndpointReported { endpoint }, NOW).unwrap();
        let mut load = Box::new(LoadReport::default());
        load.waiting = Some(*waiting);
        load.kv_usage = Fraction::new(*kv_usage);
        router.observe(&Event::LoadPolled { endpoint: format!("default/v{number}"), load }, NOW).unwrap();
    }
    let headers: [(&str, &str); 0] = [];
    router.explain(&Request::new(&headers), NOW).to_string()
}

#[test]
fn every_scorer_and_the_nearest_change_are_told() {
    let text = explained(&[(0, 0.5), (4, 0.25), (10, 0.0)]);
    let expected = [
        "default/v0 (10.0.0.1:8000): 0 in flight, queue-scorer 1.0000 gives 2.0000, kv-cache-utilization-scorer 0.5000 gives 0.5000, score 2.5000",
        "default/v1 (10.0.0.1:8000): 0 in flight, queue-scorer 0.6000 gives 1.2000, kv-cache-utilization-scorer 0.7500 gives 0.7500, score 1.9500",
        "picked by max-score-picker: default/v0",
        "nearest change: default/v1 is 0.5500 points behind; a queue-scorer of more than 0.8750 instead of 0.6000 would win",
    ];
    for line in expected {
        assert!(text.contains(line), "`{line}` is missing in\n{text}");
    }
}

#[test]
fn a_lead_that_no_scorer_makes_up_for_is_told() {
    let text = explained(&[(0, 0.0), (10, 0.9)]);
    assert!(
        text.contains("default/v1 is 2.9000 points behind; no scorer alone could make up for that"),
        "{text}"
    );
}

#[test]
fn equals_are_told_with_their_numbers() {
    let text = explained(&[(3, 0.5), (3, 0.5)]);
    assert!(text.contains("equal scores: ") && text.contains("another seed may pick it"), "{text}");
}

#[test]
fn ratings_stand_with_the_profile_that_gave_them() {
    let role = "llm-d.ai/role";
    let prefill = Profile::new("prefill").scorer(Scorer::LeastRequest, 1.0);
    let scheduling = Scheduling::disaggregated(Profile::new("decode").endpoints(1), prefill, Decider::Always);
    let options = Options::default().scheduling(scheduling);
    let router = Router::new(Manifests::from_yaml(MANIFESTS).unwrap().compile(&options).unwrap(), 1);
    for (name, part) in [("d", "decode"), ("p", "prefill")] {
        let endpoint = ReportedEndpoint::new(name).label("app", "vllm").label(role, part);
        router.observe(&Event::EndpointReported { endpoint }, NOW).unwrap();
    }
    let headers: [(&str, &str); 0] = [];
    let explanation = router.explain(&Request::new(&headers), NOW);
    let told: Vec<_> = explanation
        .endpoints()
        .iter()
        .map(|row| (&*row.profile, &*row.id, row.removed_by, row.total))
        .collect();
    let expected = [
        ("decode", "default/p", Some("decode-filter"), None),
        ("decode", "default/d", None, None),
        ("prefill", "default/d", Some("prefill-filter"), None),
        ("prefill", "default/p", None, Some(1.0)),
    ];
    assert_eq!(told, expected, "{explanation}");
}
