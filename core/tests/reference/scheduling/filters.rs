//! What filters keep.

use serde_json::Value;

use super::affinity::{Adapter, adapter, closest, range};
use super::foreseen::headroom;
use super::load::left;
use super::parameters::{self, number};
use super::told::World;

/// The names among `all` that the filter keeps.
pub(crate) fn keep(
    filter: &str,
    settings: &Value,
    world: &mut World,
    all: Vec<String>,
    beside: &Value,
) -> Vec<String> {
    let kept = match filter {
        "prefix-cache-affinity-filter" => prefix_cache_affinity(settings, world, &all),
        "slo-headroom-tier-filter" => slo_headroom_tier(settings, world, &all),
        "outlier-ejection-filter" => outlier_ejection(settings, world, &all),
        "lora-affinity-filter" => lora_affinity(settings, world, &all),
        "decision-tree-filter" => return tree(settings, world, all, beside),
        "least-queue-filter" | "least-kv-cache-filter" => {
            let value = if filter == "least-queue-filter" { "waiting" } else { "kv_usage" };
            let told = |name: &String| world.polled(name, value);
            let values: Vec<f64> = all.iter().filter_map(told).collect();
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let part = (values.iter().copied().fold(0.0, f64::max) - least) / all.len() as f64;
            // Requests are whole.
            let limit = least + if value == "waiting" { part.floor() } else { part };
            all.iter().filter(|name| told(name).is_some_and(|value| value <= limit)).cloned().collect()
        }
        _ => all.iter().filter(|name| keeps_one(filter, settings, world, &all, name)).cloned().collect(),
    };
    let falls_back = match filter {
        "utilization-detector" => settings["fallback_on_empty"] != false,
        "least-queue-filter"
        | "least-kv-cache-filter"
        | "topology-affinity-filter"
        | "circuit-breaker-filter" => true,
        _ => settings["fallback_on_empty"] == true,
    };
    if kept.is_empty() && falls_back { all } else { kept }
}

