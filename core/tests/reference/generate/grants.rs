//! ReferenceGrants that fit, or fail to fit by one word.

use serde_json::{Map, Value, json};

use super::super::load::{POOL_GROUPS, ROUTE_KINDS};
use super::alphabet as of;
use super::objects;
use super::requests::list;
use super::source::Source;

/// A ReferenceGrant, after one of the references that cross namespaces if there are any.
pub(crate) fn grant(source: &mut Source, documents: &[Value]) -> Value {
    let name = source.pick(&["g0", "g1", "g2"]);
    let mut metadata = objects::metadata(source, name);
    let crossing = crossing(documents);
    let (namespace, from, to) = if crossing.is_empty() || source.one_in(3) {
        (source.pick(&of::NAMESPACES).to_owned(), any_from(source), any_to(source))
    } else {
        let (route, reference) = crossing[source.below(crossing.len())];
        let namespace = reference["namespace"].as_str().unwrap_or_default().to_owned();
        (namespace, from_route(source, route), to_target(source, route, reference))
    };
    metadata.insert("namespace".into(), namespace.into());
    let mut froms = vec![from];
    let mut tos = vec![to];
    if source.one_in(3) {
        froms.push(any_from(source));
        tos.insert(0, any_to(source));
    }
    json!({
        "apiVersion": source.pick(&["gateway.networking.k8s.io/v1beta1", "gateway.networking.k8s.io/v1"]),
        "kind": "ReferenceGrant",
        "metadata": metadata,
        "spec": {"from": froms, "to": tos},
    })
}

/// Routes with those of their references that name a namespace.
fn crossing(documents: &[Value]) -> Vec<(&Value, &Value)> {
    let mut crossing = Vec::new();
    for route in documents.iter().filter(|document| ROUTE_KINDS.iter().any(|kind| document["kind"] == *kind))
    {
        for rule in list(&route["spec"]["rules"]) {
            for reference in list(&rule["backendRefs"]) {
                if reference["namespace"].is_string() {
                    crossing.push((route, reference));
                }
            }
        }
    }
    crossing
}

fn from_route(source: &mut Source, route: &Value) -> Value {
    let group =
        route["apiVersion"].as_str().and_then(|version| version.split('/').next()).unwrap_or_default();
    let mut from = json!({
        "group": group,
        "kind": route["kind"],
        "namespace": route["metadata"]["namespace"].as_str().unwrap_or("default"),
    });
    match source.below(10) {
        0 => from["group"] = source.pick(&["aigateway.envoyproxy.io", "gateway.networking.k8s.io"]).into(),
        1 => from["kind"] = source.pick(&ROUTE_KINDS).into(),
        2 => from["namespace"] = source.pick(&of::NAMESPACES).into(),
        _ => {}
    }
    from
}

fn to_target(source: &mut Source, route: &Value, reference: &Value) -> Value {
    let usual = if route["kind"] == "AIGatewayRoute" { "AIServiceBackend" } else { "Service" };
    let kind = reference["kind"].as_str().unwrap_or(usual);
    let mut to = Map::new();
    let group = if source.one_in(8) { "" } else { group_of(source, kind) };
    to.insert("group".into(), group.into());
    to.insert("kind".into(), kind.into());
    match source.below(6) {
        0 => _ = to.insert("name".into(), "".into()),
        1 | 2 => _ = to.insert("name".into(), reference["name"].clone()),
        3 => _ = to.insert("name".into(), source.pick(&of::BACKENDS).into()),
        _ => {}
    }
    Value::Object(to)
}

fn group_of(source: &mut Source, kind: &str) -> &'static str {
    match kind {
        "InferencePool" => source.pick(&POOL_GROUPS),
        "Service" => "",
        "Backend" => "gateway.envoyproxy.io",
        "InferencePoolImport" => "inference.networking.x-k8s.io",
        _ => "aigateway.envoyproxy.io",
    }
}

fn any_from(source: &mut Source) -> Value {
    json!({
        "group": source.pick(&["aigateway.envoyproxy.io", "gateway.networking.k8s.io"]),
        "kind": source.pick(&ROUTE_KINDS),
        "namespace": objects::namespace(source),
    })
}

fn any_to(source: &mut Source) -> Value {
    let kind = source.pick(&["InferencePool", "AIServiceBackend", "Service", "Backend"]);
    json!({"group": group_of(source, kind), "kind": kind})
}
