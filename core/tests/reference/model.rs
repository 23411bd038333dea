//! Under which model name the request goes on: section "Choosing a model".

use serde_json::Value;

use super::backend::Chosen;
use super::draw::Draw;
use super::load::{Object, World, items};
use super::request::Request;
use super::time;

/// The model of the decision, none without an override and a model in the request.
pub(crate) fn choose(world: &World, request: &Request, chosen: &Chosen, draw: &mut Draw) -> Option<String> {
    if chosen.kind == "AIServiceBackend"
        && let Some(other) = chosen.reference["modelNameOverride"].as_str()
        && !other.is_empty()
    {
        return Some(other.to_owned());
    }
    let asked = request.model?;
    if chosen.kind != "InferencePool" {
        return Some(asked.to_owned());
    }
    let targets = match declared(world, chosen, asked) {
        Some(object) => items(&object.spec()["targetModels"]),
        None => &[],
    };
    if targets.is_empty() {
        return Some(asked.to_owned());
    }
    let number = if targets.len() == 1 { 0 } else { number_of(targets, draw) };
    targets[number]["name"].as_str().map(str::to_owned)
}

/// The InferenceModel that speaks for this model on this pool.
fn declared<'a>(world: &World<'a>, pool: &Chosen, asked: &str) -> Option<Object<'a>> {
    let mut found: Vec<Object> = Vec::new();
    for object in world.of_kind("InferenceModel") {
        let spec = object.spec();
        if object.namespace == pool.namespace
            && spec["poolRef"]["name"] == pool.name
            && spec["modelName"] == asked
        {
            found.push(*object);
        }
    }
    found.sort_by_key(|object| (time::age(object.json), object.name));
    found.first().copied()
}

/// Which of several targets: even if the first has no weight, else by weight.
fn number_of(targets: &[Value], draw: &mut Draw) -> usize {
    let weights: Vec<u64> = targets.iter().map(|target| target["weight"].as_u64().unwrap_or(0)).collect();
    if targets[0]["weight"].is_null() || weights.iter().sum::<u64>() == 0 {
        draw.number(targets.len())
    } else {
        draw.weighted(&weights)
    }
}