/// Filters that look at each endpoint for itself.
fn keeps_one(filter: &str, settings: &Value, world: &World, all: &[String], name: &str) -> bool {
    let endpoint = &world.endpoints[name];
    let in_flight = endpoint.in_flight as f64;
    match filter {
        "label-selector-filter" => selects(settings, world, name),
        "by-label" => match endpoint.labels.get(settings["label"].as_str().unwrap()) {
            None => settings["allow_missing"] == true,
            Some(value) => {
                settings["values"].as_array().is_some_and(|values| values.contains(&value.as_str().into()))
            }
        },
        "decode-filter" | "prefill-filter" | "encode-filter" => {
            let part = filter.trim_end_matches("-filter");
            match endpoint.labels.get("llm-d.ai/role").map(String::as_str) {
                None => part == "decode",
                Some("both") => part != "encode",
                Some(role) => role.split('-').any(|one| one == part) && ROLES.contains(&role),
            }
        }
        "utilization-filter" => settings["conditions"].as_array().unwrap().iter().all(|condition| {
            let value = match condition["metric"].as_str().unwrap() {
                "active-requests" => Some(in_flight),
                "running-requests" => world.polled(name, "running"),
                "waiting-queue" => world.polled(name, "waiting"),
                _ => world.polled(name, "kv_usage"),
            };
            value.is_none_or(|value| value <= condition["maxValue"].as_f64().unwrap())
        }),
        "utilization-detector" => {
            let more = 1.0 + number(settings, "headroom", 0.0);
            let waiting = world.waiting_now(name, 200);
            let usage = world.report_within(name, 200).and_then(|(report, _)| report["kv_usage"].as_f64());
            (waiting.is_some() || usage.is_some())
                && waiting.is_none_or(|waiting| waiting < number(settings, "queue_depth", 5.0) * more)
                && usage.is_none_or(|usage| usage < number(settings, "kv_cache", 0.8) * more)
        }
        "concurrency-detector" => {
            let more = 1.0 + number(settings, "headroom", 0.0);
            let few_requests = in_flight < (number(settings, "requests", 100.0) * more).floor();
            let few_tokens =
                (endpoint.under_way.tokens as f64) < (number(settings, "tokens", 1e6) * more).floor();
            match settings["mode"].as_str() {
                Some("tokens") => few_tokens,
                Some("hybrid") => few_requests && few_tokens,
                _ => few_requests,
            }
        }
        "session-affinity-filter" => {
            let owner = world.owner(settings).filter(|owner| all.contains(owner));
            owner.is_none_or(|owner| owner == name)
        }
        "context-length-aware" => match range(settings, world, name) {
            None => true,
            Some(range) => range.is_some_and(|(min, max)| (min..=max).contains(&world.prompt_tokens())),
        },
        "endpoint-attribute-filter" => {
            let limit = settings["algorithm"]["threshold"]["value"].as_f64().unwrap();
            match world.attribute(name, settings["attribute"].as_str().unwrap()) {
                None => settings["onMissing"] != "Fail",
                Some(value) => match settings["algorithm"]["threshold"]["operator"].as_str().unwrap() {
                    "LessThan" => value < limit,
                    "LessThanOrEqual" => value <= limit,
                    "GreaterThan" => value > limit,
                    "GreaterThanOrEqual" => value >= limit,
                    "NotEqual" => value != limit,
                    _ => value == limit,
                },
            }
        }
        "topology-affinity-filter" => {
            let levels = ["host", "rack", "zone", "region"];
            let wanted = settings["minAffinity"].as_str().unwrap_or("host");
            let most = levels.iter().position(|level| *level == wanted).unwrap();
            world.peer.is_none() || closest(world, name).is_some_and(|place| place <= most)
        }
        "header-based-testing-filter" => {
            let address = endpoint.address.as_deref().unwrap();
            let listed = world.header("test-epp-endpoint-selection").unwrap_or("");
            let names_it = |one: &str| one == address || one == address.trim_end_matches(":8000");
            settings["trusted"] == false || listed.split(',').any(|one| names_it(one.trim()))
        }
        "circuit-breaker-filter" => {
            let last = endpoint.ends.iter().filter(|(_, failed)| *failed).map(|(at, _)| *at).max();
            let streak = endpoint.ends.iter().rev().take_while(|(_, failed)| *failed).count();
            let open_for = number(settings, "open_for_ms", 30_000.0);
            let has_waited = last.is_none_or(|last| (world.now - last) as f64 >= open_for);
            (streak as f64) < number(settings, "failures", 5.0).max(1.0)
                || (has_waited && endpoint.in_flight == 0)
        }
        "low-queue-filter" => {
            let most = number(settings, "threshold", 128.0);
            world.polled(name, "waiting").is_some_and(|waiting| waiting <= most)
        }
        _ => panic!("{filter} is no filter"),
    }
}

const ROLES: [&str; 6] =
    ["decode", "prefill", "encode", "prefill-decode", "encode-prefill", "encode-prefill-decode"];

fn selects(settings: &Value, world: &World, name: &str) -> bool {
    let label = |key: &str| world.endpoints[name].labels.get(key).map(String::as_str);
    let mut pairs = settings["matchLabels"].as_object().into_iter().flatten();
    let mut expressions = settings["matchExpressions"].as_array().into_iter().flatten();
    pairs.all(|(key, value)| label(key) == value.as_str())
        && expressions.all(|expression| {
            let value = label(expression["key"].as_str().unwrap());
            let is_one = value.is_some_and(|value| {
                expression["values"].as_array().is_some_and(|values| values.contains(&value.into()))
            });
            match expression["operator"].as_str().unwrap() {
                "In" => is_one,
                "NotIn" => !is_one,
                "Exists" => value.is_some(),
                _ => value.is_none(),
            }
        })
}

/// Whether something happens that happens in a share of decisions: without a draw where it always or never does.
fn happens(share: f64, world: &mut World) -> bool {
    if share.is_nan() || share <= 0.0 {
        return false;
    }
    let parts = 2_f64.powi(53);
    share >= 1.0 || (world.draw.below(1 << 53) as f64) < share * parts
}

fn prefix_cache_affinity(settings: &Value, world: &mut World, all: &[String]) -> Vec<String> {
    let threshold = number(settings, "threshold", 0.8);
    if all.len() <= 1 || threshold <= 0.0 || happens(number(settings, "exploration", 0.0), world) {
        return all.to_vec();
    }
    let is_sticky = |name: &String| {
        world.prefix(name).is_some_and(|(held, blocks)| blocks > 0.0 && held / blocks >= threshold)
    };
    let ttft = |name: &String| {
        world.endpoints[name].under_way.tokens as f64 / number(settings, "throughput", 15_928.0) * 1000.0
    };
    let (sticky, others): (Vec<String>, Vec<String>) = all.iter().cloned().partition(is_sticky);
    let least = |names: &[String]| names.iter().map(ttft).reduce(f64::min);
    let penalty = number(settings, "max_ttft_penalty", 18_000.0);
    match (least(&sticky), least(&others)) {
        (None, _) => all.to_vec(),
        (Some(here), Some(there)) if penalty > 0.0 && here - there > penalty => all.to_vec(),
        _ => sticky,
    }
}

