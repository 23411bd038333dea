//! Which backendRef of a rule is taken: section "Choosing a backend".

use serde_json::Value;

use super::Refusal;
use super::draw::Draw;
use super::grants;
use super::load::{Object, World, items};
use super::matching::Matched;

/// The backendRef that was chosen and the object it names.
pub(crate) struct Chosen<'a> {
    pub(crate) reference: &'a Value,
    pub(crate) object: Object<'a>,
}

/// Chooses by priority and weight, then looks whether the chosen object is there.
pub(crate) fn choose<'a>(
    world: &World<'a>,
    matched: &Matched<'a>,
    draw: &mut Draw,
) -> Result<Chosen<'a>, Refusal> {
    let all = items(&matched.rule_json["backendRefs"]);
    if all.is_empty() {
        return Err((500, "no_backend_refs"));
    }
    let weighted: Vec<&Value> = all.iter().filter(|reference| weight(reference) > 0).collect();
    let Some(least) = weighted.iter().map(|reference| priority(reference)).min() else {
        return Err((500, "no_weight"));
    };
    let taking_part: Vec<&Value> =
        weighted.into_iter().filter(|reference| priority(reference) == least).collect();

    let weights: Vec<u64> = taking_part.iter().map(|reference| weight(reference)).collect();
    let number = if weights.len() == 1 { 0 } else { draw.weighted(&weights) };
    let reference = taking_part[number];

    let kind = reference["kind"].as_str().unwrap_or("AIServiceBackend");
    let namespace = reference["namespace"].as_str().unwrap_or(matched.route.namespace);
    let name = reference["name"].as_str().unwrap_or("");
    if !grants::permits(world, matched.route.namespace, kind, namespace, name) {
        return Err((500, "ref_not_permitted"));
    }
    match world.find(kind, namespace, name) {
        Some(object) => Ok(Chosen { reference, object: *object }),
        None => Err((500, "backend_not_found")),
    }
}

fn weight(reference: &Value) -> u64 {
    reference["weight"].as_u64().unwrap_or(1)
}

fn priority(reference: &Value) -> u64 {
    reference["priority"].as_u64().unwrap_or(0)
}
