//! The decision rules of `tests/vectors/README.md` once more: by loops and sorts, slow and plain.
//!
//! Answers what a configuration, a state, a request and a seed must lead to. It shares no code with the crate
//! that it checks, not even the generator, and knows nothing of validation: it is given valid manifests. Every
//! file follows one section of that page, in its order, so that the two can be read side by side.

pub(crate) mod address;
pub(crate) mod backend;
pub(crate) mod draw;
pub(crate) mod endpoint;
pub(crate) mod generate;
pub(crate) mod grants;
pub(crate) mod host;
pub(crate) mod load;
pub(crate) mod matching;
pub(crate) mod members;
pub(crate) mod model;
pub(crate) mod request;
pub(crate) mod time;

use serde_json::{Value, json};

use draw::Draw;
use load::World;
use request::Request;

/// Why a request goes nowhere: an HTTP status and a reason.
pub(crate) type Refusal = (u16, &'static str);

/// What `expect` must say of `case` under the manifests `documents` and the `options` of its config.
pub(crate) fn run(documents: &[Value], options: &Value, case: &Value) -> Value {
    let world = World::load(documents, options);
    let request = Request::read(&case["request"]);
    let mut draw = Draw::new(case["seed"].as_u64().unwrap_or(0));

    let Some(matched) = matching::first(&world, &request) else {
        return json!({"status": 404, "reason": "no_rule", "route": null, "rule": null});
    };
    match decide(&world, &request, &matched, case, &mut draw) {
        Ok(decision) => decision,
        Err((status, reason)) => {
            json!({"status": status, "reason": reason, "route": matched.route.id(), "rule": matched.rule})
        }
    }
}

/// The decision of a matched rule: its backend, then the model, then the endpoint, in this order of draws.
fn decide(
    world: &World,
    request: &Request,
    matched: &matching::Matched,
    case: &Value,
    draw: &mut Draw,
) -> Result<Value, Refusal> {
    let chosen = backend::choose(world, matched, draw)?;
    let model = model::choose(world, request, &chosen, draw);
    let endpoint = endpoint::choose(world, &chosen, case, draw)?;
    let is_pool = chosen.object.kind == "InferencePool";
    Ok(json!({
        "route": matched.route.id(),
        "rule": matched.rule,
        "backend": {
            "kind": chosen.object.kind,
            "namespace": chosen.object.namespace,
            "name": chosen.object.name,
        },
        "pool": if is_pool { Value::from(chosen.object.id()) } else { Value::Null },
        "endpoint": endpoint.id,
        "address": endpoint.address,
        "model": model,
    }))
}
