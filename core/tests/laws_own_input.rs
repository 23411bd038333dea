//! What more of its own input does to an endpoint, for each scorer and filter: more load never raises a rating, more of a prompt never lowers one.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[path = "support/plugin_states.rs"]
#[allow(dead_code, reason = "each test takes its part of it")]
mod states;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use states::random::{self, Chance, NOW};
use states::{for_each, name_of, names, of, outcome, then};

/// Whether more of what the steps tell is worse for the endpoint, or better.
enum Law {
    Worse,
    Better,
}

/// What is more for an endpoint in a case, by the plugin's own input. `None` where the state does not let it be told.
fn more(plugin: &str, case: &Value, name: &str, chance: &mut Chance) -> Option<(Value, Law)> {
    let endpoint = format!("default/{name}");
    // The last that it told of a kind, where that still counts.
    let told = |wanted: &str| {
        let mut told = case["told"].as_array().unwrap().iter().rev();
        let last =
            told.find(|step| step[1]["endpoint"] == endpoint.as_str() && step[1]["event"] == wanted)?;
        Some(last[1].clone()).filter(|_| last[0].as_u64().unwrap() >= NOW - 30_000)
    };
    let more = 1 + chance.below(5);
    let polled = |change: &dyn Fn(&mut Value)| {
        let mut next = told("load_polled")?;
        change(&mut next["load"]);
        Some(next)
    };
    let add = |load: &mut Value, field: &str| {
        if let Some(value) = load[field].as_f64() {
            let more =
                if field == "kv_usage" { (value + 0.1).min(1.0).into() } else { json!(value as u64 + more) };
            load[field] = more;
        }
    };
    let load = |field: &str| polled(&|load: &mut Value| add(load, field));
    let start = || {
        let count =
            (0..more).map(|_| json!({"event": "request_started", "endpoint": endpoint, "prompt_tokens": 20}));
        Some(then(case, count))
    };
    let relabel = |label: &str, value: Value| {
        let mut case = case.clone();
        case["endpoints"][name][label] = value;
        Some(case)
    };
    let worse = |steps: Option<Value>| Some((then(case, [steps?]), Law::Worse));
    let hold = || {
        // The next block of the prompt, as the next event of the stream.
        let last = case["told"].as_array().unwrap().iter().rev();
        let mut last = last.filter(|step| step[1]["endpoint"] == endpoint.as_str());
        let sequence = last.find_map(|step| step[1]["sequence"].as_u64()).unwrap_or(0) + 1;
        let all: Vec<u64> = (11..30).collect();
        Some(json!({"event": "blocks_stored", "endpoint": endpoint, "sequence": sequence, "hashes": all}))
    };
    match plugin {
        "scorer least-request-scorer"
        | "scorer active-request-scorer"
        | "scorer token-load-scorer"
        | "scorer bounded-load-scorer"
        | "filter concurrency-detector" => Some((start()?, Law::Worse)),
        "scorer queue-scorer"
        | "scorer load-aware-scorer"
        | "filter low-queue-filter"
        | "filter least-queue-filter" => worse(load("waiting")),
        "filter utilization-detector" => Some((start()?, Law::Worse)),
        "filter slo-headroom-tier-filter" if case["code"]["exploration"] == 0 => Some((start()?, Law::Worse)),
        "filter decision-tree-filter" => None,
        "scorer running-requests-size-scorer" => worse(load("running")),
        "scorer kv-cache-utilization-scorer"
        | "filter least-kv-cache-filter"
        | "filter utilization-filter" => worse(load("kv_usage")),
        "scorer latency-scorer" if case.get("code").is_none() => worse(load("kv_usage")),
        "scorer endpoint-attribute-scorer" | "filter endpoint-attribute-filter" => {
            let mut next = told("attribute_reported")?;
            next["value"] = (next["value"].as_f64()? + more as f64).into();
            worse(Some(next))
        }
        "scorer peak-ewma-scorer" => worse(Some(
            json!({"event": "request_measured", "endpoint": endpoint, "failed": false, "ttft_ns": 9_000_000}),
        )),
        "filter circuit-breaker-filter" | "filter outlier-ejection-filter" => {
            worse(Some(json!({"event": "request_measured", "endpoint": endpoint, "failed": true})))
        }
        "scorer prefix-cache-scorer" => Some((then(case, [hold()?]), Law::Better)),
        "filter prefix-cache-affinity-filter" if case["parameters"]["explorationProbability"].is_null() => {
            Some((then(case, [hold()?]), Law::Better))
        }
        "scorer no-hit-lru-scorer" => worse(Some(json!({"route": {}, "to": name}))),
        "scorer lora-affinity-scorer" => {
            let next = polled(&|load| {
                if load["lora"].is_object() {
                    load["lora"]["active"].as_array_mut().unwrap().push("x".into());
                }
            });
            Some((then(case, [next?]), Law::Better))
        }
        "filter lora-affinity-filter" if case["parameters"]["threshold"] == 1 => {
            let next = polled(&|load| load["lora"] = json!({"active": ["x"], "waiting": []}));
            Some((then(case, [next?]), Law::Better))
        }
        "scorer topology-affinity-scorer" | "filter topology-affinity-filter" => {
            let host = case["endpoints"]["a"]["kubernetes.io/hostname"].clone();
            Some((relabel("kubernetes.io/hostname", host.as_str().is_some().then_some(host)?)?, Law::Better))
        }
        "scorer header-label-affinity-scorer" => {
            Some((relabel("llm-d.ai/role", "nobody".into())?, Law::Worse))
        }
        "filter by-label" | "filter decode-filter" => {
            Some((relabel("llm-d.ai/role", "both".into())?, Law::Better))
        }
        "filter label-selector-filter" => Some((relabel("llm-d.ai/role", "decode".into())?, Law::Worse)),
        "filter prefill-filter" => Some((relabel("llm-d.ai/role", "encode-prefill".into())?, Law::Better)),
        "filter encode-filter" => Some((relabel("llm-d.ai/role", "encode-prefill".into())?, Law::Better)),
        "scorer context-length-aware" | "filter context-length-aware" => {
            Some((relabel("llm-d.ai/context-length-range", "odd".into())?, Law::Worse))
        }
        _ => None,
    }
}

