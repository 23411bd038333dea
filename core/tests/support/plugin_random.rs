//! Cases of one scorer or filter by chance: every event in any order, values from short lists so that they meet.

#[path = "plugin_tickets.rs"]
mod tickets;

use serde_json::{Map, Value, json};
use tickets::tickets;

/// SplitMix64, so that a failing case is known by its seed.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn once_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len() as u64) as usize]
    }
}

/// The time of all decisions, and times at which something is told: exactly as old as may be, a millisecond more, and now.
pub(crate) const NOW: u64 = 131_072;
const TIMES: [u64; 7] = [NOW - 40_000, NOW - 30_001, NOW - 30_000, NOW - 201, NOW - 200, NOW - 1, NOW];
const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const RANGE: &str = "llm-d.ai/context-length-range";

/// All scorers and filters, some with several settings: the fields of a case beside what is told.
pub(crate) fn plugins() -> Vec<Value> {
    let precise = json!([{"type": "precise-prefix-cache-producer"}]);
    let attribute = |kind: &str, range: Value| json!({"attributeKey": "price", "algorithm": {"type": kind, "normalization": range}});
    let condition = |metric: &str, most: f64| json!({"metric": metric, "maxValue": most});
    let threshold = |operator: &str, missing: &str| {
        let threshold = json!({"operator": operator, "value": 1});
        json!({"attribute": "price", "onMissing": missing, "algorithm": {"type": "threshold", "threshold": threshold}})
    };
    let model = json!({"ttft": {"waiting": 10, "uncached_token": 1, "waiting_token": 0.5}, "tpot": {"running": 10, "kv_usage": 3}});
    let dear = json!({"token": 1e-3, "pair": 1e-5, "answer": 1e-3, "context": 1e-4, "chunk": 64, "running": 4, "kv_tokens": 500});
    let session = json!({"strategy": "session_id", "sessionIdConfig": {"evictionTtlSeconds": 30}});
    let branches = json!([
        {"type": "low-queue-filter", "name": "low", "parameters": {"threshold": 4}},
        {"type": "least-queue-filter", "name": "queue"}, {"type": "least-kv-cache-filter", "name": "cache"},
        {"type": "lora-affinity-filter", "name": "lora", "parameters": {"threshold": 0.5}},
    ]);
    let then = |first: &str, next: Value| json!({"decisionTree": {"current": {"pluginRef": first}, "nextOnSuccessOrFailure": next}});
    let low = then("lora", then("queue", json!({"pluginRef": "cache"})));
    let high = then("queue", then("lora", json!({"pluginRef": "cache"})));
    let tree = json!({"current": {"pluginRef": "low"}, "nextOnSuccess": low, "nextOnFailure": high});
    vec![
        json!({"scorer": "least-request-scorer", "code": {}}),
        json!({"scorer": "queue-scorer"}),
        json!({"scorer": "running-requests-size-scorer"}),
        json!({"scorer": "kv-cache-utilization-scorer"}),
        json!({"scorer": "active-request-scorer", "parameters": {"idleThreshold": 2, "maxBusyScore": 0.5}}),
        json!({"scorer": "token-load-scorer", "parameters": {"queueThresholdTokens": 100}, "beside": precise}),
        json!({"scorer": "load-aware-scorer", "parameters": {"threshold": 7}}),
        json!({"scorer": "prefix-cache-scorer", "beside": precise, "parameters": {"matchLengthWeight": 0.25, "matchLengthScaleTokens": 50}}),
        json!({"scorer": "lora-affinity-scorer"}),
        json!({"scorer": "lora-affinity-scorer", "code": {}}),
        json!({"scorer": "session-affinity-scorer"}),
        json!({"scorer": "session-affinity-scorer", "parameters": session}),
        json!({"scorer": "header-label-affinity-scorer", "parameters": {"headerName": "x-role", "labelKey": "llm-d.ai/role"}}),
        json!({"scorer": "context-length-aware"}),
        json!({"scorer": "endpoint-attribute-scorer", "parameters": attribute("linear_lower_is_better", json!({"adaptiveRange": {}}))}),
        json!({"scorer": "endpoint-attribute-scorer", "parameters": attribute("linear_lower_is_better", json!({"fixedRange": {"min": -1, "max": 2}}))}),
        json!({"scorer": "topology-affinity-scorer", "peer": "a"}),
        json!({"scorer": "latency-scorer", "beside": precise}),
        json!({"scorer": "latency-scorer", "code": {"model": model}}),
        json!({"scorer": "latency-scorer", "code": {"model": model, "choice": "most"}}),
        json!({"scorer": "peak-ewma-scorer", "code": {"default_ttft_ms": 3}}),
        json!({"scorer": "no-hit-lru-scorer", "beside": precise}),
        json!({"scorer": "no-hit-lru-scorer", "beside": precise, "parameters": {"lruSize": 2}}),
        json!({"scorer": "predicted-completion-scorer", "code": {}}),
        json!({"scorer": "predicted-completion-scorer", "code": {"step": dear, "congestion": 0.5, "crowding": 5, "returning": 300, "eviction": 3, "interrupting": 2, "sharing": 2, "others": 0.5, "kv_seconds": 1, "pace_prior": 4000}}),
        json!({"scorer": "rendezvous-scorer", "code": {"header": "x-session-id"}}),
        json!({"scorer": "rendezvous-scorer", "code": {}}),
        json!({"scorer": "bounded-load-scorer", "code": {"header": "x-session-id"}}),
        json!({"filter": "label-selector-filter", "parameters": {"matchExpressions": [{"key": "llm-d.ai/role", "operator": "NotIn", "values": ["decode", "encode"]}]}}),
        json!({"filter": "by-label", "parameters": {"label": "llm-d.ai/role", "validValues": ["both"], "allowsNoLabel": true}}),
        json!({"filter": "decode-filter"}),
        json!({"filter": "prefill-filter"}),
        json!({"filter": "encode-filter"}),
        json!({"filter": "utilization-filter", "parameters": {"conditions": [condition("waiting-queue", 5.0), condition("kv-cache-utilization", 0.5)]}}),
        json!({"filter": "utilization-filter", "parameters": {"fallbackOnEmpty": true, "conditions": [condition("active-requests", 3.0), condition("running-requests", 5.0)]}}),
        json!({"filter": "prefix-cache-affinity-filter", "beside": precise, "parameters": {"affinityThreshold": 0.5, "maxTTFTPenaltyMs": 20, "peakPrefillThroughput": 1000}}),
        json!({"filter": "prefix-cache-affinity-filter", "beside": precise, "parameters": {"affinityThreshold": 0.5, "maxTTFTPenaltyMs": 0, "explorationProbability": 0.5}}),
        json!({"filter": "utilization-detector", "parameters": {"headroom": 0.25}}),
        json!({"filter": "utilization-detector", "code": {"fallback_on_empty": false}}),
        json!({"filter": "concurrency-detector", "parameters": {"maxConcurrency": 4, "headroom": 0.3}}),
        json!({"filter": "concurrency-detector", "parameters": {"maxConcurrency": 4, "maxTokenConcurrency": 30, "concurrencyMode": "hybrid"}}),
        json!({"filter": "session-affinity-filter"}),
        json!({"filter": "session-affinity-filter", "parameters": session}),
        json!({"filter": "context-length-aware", "parameters": {"enableFiltering": true}}),
        json!({"filter": "endpoint-attribute-filter", "parameters": threshold("LessThan", "Fail")}),
        json!({"filter": "endpoint-attribute-filter", "parameters": threshold("LessThanOrEqual", "Pass")}),
        json!({"filter": "topology-affinity-filter", "peer": "a", "parameters": {"minAffinity": "zone"}}),
        json!({"filter": "slo-headroom-tier-filter", "code": {"model": model, "exploration": 0}}),
        json!({"filter": "slo-headroom-tier-filter", "code": {"model": model, "exploration": 0.5}}),
        json!({"filter": "header-based-testing-filter", "code": {}}),
        json!({"filter": "circuit-breaker-filter", "code": {"failures": 2, "open_for_ms": 30_000}}),
        json!({"filter": "outlier-ejection-filter", "code": {"least_requests": 0.7, "error_share": 0.43, "most_ejected": 0.67}}),
        json!({"filter": "low-queue-filter", "parameters": {"threshold": 4}}),
        json!({"filter": "least-queue-filter"}),
        json!({"filter": "least-kv-cache-filter"}),
        json!({"filter": "lora-affinity-filter", "parameters": {"threshold": 0.5}}),
        json!({"filter": "lora-affinity-filter", "parameters": {"threshold": 1}}),
        json!({"filter": "decision-tree-filter", "beside": branches, "parameters": tree}),
    ]
}

