//! Routes: rules that resemble each other, references that may lead nowhere.

use serde_json::{Map, Value, json};

use super::super::load::POOL_GROUPS;
use super::alphabet as of;
use super::gateways;
use super::http_routes;
use super::objects;
use super::source::Source;

/// Any route.
pub(crate) fn route(source: &mut Source) -> Value {
    let kind = source.pick(&["AIGatewayRoute", "AIGatewayRoute", "HTTPRoute", "HTTPRoute", "GRPCRoute"]);
    let name = source.pick(&of::ROUTES);
    let metadata = objects::metadata(source, name);
    let mut spec = Map::new();
    let parents = gateways::parents(source, kind);
    if !parents.is_empty() {
        spec.insert("parentRefs".into(), parents.into());
    } else if kind == "AIGatewayRoute" && source.one_in(2) {
        let name = source.pick(&["g0", "g1"]);
        let target = json!({"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": name});
        spec.insert("targetRefs".into(), json!([target]));
    }
    if source.one_in(3) {
        let names: Vec<Value> = (0..source.below(4)).map(|_| source.pick(&of::HOSTNAMES).into()).collect();
        spec.insert("hostnames".into(), names.into());
    }
    let mut rules: Vec<Value> = Vec::new();
    for _ in 0..source.pick(&[1, 1, 2, 2, 3, 4]) {
        let mut rule = Map::new();
        if !rules.is_empty() && source.one_in(4) {
            let earlier = &rules[source.below(rules.len())];
            if !earlier["matches"].is_null() {
                rule.insert("matches".into(), earlier["matches"].clone());
            }
        } else if !source.one_in(5) {
            let matches: Vec<Value> =
                (0..source.pick(&[0, 1, 1, 1, 2, 3])).map(|_| one_match(source, kind)).collect();
            rule.insert("matches".into(), matches.into());
        }
        if !source.one_in(40) {
            let count = source.pick(&[0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5]);
            let mut references: Vec<Value> = (0..count).map(|_| reference(source, kind)).collect();
            if kind == "AIGatewayRoute" && source.one_in(3) {
                fail_over(source, &mut references);
            }
            rule.insert("backendRefs".into(), references.into());
        }
        rules.push(Value::Object(rule));
    }
    spec.insert("rules".into(), rules.into());
    let versions = match kind {
        "HTTPRoute" => ["gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1beta1"],
        "GRPCRoute" => ["gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1alpha2"],
        _ => ["aigateway.envoyproxy.io/v1alpha1", "aigateway.envoyproxy.io/v1beta1"],
    };
    json!({
        "apiVersion": source.pick(&versions),
        "kind": kind,
        "metadata": metadata,
        "spec": spec,
    })
}

/// Puts one pool before all others, so that these are what replaces it.
fn fail_over(source: &mut Source, references: &mut [Value]) {
    for (place, reference) in references.iter_mut().enumerate() {
        if place == 0 {
            *reference = json!({"kind": "InferencePool", "name": source.pick(&of::POOLS)});
        } else {
            reference["priority"] = source.pick(&[1, 1, 1, 2, 3]).into();
        }
    }
}

fn one_match(source: &mut Source, kind: &str) -> Value {
    match kind {
        _ if source.one_in(8) => return json!({}),
        "HTTPRoute" => return http_routes::http_match(source),
        "GRPCRoute" => return http_routes::grpc_match(source),
        _ => {}
    }
    let count = source.pick(&[0, 1, 1, 1, 2, 2, 3, 4]);
    let headers: Vec<Value> = (0..count).map(|_| header(source)).collect();
    json!({"headers": headers})
}

/// One header match.
pub(crate) fn header(source: &mut Source) -> Value {
    let name = source.pick(&of::HEADER_NAMES);
    let is_model = name.eq_ignore_ascii_case("x-ai-eg-model");
    let mut header = Map::new();
    header.insert("name".into(), name.into());
    if source.one_in(4) {
        header.insert("type".into(), "RegularExpression".into());
        header.insert("value".into(), source.pick(&of::REGEXES).into());
    } else {
        if source.one_in(3) {
            header.insert("type".into(), "Exact".into());
        }
        let values: &[&str] = if is_model { &of::MODELS } else { &of::VALUES };
        header.insert("value".into(), source.pick(values).into());
    }
    Value::Object(header)
}

fn reference(source: &mut Source, kind: &str) -> Value {
    if kind != "AIGatewayRoute" {
        return http_routes::reference(source);
    }
    let is_pool = source.one_in(2);
    let mut reference = Map::new();
    let names: &[&str] = if is_pool { &of::POOLS } else { &of::BACKENDS };
    let name = if source.one_in(30) { of::MISSING } else { source.pick(names) };
    reference.insert("name".into(), name.into());
    match (is_pool, source.below(3)) {
        (true, 0) => {
            reference.insert("kind".into(), "InferencePool".into());
            reference.insert("group".into(), source.pick(&POOL_GROUPS).into());
        }
        (true, _) => _ = reference.insert("kind".into(), "InferencePool".into()),
        (false, 0) => _ = reference.insert("kind".into(), "AIServiceBackend".into()),
        (false, 1) => {
            reference.insert("kind".into(), "AIServiceBackend".into());
            reference.insert("group".into(), "aigateway.envoyproxy.io".into());
        }
        (false, _) => {}
    }
    if source.one_in(10) {
        reference.insert("namespace".into(), source.pick(&of::NAMESPACES).into());
    }
    if source.one_in(2) {
        reference.insert("weight".into(), source.pick(&of::WEIGHTS).into());
    }
    if source.one_in(2) {
        reference.insert("priority".into(), source.pick(&[0, 1, 1, 2]).into());
    }
    if source.one_in(4) {
        reference.insert("modelNameOverride".into(), source.pick(&["", "big", "m1"]).into());
    }
    Value::Object(reference)
}
