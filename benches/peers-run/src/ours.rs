//! Routers of inferroute as a host would make them, through the public API alone.

use inferroute::{
    Event, Fraction, LoadReport, Manifests, Nanos, Options, Profile, Prompt, ReportedEndpoint, Request,
    Router, Scheduling, Scorer, Strategy,
};

/// The time of every call: nothing here depends on it.
pub const NOW: Nanos = Nanos::new(0);

/// A request without headers.
pub const NO_HEADERS: [(&str, &str); 0] = [];

/// One rule that takes everything to one pool.
const ROUTE: &str = "\
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: chat}
spec:
  rules:
    - backendRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: gpus}]
";

const POOL: &str = "---
apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata: {name: gpus}
spec:
  selector: {matchLabels: {app: vllm}}
  targetPorts: [{number: 8000}]
";

/// A router on the manifest of a route to pool `gpus`, which has `endpoints` endpoints.
pub fn on(route: &str, endpoints: usize, options: &Options) -> Router {
    let plan = Manifests::from_yaml(&format!("{route}{POOL}"))
        .and_then(|manifests| manifests.compile(options))
        .unwrap_or_else(|problems| panic!("{problems}"));
    let router = Router::new(plan, 1);
    let report =
        |n: usize| ReportedEndpoint::new(&format!("vllm-{n:04}")).address(&host(n)).label("app", "vllm");
    tell(&router, &Event::EndpointsReplaced { endpoints: (0..endpoints).map(report).collect() });
    router
}

/// A router of one rule that picks by `strategy` and names no fallbacks, as the peers name none.
pub fn by_strategy(strategy: Strategy, endpoints: usize) -> Router {
    on(ROUTE, endpoints, &Options::default().strategy(strategy).fallback_endpoints(0))
}

/// A router of one rule that picks by the scorers, whose endpoints told their loads.
pub fn by_scorers(profile: Profile, endpoints: usize) -> Router {
    let options = Options::default().scheduling(Scheduling::single(profile)).fallback_endpoints(0);
    let router = on(ROUTE, endpoints, &options);
    for n in 0..endpoints {
        let mut load = Box::new(LoadReport::default());
        load.waiting = Some((n * 5 % 11) as u32);
        load.kv_usage = Fraction::new((n * 3 % 17) as f64 / 20.0);
        tell(&router, &Event::LoadPolled { endpoint: format!("default/vllm-{n:04}"), load });
    }
    router
}

/// The scorers that the Inference Extension's picker has by default: queue, KV cache, prefix.
pub fn default_scorers() -> Profile {
    Profile::new("default")
        .scorer(Scorer::Queue, 2.0)
        .scorer(Scorer::KvCacheUtilization, 2.0)
        .scorer(Scorer::PrefixCache { match_length_weight: 0.0, match_length_scale_tokens: 8192.0 }, 3.0)
}

/// Has endpoint `n` be sent the prompt, so that it counts as holding it.
pub fn teach(router: &Router, n: usize, prompt: Prompt<'_>) {
    let address = host(n);
    let request = Request::new(&NO_HEADERS).prompt(prompt).subset(&address);
    let ticket = router.route(&request, NOW).unwrap_or_else(|refused| panic!("{refused}"));
    ticket.finish();
}

fn tell(router: &Router, event: &Event) {
    router.observe(event, NOW).unwrap_or_else(|error| panic!("{error}"));
}

fn host(n: usize) -> String {
    format!("10.0.{}.{}", n / 256, n % 256)
}

/// Prompts of different seeds have nothing in common.
pub fn tokens(seed: u32, count: usize) -> Vec<u32> {
    (0..count as u32).map(|n| (n ^ seed).wrapping_mul(2_654_435_761) >> 15).collect()
}