/// A case of the plugin.
pub(crate) fn case(plugin: &Value, seed: u64) -> Value {
    let chance = &mut Chance(seed);
    let mut case = plugin.clone();
    let count = 1 + chance.below(NAMES.len() as u64) as usize;
    let mut endpoints: Map<String, Value> =
        NAMES[..count].iter().map(|name| ((*name).to_owned(), labels(name, chance))).collect();
    let mut told = Vec::new();
    if plugin["parameters"]["strategy"] == "session_id" {
        // The only endpoint there gets the session; the others come later.
        let rest: Vec<String> = endpoints.keys().skip(1).cloned().collect();
        let at = TIMES[chance.below(7) as usize].min(NOW - 29_999);
        told.push(json!([at, {"route": {"headers": [["x-session-id", "s"]]}}]));
        for (number, name) in rest.into_iter().enumerate() {
            let mut labels = endpoints.remove(&name).unwrap();
            labels["app"] = "x".into();
            let endpoint =
                json!({"name": name, "address": format!("10.0.0.{}", number + 1), "labels": labels});
            told.push(json!([at, {"event": "endpoint_reported", "endpoint": endpoint}]));
        }
    }
    let begin = told.first().map_or(0, |step| step[0].as_u64().unwrap());
    let mut steps: Vec<Value> =
        (0..2 * count as u64 + chance.below(8 * count as u64)).map(|_| step(count, chance)).collect();
    let sends =
        ["no-hit-lru-scorer", "predicted-completion-scorer"].map(Value::from).contains(&plugin["scorer"]);
    if sends {
        steps.extend(tickets(count, chance));
    }
    steps.iter_mut().for_each(|step| step[0] = step[0].as_u64().unwrap().max(begin).into());
    steps.sort_by_key(|step| step[0].as_u64());
    number_blocks(&mut steps);
    told.extend(steps);
    (case["id"], case["case"]) = (format!("{plugin}, seed {seed}").into(), "rule".into());
    (case["endpoints"], case["told"], case["request"]) = (endpoints.into(), told.into(), request(chance));
    (case["now"], case["seed"]) = (NOW.into(), chance.below(1000).into());
    let outcome = if plugin.get("scorer").is_some() { "ratings" } else { "kept" };
    case[outcome] = json!({});
    case
}

