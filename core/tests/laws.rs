//! What holds for every configuration, state and request, tried on generated ones.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[allow(dead_code, reason = "each test takes its part of it")]
mod reference;
#[allow(dead_code, reason = "each test takes its part of it")]
mod support;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use inferroute::{
    DecisionRng, Event, Manifests, Nanos, NoTrace, Options, Recorder, ReportedEndpoint, Request, Router,
    Strategy, decide,
};
use serde_json::{Value, json};
use support::{Case, Config};

/// Runs `each` on generated cases, every one with the plan it belongs to.
fn on_generated(mut each: impl FnMut(&Config, &Arc<inferroute::Plan>, &Case)) {
    // A build without optimisation takes a third of the configurations.
    let configurations = if cfg!(debug_assertions) { 100 } else { 300 };
    for seed in 0..configurations {
        let generated = reference::generate::generate(1_000_000 + seed, 10);
        let config = json!({"objects": generated.documents, "options": generated.options});
        let config: Config = serde_json::from_value(config).unwrap();
        let plan = Arc::new(config.plan(Path::new(".")).unwrap());
        for case in &generated.cases {
            each(&config, &plan, &serde_json::from_value(case.clone()).unwrap());
        }
    }
}

#[test]
fn bytes_of_any_kind_never_make_a_plan_panic() {
    let texts = [
        [0xff_u8; 10].iter().map(|b| char::from(*b)).collect::<String>(),
        "kind: AIGatewayRoute".into(),
        "- a\n- b".into(),
        "&a [*a]".into(),
        "kind: List\nitems: 7".into(),
        "\u{feff}kind: x".into(),
    ];
    for text in texts {
        _ = Manifests::from_yaml(&text).and_then(|manifests| manifests.compile(&Options::default()));
    }
}

#[test]
fn explain_tells_the_decision_that_decide_takes() {
    on_generated(|_, plan, case| {
        let router = case.router(Arc::clone(plan));
        let state = router.snapshot();
        let mut recorder = Recorder::default();
        let rng = || DecisionRng::from_seed(case.seed);
        let traced = decide(&state, &case.request.view(), case.now(), &mut rng(), &mut recorder);
        let plain = decide(&state, &case.request.view(), case.now(), &mut rng(), &mut NoTrace);
        assert_eq!(traced, plain);
        let told = recorder.finish(traced.as_ref()).to_string();
        assert_eq!(told, router.explain_seeded(&case.request.view(), case.now(), case.seed).to_string());
    });
}

#[test]
fn the_order_of_reports_and_documents_changes_nothing() {
    on_generated(|config, plan, case| {
        let mut turned = case.clone();
        turned.endpoints.reverse();
        assert_eq!(
            case.answer(&case.router(Arc::clone(plan))),
            turned.answer(&turned.router(Arc::clone(plan)))
        );
        // Names are unique in generated manifests unless one replaces the other, and only first_match reads the order.
        let objects = config.objects.as_ref().unwrap();
        let default = config.options["default_namespace"].as_str().unwrap_or("default");
        let key = |o: &Value| {
            // Routes of two kinds under one name stand in the order of the text.
            let kind = o["kind"].as_str().unwrap();
            let kind = if kind.ends_with("Route") { "Route" } else { kind };
            let meta = &o["metadata"];
            (kind.to_owned(), meta["namespace"].as_str().unwrap_or(default).to_owned(), meta["name"].clone())
        };
        let keys: std::collections::HashSet<String> =
            objects.iter().map(|o| format!("{:?}", key(o))).collect();
        if keys.len() == objects.len() && config.options["first_match"] != true && !has_list(objects) {
            let reversed =
                json!({"objects": objects.iter().rev().collect::<Vec<_>>(), "options": config.options});
            let reversed: Config = serde_json::from_value(reversed).unwrap();
            let Ok(reversed) = reversed.plan(Path::new(".")) else { return };
            if reversed.warnings().len() == plan.warnings().len() {
                assert_eq!(case.answer(&case.router(Arc::clone(plan))), case.answer(&case.router(reversed)));
            }
        }
    });
}

fn has_list(objects: &[Value]) -> bool {
    objects.iter().any(|object| object["kind"] == "List")
}

