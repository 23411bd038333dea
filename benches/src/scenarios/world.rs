//! What the scenarios share: manifests of a given size, a router with endpoints that told their loads, the headers of an everyday request.

use std::fmt::Write;

use inferroute::{
    DecisionRng, Event, Fraction, LoadReport, Manifests, Nanos, NoTrace, Options, Prompt, ReportedEndpoint,
    Request, Router, decide,
};

use super::Run;

/// The time of everything that happens in a scenario.
pub const NOW: Nanos = Nanos::new(0);

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

/// Like [`exact_rules`], each rule in a route of its own with a hostname of its own.
pub fn hosts(rules: usize) -> String {
    let route = |n| {
        format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: route-{n}}}\nspec:\n  hostnames: [host-{n}.example.com]\n  \
             rules:\n    - backendRefs: [{POOL_REF}]\n---\n"
        )
    };
    (0..rules).map(route).collect::<String>() + POOL
}

/// The host that a request to a rule in the middle of [`hosts`] names.
pub fn host(rules: usize) -> String {
    format!("host-{}.example.com", rules / 2)
}

/// A router on `text` whose backendRefs name an AIServiceBackend in place of the pool.
pub fn to_backends(text: &str) -> Router {
    let backend = "---\napiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIServiceBackend\nmetadata: {name: gpus}\n\
                   spec: {schema: {name: OpenAI}, backendRef: {name: gpus, port: 443}}\n";
    let text = text.replace(POOL_REF, "{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: gpus}");
    with_options(&text.replace(POOL, backend), 0, &Options::default())
}

/// A router with these options on the manifests and that many endpoints in its pool.
pub fn with_options(text: &str, endpoints: usize, options: &Options) -> Router {
    let plan = Manifests::from_yaml(text)
        .and_then(|manifests| manifests.compile(options))
        .unwrap_or_else(|problems| panic!("{problems}"));
    let router = Router::new(plan, 1);
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
        router.observe(event, NOW).unwrap_or_else(|error| panic!("{error}"));
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

/// What a scenario's request asks.
#[derive(Default)]
pub struct Asked {
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
    /// Its host.
    pub host: String,
    /// Its prompt.
    pub tokens: Vec<u32>,
    /// Whether it names its pool.
    pub names_pool: bool,
}

impl Asked {
    /// Falls under a rule in the middle of so many.
    pub fn rules(rules: usize) -> Self {
        Self { headers: headers(rules), ..Self::default() }
    }

    /// Goes to the pool that it names: no rule is looked at.
    pub fn pool() -> Self {
        Self { names_pool: true, ..Self::rules(1) }
    }

    /// A prompt of so many tokens.
    pub fn prompt(self, tokens: u32) -> Self {
        Self { tokens: (0..tokens).collect(), ..self }
    }

    /// The request.
    pub fn request(&self) -> Request<'_> {
        let request = Request::new(&self.headers).host(&self.host);
        let request = if self.names_pool { request.pool("default/gpus") } else { request };
        if self.tokens.is_empty() { request } else { request.prompt(Prompt::Tokens(&self.tokens)) }
    }
}

/// Decides again and again, each time with another seed, on the state as it is.
pub fn decisions(router: &Router, asked: Asked) -> Run {
    let state = router.snapshot();
    let mut seed = 0;
    let mut run = move || {
        seed += 1;
        let request = asked.request();
        let decision = decide(&state, &request, NOW, &mut DecisionRng::from_seed(seed), &mut NoTrace);
        decision.map_or(0, |decision| decision.endpoint_number() as u64 + 1)
    };
    assert!(run() > 0, "a scenario's request goes somewhere");
    Box::new(run)
}

/// Tells the load of every endpoint, each a little different.
pub fn poll_all(router: &Router, endpoints: usize) {
    for n in 0..endpoints {
        let mut load = Box::new(LoadReport::default());
        load.waiting = Some((n * 5 % 11).try_into().unwrap_or_default());
        load.kv_usage = Fraction::new(f64::from(u32::try_from(n * 3 % 17).unwrap_or_default()) / 20.0);
        let event = Event::LoadPolled { endpoint: format!("default/vllm-{n:04}"), load };
        router.observe(&event, NOW).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// Sends a prompt to one endpoint in eight, and has it finished there.
pub fn send_to_some(router: &Router, endpoints: usize, asked: &Asked) {
    for n in 0..endpoints.div_ceil(8) {
        let address = format!("10.0.{}.{}", n * 8 / 256, n * 8 % 256);
        drop(
            router
                .route(&asked.request().subset(&address), NOW)
                .unwrap_or_else(|refused| panic!("{refused}")),
        );
    }
}
