//! A pinned router decides on the state that was there, whatever is published meanwhile, and counts where every decision sees it.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking")]

#[path = "support/pool.rs"]
mod pool;

use inferroute::{Event, Manifests, Nanos, Options, Plan, ReportedEndpoint, Request, Router};
use pool::MANIFESTS;

const NOW: Nanos = Nanos::new(0);
/// The id of the endpoint that is reported as `first`.
const FIRST: &str = "default/first";
const NO_HEADERS: [(&str, &str); 0] = [];

fn plan(text: &str) -> Plan {
    Manifests::from_yaml(text).unwrap().compile(&Options::default()).unwrap()
}

fn report(router: &Router, name: &str) {
    let endpoint = ReportedEndpoint::new(name).address("10.0.0.1").label("app", "vllm");
    router.observe(&Event::EndpointReported { endpoint }, NOW).unwrap();
}

#[test]
fn what_is_published_later_does_not_matter() {
    let router = Router::new(plan(MANIFESTS), 1);
    report(&router, "first");
    let (decides, routes, explains, many) =
        (router.pinned(), router.pinned(), router.pinned(), router.pinned());
    let version = router.snapshot().version();
    router.observe(&Event::EndpointGone { namespace: None, name: "first".into() }, NOW).unwrap();
    report(&router, "second");
    router.update(plan(
        "apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIGatewayRoute\nmetadata: {name: none}\nspec: {rules: []}",
    ));
    let request = Request::new(&NO_HEADERS);
    assert_eq!(router.decide(&request, NOW).unwrap_err().status(), 404);
    let decision = decides.decide(&request, NOW).unwrap();
    assert_eq!((decision.endpoint(), decision.state_version()), (FIRST, version));
    assert_eq!(routes.route(&request, NOW).unwrap().decision().endpoint(), FIRST);
    let explanation = explains.explain(&request, NOW);
    assert!(explanation.outcome().contains(FIRST), "{}", explanation.outcome());
    let decided = many.decide_many([request, request], NOW);
    assert!(decided.iter().all(|decision| decision.as_ref().unwrap().endpoint() == FIRST));
}

#[test]
fn it_takes_the_seeds_of_its_router_and_counts_there() {
    let (one, other) = (Router::new(plan(MANIFESTS), 7), Router::new(plan(MANIFESTS), 7));
    for name in ["a", "b", "c"] {
        report(&one, name);
        report(&other, name);
    }
    let request = Request::new(&NO_HEADERS);
    for _ in 0..20 {
        let (pinned, plain) = (one.pinned().decide(&request, NOW), other.decide(&request, NOW));
        let of = |decision: &inferroute::Decision| (decision.seed(), decision.endpoint().to_owned());
        assert_eq!(of(&pinned.unwrap()), of(&plain.unwrap()));
    }
    let tickets = one.pinned().route_many([request; 6], NOW);
    assert!(one.snapshot().endpoints().all(|endpoint| endpoint.in_flight == 2));
    drop(tickets);
    assert!(one.snapshot().endpoints().all(|endpoint| endpoint.in_flight == 0));
}
