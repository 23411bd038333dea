//! Generated states of every scorer and filter, and what they come to.

#[path = "plugin_case.rs"]
mod cases;
#[path = "plugin_random.rs"]
pub(crate) mod random;

use std::collections::BTreeSet;

use cases::PluginCase;
use random::{Chance, NOW};
use serde_json::{Map, Value, json};

/// Generated states a plugin and law.
const STATES: u64 = 24;

/// What the plugin makes of a case: by endpoint its rating, -1 where it has none; of a filter 1 or 0.
pub(crate) fn outcome(case: &Value) -> Map<String, Value> {
    let found = PluginCase::read(case.clone()).found();
    if let Some(ratings) = found["ratings"].as_object() {
        return ratings
            .iter()
            .map(|(name, rating)| (name.clone(), json!(rating.as_f64().unwrap_or(-1.0))))
            .collect();
    }
    let kept = found["kept"].as_array().unwrap();
    let mut names: BTreeSet<String> = case["endpoints"].as_object().unwrap().keys().cloned().collect();
    names.extend(kept.iter().map(|name| name.as_str().unwrap().to_owned()));
    names
        .into_iter()
        .map(|name| (name.clone(), json!(if kept.contains(&name.into()) { 1.0 } else { 0.0 })))
        .collect()
}

pub(crate) fn of(outcome: &Map<String, Value>, name: &str) -> f64 {
    outcome[name].as_f64().unwrap()
}

pub(crate) fn name_of(plugin: &Value) -> String {
    let kind = if plugin.get("scorer").is_some() { "scorer" } else { "filter" };
    format!("{kind} {}", plugin[kind].as_str().unwrap())
}

/// Calls `each` with generated cases of every plugin.
pub(crate) fn for_each(mut each: impl FnMut(&str, &Value, &mut Chance)) {
    for plugin in random::plugins() {
        for seed in 0..STATES {
            let case = random::case(&plugin, seed * 1_000_003);
            each(&name_of(&plugin), &case, &mut Chance(seed));
        }
    }
}

/// The case with more told at its end.
pub(crate) fn then(case: &Value, steps: impl IntoIterator<Item = Value>) -> Value {
    let mut case = case.clone();
    let told = case["told"].as_array_mut().unwrap();
    told.extend(steps.into_iter().map(|step| json!([NOW, step])));
    case
}

/// Names of the endpoints that are there from the beginning.
pub(crate) fn names(case: &Value) -> Vec<String> {
    case["endpoints"].as_object().unwrap().keys().cloned().collect()
}