/// Plugins whose law is one of its own in `laws_plugins.rs` or `laws_completion.rs`.
const APART: [&str; 8] = [
    "scorer predicted-completion-scorer",
    "scorer session-affinity-scorer",
    "filter session-affinity-filter",
    "scorer rendezvous-scorer",
    "filter header-based-testing-filter",
    "filter decision-tree-filter",
    "scorer latency-scorer",
    "filter slo-headroom-tier-filter",
];

#[test]
fn more_of_its_own_input_moves_an_endpoint_one_way_only() {
    let mut moved = BTreeSet::new();
    for_each(|plugin, case, chance| {
        let before = outcome(case);
        for name in names(case) {
            let Some((other, law)) = more(plugin, case, &name, chance) else { continue };
            let after = outcome(&other);
            let (before_one, after_one) = (of(&before, &name), of(&after, &name));
            let holds = match law {
                Law::Worse => after_one <= before_one || before_one < 0.0,
                Law::Better => after_one >= before_one,
            };
            assert!(holds, "{plugin}: {name} of {before:?} {after:?} {case}");
            if before_one != after_one {
                moved.insert(plugin.to_owned());
            }
        }
    });
    let all: BTreeSet<String> = random::plugins().iter().map(name_of).collect();
    let still: Vec<_> =
        all.iter().filter(|plugin| !moved.contains(*plugin) && !APART.contains(&plugin.as_str())).collect();
    assert!(still.is_empty(), "nothing ever moved {still:?}");
}
