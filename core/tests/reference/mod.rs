//! The decision rules of `tests/vectors/README.md` once more: by loops and sorts, slow and plain.
//!
//! Answers what a configuration, a state, a request and a seed must lead to. It shares no code with the crate
//! that it checks, not even the generator, and knows nothing of validation: it is given valid manifests. Every
//! file follows one section of that page, in its order, so that the two can be read side by side.

pub(crate) mod address;
pub(crate) mod attachment;
pub(crate) mod attempt;
pub(crate) mod backend;
pub(crate) mod conditions;
pub(crate) mod consistent_hash;
pub(crate) mod draw;
pub(crate) mod endpoint;
pub(crate) mod generate;
pub(crate) mod grants;
pub(crate) mod host;
pub(crate) mod load;
pub(crate) mod matching;
pub(crate) mod members;
pub(crate) mod mesh;
pub(crate) mod model;
pub(crate) mod named_pool;
pub(crate) mod namespaces;
pub(crate) mod path;
pub(crate) mod prefix;
pub(crate) mod request;
pub(crate) mod time;

use serde_json::{Value, json};

use attempt::Attempts;
use backend::Undrawn;
use draw::Draw;
use load::World;
use request::Request;

/// Why a request goes nowhere: an HTTP status and a reason.
pub(crate) type Refusal = (u16, &'static str);

/// What `expect` must say of `case` under the manifests `documents` and the `options` of its config. A decision always names its fallbacks.
pub(crate) fn run(documents: &[Value], options: &Value, case: &Value) -> Value {
    let world = World::load(documents, options);
    let request = Request::read(&case["request"]);
    let mut draw = Draw::new(case["seed"].as_u64().unwrap_or(0));

    if let Some(name) = request.pool {
        let straight = named_pool::rule(name);
        let Some(matched) = named_pool::find(&world, options, name, &straight) else {
            return json!({"status": 500, "reason": "backend_not_found", "route": null, "rule": null});
        };
        return answer(&Attempts { world: &world, request: &request, matched, case }, &mut draw);
    }
    let no_rule = json!({"status": 404, "reason": "no_rule", "route": null, "rule": null});
    let mut routes: Vec<load::Object> = world.routes().copied().collect();
    if let Some(client) = request.client_namespace {
        let Some(destination) = mesh::destination(&world, &request, client) else { return no_rule };
        routes = mesh::routes(&world, &destination, client);
        if routes.is_empty() {
            return mesh::straight(&destination, &request);
        }
    }
    let Some(matched) = matching::first(&world, &routes, &request) else { return no_rule };
    answer(&Attempts { world: &world, request: &request, matched, case }, &mut draw)
}

/// The decision of a matched rule, or why there is none.
fn answer(attempts: &Attempts, draw: &mut Draw) -> Value {
    let matched = &attempts.matched;
    decide(attempts, draw).unwrap_or_else(|(status, reason)| {
        json!({"status": status, "reason": reason, "route": matched.route.id(), "rule": matched.rule})
    })
}

/// The decision of a matched rule: the first attempt with its model and endpoint, then the fallbacks, in this order of draws.
fn decide(attempts: &Attempts, draw: &mut Draw) -> Result<Value, Refusal> {
    let matched = &attempts.matched;
    let mut undrawn = Undrawn::of_rule(matched)?;
    let primary = attempts.primary(&mut undrawn, draw)?;
    let mut decision = primary.expected();
    decision["route"] = matched.route.id().into();
    decision["rule"] = matched.rule.into();
    decision["fallbacks"] = attempts.fallbacks(&primary, &mut undrawn, draw).into();
    Ok(decision)
}