fn slo_headroom_tier(settings: &Value, world: &mut World, all: &[String]) -> Vec<String> {
    let of = |name: &String| headroom(settings, world, name);
    let is_quick = |name: &String| of(name).is_some_and(|(ttft, tpot)| ttft >= 0.0 && tpot >= 0.0);
    let (quick, slow): (Vec<String>, Vec<String>) = all.iter().cloned().partition(is_quick);
    if all.len() <= 1 || all.iter().all(|name| of(name).is_none()) || quick.is_empty() || slow.is_empty() {
        return all.to_vec();
    }
    if happens(number(settings, "exploration", 0.01), world) { slow } else { quick }
}

fn outlier_ejection(settings: &Value, world: &World, all: &[String]) -> Vec<String> {
    let share = |name: &String| {
        let ends = &world.endpoints[name].ends;
        let sum = |failures_only: bool| -> f64 {
            let counted = ends.iter().filter(|(_, failed)| *failed || !failures_only);
            counted.map(|(at, _)| left(world.now.saturating_sub(*at))).sum()
        };
        let (failures, all) = (sum(true), sum(false));
        let says_something = all > 0.0 && all >= number(settings, "least_requests", 5.0);
        says_something.then(|| failures / all).filter(|share| *share > number(settings, "error_share", 0.5))
    };
    let key = |name: &String| {
        let address = world.endpoints[name].address.as_deref();
        super::draw::Draw::key(&format!("default/{name}"), address)
    };
    let mut outliers: Vec<&String> = all.iter().filter(|name| share(name).is_some()).collect();
    outliers.sort_by(|a, b| share(b).partial_cmp(&share(a)).unwrap().then(key(b).cmp(&key(a))));
    let most = all.len() as f64 * number(settings, "most_ejected", 0.5);
    let out: Vec<&String> = outliers
        .into_iter()
        .enumerate()
        .filter(|(n, _)| (n + 1) as f64 <= most)
        .map(|(_, name)| name)
        .collect();
    all.iter().filter(|name| !out.contains(name)).cloned().collect()
}

fn lora_affinity(settings: &Value, world: &mut World, all: &[String]) -> Vec<String> {
    if world.request["model"].as_str().is_none_or(str::is_empty) {
        return all.to_vec();
    }
    let of = |keeps: fn(Adapter) -> bool| -> Vec<String> {
        all.iter().filter(|name| adapter(world, name).is_some_and(keeps)).cloned().collect()
    };
    let has_it = of(|adapter| adapter.runs || adapter.waits);
    let has_room = of(|adapter| !adapter.runs && !adapter.waits && adapter.has_room_apart);
    match (has_it.is_empty(), has_room.is_empty()) {
        (true, _) => has_room,
        (_, true) => has_it,
        _ if happens(number(settings, "threshold", 0.999), world) => has_it,
        _ => has_room,
    }
}

fn tree(settings: &Value, world: &mut World, all: Vec<String>, beside: &Value) -> Vec<String> {
    let mut run = |branch: &Value, names: Vec<String>| {
        if branch["decisionTree"].is_object() {
            return tree(&branch["decisionTree"], world, names, beside);
        }
        let named = |plugin: &&Value| plugin.get("name").unwrap_or(&plugin["type"]) == &branch["pluginRef"];
        let plugin = beside.as_array().unwrap().iter().find(named).unwrap();
        keep(plugin["type"].as_str().unwrap(), &parameters::of(plugin), world, names, beside)
    };
    let left = run(&settings["current"], all.clone());
    let next = if left.is_empty() { &settings["nextOnFailure"] } else { &settings["nextOnSuccess"] };
    let next = if next.is_null() { &settings["nextOnSuccessOrFailure"] } else { next };
    match next.is_null() {
        true => left,
        false if left.is_empty() => run(next, all),
        false => run(next, left),
    }
}