fn labels(name: &str, chance: &mut Chance) -> Value {
    let mut labels = json!({"name": name});
    let roles = ["decode", "prefill", "encode", "both", "prefill-decode", "encode-prefill", "none"];
    let ranges = ["0-100", "50-5000", "odd", "40-40", "0-50", "50-90"];
    let places = ["x", "y", ""];
    for (label, values) in [
        ("llm-d.ai/role", &roles[..]),
        (RANGE, &ranges[..]),
        ("kubernetes.io/hostname", &places[..]),
        ("topology.kubernetes.io/rack", &places[..]),
        ("topology.kubernetes.io/zone", &places[..]),
        ("topology.kubernetes.io/region", &places[..]),
    ] {
        if !chance.once_in(3) {
            labels[label] = chance.one(values).into();
        }
    }
    labels
}

fn request(chance: &mut Chance) -> Value {
    let mut request = json!({"headers": []});
    let addresses = ["10.0.0.0", "10.0.0.1:8000, 10.0.0.0", "10.0.0.2,10.0.0.3:9"];
    for (header, values) in [
        ("x-session-token", &["ZGVmYXVsdC9h", "ZGVmYXVsdC9i", "odd"][..]),
        ("x-session-id", &["s", "t"][..]),
        ("x-role", &["decode", "both"][..]),
        ("test-epp-endpoint-selection", &addresses[..]),
        ("x-llm-d-slo-ttft-ms", &["90", "120", "150", "NaN"][..]),
        ("x-llm-d-slo-tpot-ms", &["60", "90"][..]),
    ] {
        if !chance.once_in(4) {
            let pair = json!([header, chance.one(values)]);
            request["headers"].as_array_mut().unwrap().push(pair);
        }
    }
    if !chance.once_in(4) {
        request["model"] = "x".into();
    }
    if !chance.once_in(3) {
        let blocks: Vec<u64> = (11..11 + chance.below(6)).collect();
        request["blocks"] = blocks.into();
    }
    request["prompt_tokens"] = (10 * chance.below(10)).into();
    request
}

