//! The scenarios that all benchmarks share: manifests of a given size, the state that belongs to them, a request that hits.

pub mod embedded;
pub mod peers;
pub mod quality;
pub mod sim;
pub mod workloads;

use std::fmt::Write;

use inferroute::{Event, Manifests, Nanos, Options, ReportedEndpoint, Router, Strategy};

/// A route of `rules` rules, each asking for one exact value of `x-ai-eg-model` and leading to the pool `gpus`.
pub fn exact_rules(rules: usize) -> String {
    let mut text = route_head();
    for n in 0..rules {
        _ = writeln!(
            text,
            "    - matches: [{{headers: [{{name: x-ai-eg-model, value: model-{n}}}]}}]\n      backendRefs: [{POOL_REF}]"
        );
    }
    text + POOL
}

/// Like [`exact_rules`], with every tenth rule asking for a regular expression of `x-team` instead.
pub fn mixed_rules(rules: usize) -> String {
    let mut text = route_head();
    for n in 0..rules {
        let header = if n % 10 == 9 {
            format!("{{type: RegularExpression, name: x-team, value: 'team-{n}-[a-z]+'}}")
        } else {
            format!("{{name: x-ai-eg-model, value: model-{n}}}")
        };
        _ = writeln!(text, "    - matches: [{{headers: [{header}]}}]\n      backendRefs: [{POOL_REF}]");
    }
    text + POOL
}

const POOL_REF: &str = "{group: inference.networking.k8s.io, kind: InferencePool, name: gpus}";

const POOL: &str = "\
---
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: gpus}
spec:
  selector: {matchLabels: {app: vllm}}
  targetPorts: [{number: 8000}]
";

fn route_head() -> String {
    "apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIGatewayRoute\nmetadata: {name: chat}\nspec:\n  rules:\n".to_owned()
}

/// A router on `text` whose pool has `endpoints` ready endpoints with different loads.
pub fn router(text: &str, endpoints: usize, strategy: Strategy) -> Router {
    with_options(text, endpoints, &Options::default().strategy(strategy))
}

/// A router with these options on the manifests and that many endpoints in its pool.
pub fn with_options(text: &str, endpoints: usize, options: &Options) -> Router {
    let plan = Manifests::from_yaml(text)
        .and_then(|manifests| manifests.compile(options))
        .unwrap_or_else(|problems| panic!("{problems}"));
    let router = Router::new(plan, 1);
    let now = Nanos::new(0);
    let report = |n: usize| {
        let address = format!("10.0.{}.{}", n / 256, n % 256);
        ReportedEndpoint::new(&format!("vllm-{n:04}")).address(&address).label("app", "vllm")
    };
    let mut events = vec![Event::EndpointsReplaced { endpoints: (0..endpoints).map(report).collect() }];
    events.extend((0..endpoints).map(|n| Event::InFlightCounted {
        endpoint: format!("default/vllm-{n:04}"),
        count: (n * 7 % 13).try_into().unwrap_or_default(),
    }));
    for event in &events {
        router.observe(event, now).unwrap_or_else(|error| panic!("{error}"));
    }
    router
}

/// The ten headers of an everyday request; the model is that of a rule in the middle.
pub fn headers(rules: usize) -> Vec<(&'static str, String)> {
    vec![
        ("host", "gateway.example.com".into()),
        ("user-agent", "openai-python/1.70".into()),
        ("accept", "application/json".into()),
        ("accept-encoding", "gzip, deflate".into()),
        ("content-type", "application/json".into()),
        ("content-length", "4096".into()),
        ("authorization", "Bearer none".into()),
        ("x-request-id", "5a1f6f0e-58b7-4c0e-9c55-0f2f3a1f7b10".into()),
        ("x-ai-eg-model", format!("model-{}", rules / 2 / 10 * 10)),
        ("x-team", "team-0-none".into()),
    ]
}