fn pool(strategy: Strategy, endpoints: usize, in_flight: impl Fn(usize) -> u32) -> Router {
    let text = r#"
{"apiVersion": "aigateway.envoyproxy.io/v1beta1", "kind": "AIGatewayRoute", "metadata": {"name": "r"},
 "spec": {"rules": [{"backendRefs": [{"kind": "InferencePool", "name": "p"}]}]}}
---
{"apiVersion": "inference.networking.k8s.io/v1", "kind": "InferencePool", "metadata": {"name": "p"},
 "spec": {"selector": {"matchLabels": {"app": "x"}}, "targetPorts": [{"number": 8000}]}}"#;
    let plan = Manifests::from_yaml(text).unwrap().compile(&Options::default().strategy(strategy)).unwrap();
    let router = Router::new(plan, 7);
    let now = Nanos::new(0);
    let report =
        |n| ReportedEndpoint::new(&format!("e{n:03}")).address(&format!("10.0.0.{n}")).label("app", "x");
    router
        .observe(&Event::EndpointsReplaced { endpoints: (0..endpoints).map(report).collect() }, now)
        .unwrap();
    for n in 0..endpoints {
        let event = Event::InFlightCounted { endpoint: format!("default/e{n:03}"), count: in_flight(n) };
        router.observe(&event, now).unwrap();
    }
    router
}

const NONE: [(&str, &str); 0] = [];

/// How often each endpoint is picked in `decisions`.
fn picks(router: &Router, decisions: usize) -> HashMap<String, usize> {
    let mut picks = HashMap::new();
    for _ in 0..decisions {
        let decision = router.decide(&Request::new(&NONE), Nanos::new(0)).unwrap();
        *picks.entry(decision.endpoint().to_owned()).or_default() += 1;
    }
    picks
}

#[test]
fn equals_share_evenly() {
    // Chi-square with n - 1 degrees of freedom stays below n + 5 sqrt(2n) but once in a million runs; the seed is fixed.
    let decisions = if cfg!(debug_assertions) { 25_000 } else { 100_000 };
    for strategy in Strategy::ALL.iter().copied() {
        for n in [2usize, 3, 7, 64] {
            let picks = picks(&pool(strategy, n, |_| 3), decisions);
            let mean = decisions as f64 / n as f64;
            let chi: f64 = picks.values().map(|count| (*count as f64 - mean).powi(2) / mean).sum();
            assert_eq!(picks.len(), n);
            assert!(chi < n as f64 + 5.0 * (2.0 * n as f64).sqrt(), "{strategy} over {n}: chi-square {chi}");
        }
    }
}

#[test]
fn more_load_never_makes_an_endpoint_more_likely() {
    for strategy in [Strategy::LeastRequest, Strategy::TwoChoice, Strategy::PredictedCompletion] {
        let share = |load: u32| {
            let router = pool(strategy, 5, |n| if n == 0 { load } else { 2 });
            picks(&router, 20_000).get("default/e000").copied().unwrap_or(0)
        };
        let shares: Vec<usize> = (0..5).map(share).collect();
        assert!(shares.windows(2).all(|pair| pair[0] + 400 >= pair[1]), "{strategy}: {shares:?}");
        assert_eq!(shares[4], 0, "{strategy}: the only loaded endpoint is never taken: {shares:?}");
    }
}

#[test]
fn round_robin_takes_every_endpoint_once_a_round() {
    let router = pool(Strategy::RoundRobin, 5, |_| 0);
    for _ in 0..3 {
        assert!(picks(&router, 5).values().all(|count| *count == 1));
    }
}

#[test]
fn an_endpoint_that_is_not_ready_is_never_chosen() {
    on_generated(|_, plan, case| {
        let router = case.router(Arc::clone(plan));
        let state = router.snapshot();
        if let Ok(decision) = router.decide_seeded(&case.request.view(), case.now(), case.seed) {
            let chosen = state.endpoints().nth(decision.endpoint_number()).unwrap();
            assert!(chosen.ready);
            assert_eq!((chosen.id, chosen.address), (decision.endpoint(), decision.address()));
        }
    });
}
