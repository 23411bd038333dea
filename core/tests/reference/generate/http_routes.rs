//! HTTPRoutes and GRPCRoutes: paths, methods and parameters that nearly agree, backends of every kind and of none.

use serde_json::{Map, Value, json};

use super::super::load::POOL_GROUPS;
use super::alphabet as of;
use super::routes;
use super::source::Source;

const PATHS: [&str; 9] = ["/", "/v2", "/v2", "/v2/", "/v2/x", "/v2x", "/v", "/V2", "/v2/m"];
const PATH_REGEXES: [&str; 10] =
    ["/v2.*", "/v[0-9]", "/.*", "/v2|/x", ".*", "/v2/?", "/(v2|x)/[^/]+", "(?i)/V2", "/v\\d.?", ""];
const SERVICES: [&str; 4] = ["v2", "v2", "a.B", "V2"];
const METHODS: [&str; 3] = ["m", "x", "M"];
const SERVICE_REGEXES: [&str; 4] = ["v2|a", "v.", "[^/]*", "(?i)V2"];

/// Names of Services and Backends; some are names of pools and AIServiceBackends too.
pub(crate) const SERVED: [&str; 4] = ["svc0", "svc1", "b0", "p0"];

/// Names of InferencePoolImports; a pool has one of them too.
pub(crate) const IMPORTED: [&str; 2] = ["p0", "far"];

/// One match of an HTTPRoute.
pub(crate) fn http_match(source: &mut Source) -> Value {
    let mut entry = Map::new();
    if !source.one_in(3) {
        entry.insert("path".into(), path(source));
    }
    if source.one_in(4) {
        entry.insert("method".into(), source.pick(&["GET", "GET", "POST"]).into());
    }
    if source.one_in(3) {
        let headers: Vec<Value> = (0..source.pick(&[0, 1, 1, 2])).map(|_| routes::header(source)).collect();
        entry.insert("headers".into(), headers.into());
    }
    if source.one_in(3) {
        let parameters: Vec<Value> = (0..source.pick(&[0, 1, 1, 2, 2])).map(|_| parameter(source)).collect();
        entry.insert("queryParams".into(), parameters.into());
    }
    Value::Object(entry)
}

fn path(source: &mut Source) -> Value {
    match source.below(6) {
        0 => json!({"type": "Exact", "value": source.pick(&PATHS)}),
        1 => json!({"type": "RegularExpression", "value": source.pick(&PATH_REGEXES)}),
        2 => json!({"type": "PathPrefix"}),
        3 => json!({"value": source.pick(&PATHS)}),
        _ => json!({"type": "PathPrefix", "value": source.pick(&PATHS)}),
    }
}

fn parameter(source: &mut Source) -> Value {
    let name = source.pick(&["a", "a", "a", "A", "b"]);
    match source.below(4) {
        0 => {
            json!({"type": "RegularExpression", "name": name, "value": source.pick(&["1", ".*", "1|2", "[^=]", ".+"])})
        }
        1 => json!({"type": "Exact", "name": name, "value": source.pick(&["1", "2", "1=2", "%31"])}),
        _ => json!({"name": name, "value": source.pick(&["1", "1", "2"])}),
    }
}

/// One match of a GRPCRoute.
pub(crate) fn grpc_match(source: &mut Source) -> Value {
    let mut entry = Map::new();
    if !source.one_in(5) {
        let is_regex = source.one_in(4);
        let services: &[&str] = if is_regex { &SERVICE_REGEXES } else { &SERVICES };
        let mut method = Map::new();
        if is_regex {
            method.insert("type".into(), "RegularExpression".into());
        } else if source.one_in(2) {
            method.insert("type".into(), "Exact".into());
        }
        let parts = source.below(3);
        if parts != 0 {
            method.insert("service".into(), source.pick(services).into());
        }
        if parts != 1 {
            let name = if is_regex { source.pick(&["m|x", ".", "m.*"]) } else { source.pick(&METHODS) };
            method.insert("method".into(), name.into());
        }
        entry.insert("method".into(), method.into());
    }
    if source.one_in(3) {
        let headers: Vec<Value> = (0..source.pick(&[0, 1, 1, 2])).map(|_| routes::header(source)).collect();
        entry.insert("headers".into(), headers.into());
    }
    Value::Object(entry)
}

/// A backendRef of an HTTPRoute or GRPCRoute.
pub(crate) fn reference(source: &mut Source) -> Value {
    let (group, kind, names): (Option<&str>, Option<&str>, &[&str]) = match source.below(25) {
        0..=4 => (None, None, &SERVED),
        5 => (Some(""), Some("Service"), &SERVED),
        6..=7 => (None, Some("Service"), &SERVED),
        8..=15 => (Some(source.pick(&POOL_GROUPS)), Some("InferencePool"), &of::POOLS),
        16..=18 => (Some("aigateway.envoyproxy.io"), Some("AIServiceBackend"), &of::BACKENDS),
        19..=21 => (Some("gateway.envoyproxy.io"), Some("Backend"), &SERVED),
        24 => (Some("inference.networking.x-k8s.io"), Some("InferencePoolImport"), &IMPORTED),
        // None of these is a backend.
        22 => source
            .pick(&[(None, Some("InferencePool"), &of::POOLS[..]), (Some(""), Some("Backend"), &SERVED)]),
        _ => source.pick(&[
            (Some("storage.example.com"), Some("Bucket"), &SERVED[..]),
            (Some("example.com"), None, &SERVED),
        ]),
    };
    let mut reference = Map::new();
    let name = if source.one_in(30) { of::MISSING } else { source.pick(names) };
    reference.insert("name".into(), name.into());
    if let Some(group) = group {
        reference.insert("group".into(), group.into());
    }
    if let Some(kind) = kind {
        reference.insert("kind".into(), kind.into());
    }
    if !source.one_in(12) {
        reference.insert("port".into(), source.pick(&of::PORTS).into());
    }
    if source.one_in(8) {
        reference.insert("namespace".into(), source.pick(&of::NAMESPACES).into());
    }
    if source.one_in(2) {
        reference.insert("weight".into(), source.pick(&[0, 1, 1, 2, 3, 1_000_000]).into());
    }
    Value::Object(reference)
}
