//! Who is turned away from a full pool, and who the proxy's subset hint lets in.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking")]

#[path = "support/pool.rs"]
mod pool;

use inferroute::{
    ConcurrencyMode, Event, Fraction, LoadReport, Manifests, MissingLoad, Nanos, Options, Profile, Reason,
    ReportedEndpoint, Request, Router, Saturation, Scheduling, Scorer,
};
use pool::MANIFESTS;

const OBJECTIVES: &str = r#"
---
apiVersion: inference.networking.x-k8s.io/v1alpha2
kind: InferenceObjective
metadata: {name: batch}
spec: {priority: -5, poolRef: {name: p}}
---
apiVersion: inference.networking.x-k8s.io/v1alpha2
kind: InferenceObjective
metadata: {name: chat}
spec: {priority: 5, poolRef: {name: p}}
"#;

const NO_HEADERS: &[(&str, &str)] = &[];
const NOW: Nanos = Nanos::new(1_000_000_000);

fn router(scheduling: Scheduling, addresses: &[&str]) -> Router {
    let options = Options::default().scheduling(scheduling);
    let router = Router::new(
        Manifests::from_yaml(&[MANIFESTS, OBJECTIVES].concat()).unwrap().compile(&options).unwrap(),
        1,
    );
    for (number, address) in addresses.iter().enumerate() {
        let endpoint = ReportedEndpoint::new(&format!("v{number}")).address(address).label("app", "vllm");
        router.observe(&Event::EndpointReported { endpoint }, NOW).unwrap();
    }
    router
}

fn profile() -> Scheduling {
    Scheduling::single(Profile::new("default").scorer(Scorer::LeastRequest, 1.0))
}

fn utilization() -> Saturation {
    Saturation::Utilization { queue_depth: 5, kv_cache: 0.8, stale_after: Nanos::new(200_000_000) }
}

fn poll(router: &Router, endpoint: &str, waiting: u32, kv_usage: f64, at: Nanos) {
    let mut load = Box::new(LoadReport::default());
    load.waiting = Some(waiting);
    load.kv_usage = Fraction::new(kv_usage);
    router.observe(&Event::LoadPolled { endpoint: endpoint.to_owned(), load }, at).unwrap();
}

fn reason(router: &Router, objective: Option<&str>, now: Nanos) -> Option<Reason> {
    let request = Request::new(&NO_HEADERS);
    let request = objective.map_or(request, |objective| request.objective(objective));
    router.decide(&request, now).err().map(|no_route| no_route.reason())
}

#[test]
fn a_full_pool_turns_negative_priorities_away() {
    let router = router(profile().saturation(utilization()), &["10.0.0.1", "10.0.0.2"]);
    assert_eq!(reason(&router, Some("default/batch"), NOW), Some(Reason::Saturated), "nothing is known");
    poll(&router, "default/v0", 2, 0.1, NOW);
    poll(&router, "default/v1", 4, 0.1, NOW);
    assert_eq!(reason(&router, Some("default/batch"), NOW), None, "a mean of 0.6");
    poll(&router, "default/v1", 9, 0.1, NOW);
    assert_eq!(reason(&router, Some("default/batch"), NOW), Some(Reason::Saturated), "a mean of 1.1");
    assert_eq!(reason(&router, None, NOW), None);
    assert_eq!(reason(&router, Some("default/chat"), NOW), None);
    poll(&router, "default/v1", 0, 0.1, NOW);
    let later = Nanos::new(NOW.get() + 300_000_000);
    assert_eq!(reason(&router, Some("default/batch"), later), Some(Reason::Saturated), "stale is full");
    assert_eq!(Reason::Saturated.status(), 429);
}

#[test]
fn what_is_not_known_may_count_as_idle() {
    let scheduling = profile().saturation(utilization()).missing_load(MissingLoad::CountsAsIdle);
    let router = router(scheduling, &["10.0.0.1"]);
    assert_eq!(reason(&router, Some("default/batch"), NOW), None);
}

#[test]
fn a_burst_between_two_polls_is_counted() {
    let router = router(profile().saturation(utilization()), &["10.0.0.1"]);
    poll(&router, "default/v0", 0, 0.1, NOW);
    let batch = Request::new(&NO_HEADERS).objective("default/batch");
    let routed = router.route_many(std::iter::repeat_n(batch, 20), NOW);
    assert_eq!(routed.iter().filter(|ticket| ticket.is_ok()).count(), 5);
    drop(routed);
    assert_eq!(reason(&router, Some("default/batch"), NOW), None, "all of them ended");
}

#[test]
fn ceilings_leave_room_for_the_important() {
    let saturation =
        Saturation::Concurrency { requests: 10, tokens: 1_000_000, mode: ConcurrencyMode::Requests };
    let router = router(profile().saturation(saturation).ceiling(-1, 0.5).ceiling(0, 0.8), &["10.0.0.1"]);
    let admitted = |objective: Option<&str>| {
        let request = Request::new(&NO_HEADERS);
        let request = objective.map_or(request, |objective| request.objective(objective));
        router.route_many(std::iter::repeat_n(request, 20), NOW)
    };
    let batch = admitted(Some("default/batch"));
    assert_eq!(batch.iter().flatten().count(), 5);
    let plain = admitted(None);
    assert_eq!(plain.iter().flatten().count(), 3);
    assert_eq!(admitted(Some("default/chat")).iter().flatten().count(), 20);
}

#[test]
fn a_subset_hint_names_endpoints_of_the_pool() {
    let router = router(profile(), &["10.0.0.1", "10.0.0.2:9000", "fd00::1"]);
    let endpoints = |hint: &str| {
        let request = Request::new(&NO_HEADERS).subset(hint);
        let mut found: Vec<String> =
            (0..64).filter_map(|_| Some(router.decide(&request, NOW).ok()?.endpoint().to_owned())).collect();
        found.sort();
        found.dedup();
        found
    };
    assert_eq!(endpoints("10.0.0.1:8000, [fd00::1]:8000"), ["default/v0", "default/v2"]);
    assert_eq!(endpoints("10.0.0.2"), ["default/v1"], "an address without a port means all its ports");
    assert_eq!(endpoints("10.0.0.2:8000"), [""; 0], "another port is another endpoint");
    assert_eq!(endpoints("192.0.2.9:8000,garbage,"), [""; 0]);
    let request = Request::new(&NO_HEADERS).subset("");
    let refused = router.decide(&request, NOW).unwrap_err();
    assert_eq!((refused.status(), refused.reason()), (503, Reason::NoEndpointInSubset));
    let decision = router.decide(&Request::new(&NO_HEADERS).subset("[fd00::1]:8000"), NOW).unwrap();
    assert_eq!(
        decision.endpoint_headers(),
        [("x-gateway-destination-endpoint", "[fd00::1]:8000".to_owned())]
    );
}