/// Something told of one endpoint. Events of blocks get their numbers later.
fn step(count: usize, chance: &mut Chance) -> Value {
    let endpoint = format!("default/{}", NAMES[chance.below(count as u64) as usize]);
    let at = TIMES[chance.below(TIMES.len() as u64) as usize];
    let adapters = |chance: &mut Chance| {
        (0..chance.below(3)).map(|_| chance.one(&["x", "y", "z"])).collect::<Vec<&str>>()
    };
    let mut event = match chance.below(14) {
        0..=3 => {
            let mut load = json!({});
            if !chance.once_in(5) {
                load["waiting"] = chance.below(10).into();
            }
            if !chance.once_in(5) {
                load["running"] = chance.below(10).into();
            }
            if !chance.once_in(5) {
                load["kv_usage"] = (chance.below(11) as f64 / 10.0).into();
            }
            if chance.once_in(2) {
                load["prefix_queries"] = (10 * chance.below(100)).into();
                load["prompt_tokens"] = (10 * chance.below(60)).into();
                load["prefix_hits"] = (10 * chance.below(40)).into();
                load["kv_tokens"] = (100 * chance.below(9)).into();
            }
            if !chance.once_in(5) {
                load["lora"] =
                    json!({"active": adapters(chance), "waiting": adapters(chance), "max": chance.below(5)});
            }
            json!({"event": "load_polled", "load": load})
        }
        4 => json!({"event": "in_flight_counted", "count": chance.below(7)}),
        5 | 6 => json!({"event": "request_started", "prompt_tokens": 10 * chance.below(6)}),
        7 => json!({"event": "first_token", "prompt_tokens": 10 * chance.below(6)}),
        8 => json!({"event": "request_finished"}),
        9 => {
            json!({"event": "attribute_reported", "attribute": "price", "value": chance.below(7) as f64 / 2.0 - 1.0})
        }
        10 | 11 => {
            let mut event = json!({"event": "request_measured", "failed": chance.once_in(2)});
            if chance.once_in(2) {
                event["ttft_ns"] = (chance.below(9) * 1_000_000).into();
            }
            // Old by a number of the units in which times are kept.
            let mut step = json!([if chance.once_in(3) { 0 } else { NOW }, event]);
            step[1]["endpoint"] = endpoint.into();
            return step;
        }
        12 => {
            let hashes: Vec<u64> = (11..12 + chance.below(6)).collect();
            json!({"event": "blocks_stored", "hashes": hashes})
        }
        _ if chance.once_in(3) => json!({"event": "cache_cleared"}),
        _ => json!({"event": "blocks_removed", "hashes": [11 + chance.below(6)]}),
    };
    event["endpoint"] = endpoint.into();
    if event["event"].as_str().unwrap().starts_with("blocks_") || event["event"] == "cache_cleared" {
        event["sequence"] = chance.below(8).into();
    }
    json!([at, event])
}

/// Gives events of blocks their places in the streams of endpoints, in the order of time: what was drawn says how many were lost before.
fn number_blocks(steps: &mut [Value]) {
    let mut last: Map<String, Value> = Map::new();
    for step in steps {
        let Some(drawn) = step[1]["sequence"].as_u64() else { continue };
        let endpoint = step[1]["endpoint"].as_str().unwrap().to_owned();
        let lost = u64::from(drawn == 7);
        let next = last.get(&endpoint).and_then(Value::as_u64).unwrap_or(0) + 1 + lost;
        step[1]["sequence"] = next.into();
        last.insert(endpoint, next.into());
    }
}
