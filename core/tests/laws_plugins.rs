//! A law or more for each scorer and filter, over generated states: what every one keeps to, and what its own input does to an endpoint.

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
use states::{for_each, names, of, outcome, then};

#[test]
fn ratings_are_shares_and_filters_keep_of_what_there_is() {
    for_each(|plugin, case, _| {
        let outcome = outcome(case);
        let is_share = |value: &Value| (0.0..=1.0).contains(&value.as_f64().unwrap()) || *value == -1.0;
        assert!(outcome.values().all(is_share), "{plugin}: {outcome:?}");
        assert!(names(case).iter().all(|name| outcome.contains_key(name)), "{plugin}: each has an outcome");
    });
}

#[test]
fn what_has_nothing_to_do_with_it_changes_nothing() {
    for_each(|plugin, case, _| {
        let mut other = then(
            case,
            [
                json!({"event": "attribute_reported", "endpoint": "default/a", "attribute": "other", "value": 9}),
                json!({"event": "load_polled", "endpoint": "default/nobody", "load": {"waiting": 0}}),
                json!({"event": "in_flight_counted", "endpoint": "default/nobody", "count": 9}),
                json!({"event": "endpoint_gone", "name": "nobody"}),
            ],
        );
        other["request"]["headers"].as_array_mut().unwrap().push(json!(["x-other", "decode"]));
        for labels in other["endpoints"].as_object_mut().unwrap().values_mut() {
            labels["other"] = "x".into();
        }
        assert_eq!(outcome(case), outcome(&other), "{plugin}: {case}");
    });
}

#[test]
fn the_order_in_which_endpoints_tell_changes_nothing() {
    for_each(|plugin, case, chance| {
        let mut other = case.clone();
        let told = other["told"].as_array_mut().unwrap();
        // Neighbours that tell of two endpoints change places; what one endpoint tells stays in its order.
        for _ in 0..2 * told.len() {
            let at = chance.below(told.len().max(2) as u64 - 1) as usize;
            if let [first, second] = &told[at..(at + 2).min(told.len())] {
                let (one, two) = (&first[1]["endpoint"], &second[1]["endpoint"]);
                if one.is_string() && two.is_string() && one != two {
                    told.swap(at, at + 1);
                }
            }
        }
        assert_eq!(outcome(case), outcome(&other), "{plugin}: {case}");
    });
}

/// Plugins that look at each endpoint for itself: who else is there changes nothing.
const ALONE: [&str; 22] = [
    "scorer least-request-scorer",
    "scorer kv-cache-utilization-scorer",
    "scorer token-load-scorer",
    "scorer load-aware-scorer",
    "scorer prefix-cache-scorer",
    "scorer lora-affinity-scorer",
    "scorer session-affinity-scorer",
    "scorer header-label-affinity-scorer",
    "scorer context-length-aware",
    "scorer topology-affinity-scorer",
    "scorer rendezvous-scorer",
    "filter label-selector-filter",
    "filter by-label",
    "filter decode-filter",
    "filter prefill-filter",
    "filter encode-filter",
    "filter concurrency-detector",
    "filter context-length-aware",
    "filter endpoint-attribute-filter",
    "filter header-based-testing-filter",
    "filter low-queue-filter",
    "filter utilization-filter",
];

/// Scorers that compare: who else is there moves ratings, and never turns the order of two that are rated.
const COMPARED: [&str; 5] = [
    "scorer queue-scorer",
    "scorer running-requests-size-scorer",
    "scorer active-request-scorer",
    "scorer endpoint-attribute-scorer",
    "scorer peak-ewma-scorer",
];

