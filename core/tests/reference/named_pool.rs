//! Requests whose pool is chosen already: section "A pool that is named".

use serde_json::{Value, json};

use super::load::World;
use super::matching::Matched;

/// The rule that leads to this pool and nowhere else.
pub(crate) fn rule(pool: &str) -> Value {
    let name = pool.split_once('/').map_or("", |(_, name)| name);
    json!({"backendRefs": [{"group": "inference.networking.k8s.io", "kind": "InferencePool", "name": name}]})
}

/// What a request to this pool falls under; none if there is no such pool.
pub(crate) fn find<'a>(
    world: &World<'a>,
    options: &Value,
    pool: &str,
    rule_json: &'a Value,
) -> Option<Matched<'a>> {
    if options["inference_extension"] == false {
        return None;
    }
    let (namespace, name) = pool.split_once('/')?;
    let pool = *world.find("InferencePool", namespace, name)?;
    // A route beside the pool, with its name.
    Some(Matched { route: pool, rule: 0, rule_json })
}