#[test]
fn an_endpoint_that_goes_changes_nothing_for_others_or_never_their_order() {
    let mut seen = BTreeSet::new();
    for_each(|plugin, case, _| {
        // The peer stays, or nobody is settled.
        let Some(gone) = names(case).into_iter().rfind(|name| name != "a") else { return };
        let (before, mut after) =
            (outcome(case), outcome(&then(case, [json!({"event": "endpoint_gone", "name": gone})])));
        after.remove(&gone);
        let falls_back = case["parameters"]["fallbackOnEmpty"] == true;
        if ALONE.contains(&plugin) && !falls_back {
            assert!(
                after.iter().all(|(name, value)| before[name] == *value),
                "{plugin}: {before:?} {after:?} {case}"
            );
        } else if COMPARED.contains(&plugin) {
            for (one, two) in after.keys().flat_map(|one| after.keys().map(move |two| (one, two))) {
                let is_turned = of(&before, one) > of(&before, two) && of(&after, one) < of(&after, two);
                assert!(!is_turned, "{plugin}: {one} and {two} of {before:?} {after:?} {case}");
            }
        } else {
            return;
        }
        seen.insert(plugin.to_owned());
    });
    assert_eq!(seen.len(), ALONE.len() + COMPARED.len(), "{seen:?}");
}

#[test]
fn a_session_has_one_endpoint_and_a_filter_of_it_keeps_one_or_all() {
    for_each(|plugin, case, _| {
        let outcome = outcome(case);
        let ones = outcome.values().filter(|value| **value == 1.0).count();
        match plugin {
            "scorer session-affinity-scorer" => assert!(ones <= 1, "{outcome:?}"),
            "filter session-affinity-filter" => assert!(ones == 1 || ones == outcome.len(), "{outcome:?}"),
            _ => {}
        }
    });
}

#[test]
fn a_hash_depends_on_key_and_endpoint_alone() {
    for_each(|plugin, case, _| {
        if plugin == "scorer rendezvous-scorer" {
            let mut quiet = case.clone();
            (quiet["told"], quiet["seed"], quiet["now"]) = (json!([]), 1.into(), 0.into());
            assert_eq!(outcome(case), outcome(&quiet), "{case}");
        }
    });
}

#[test]
fn a_header_for_tests_keeps_nobody_that_it_does_not_name() {
    for_each(|plugin, case, _| {
        if plugin == "filter header-based-testing-filter" {
            let mut none = case.clone();
            none["request"]["headers"] = json!([["test-epp-endpoint-selection", "10.9.9.9"]]);
            assert!(outcome(&none).values().all(|kept| *kept == 0.0), "{case}");
        }
    });
}

/// What a tree leaves is what its first filter left, or anything of everyone where that was nobody.
#[test]
fn a_tree_keeps_only_whom_its_first_filter_kept() {
    for_each(|plugin, case, _| {
        if plugin == "filter decision-tree-filter" {
            let mut first = case.clone();
            (first["filter"], first["parameters"], first["beside"]) =
                ("low-queue-filter".into(), json!({"threshold": 4}), json!([]));
            let (low, kept) = (outcome(&first), outcome(case));
            let is_low = |name: &String| low.values().all(|value| *value == 0.0) || low[name] == 1.0;
            assert!(kept.iter().all(|(name, kept)| *kept == 0.0 || is_low(name)), "{low:?} {kept:?} {case}");
        }
    });
}

/// Who is foreseen too slow neither beats nor stays beside one who is quick enough, unless that is explored.
#[test]
fn whoever_is_too_slow_does_not_beat_one_who_is_quick() {
    let slow = json!({"waiting": 1000, "running": 1000, "kv_usage": 1});
    let quick = json!({"waiting": 0, "running": 0, "kv_usage": 0});
    for_each(|plugin, case, _| {
        let is_foreseen = ["scorer latency-scorer", "filter slo-headroom-tier-filter"].contains(&plugin);
        if !is_foreseen
            || case["code"]["model"].is_null()
            || case["code"]["exploration"] == 0.5
            || names(case).len() < 2
        {
            return;
        }
        let tell = |name: &str, load: &Value| json!({"event": "load_polled", "endpoint": format!("default/{name}"), "load": load});
        let idle = json!({"event": "in_flight_counted", "endpoint": "default/a", "count": 0});
        let mut case = then(case, [tell("a", &quick), tell("b", &slow), idle]);
        case["request"]["headers"] =
            json!([["x-llm-d-slo-ttft-ms", "10000000"], ["x-llm-d-slo-tpot-ms", "100"]]);
        let outcome = outcome(&case);
        assert!(of(&outcome, "b") == 0.0 && of(&outcome, "a") > 0.0, "{plugin}: {outcome:?} {case}");
    });
}
