//! Endpoints, loads and requests that nearly, or just, meet what a configuration asks for.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::load::ROUTE_KINDS;
use super::alphabet as of;
use super::gateways;
use super::objects;
use super::source::Source;
use super::targets;

/// One case on these documents.
pub(crate) fn case(source: &mut Source, documents: &[Value], options: &Value, number: usize) -> Value {
    let mut case = Map::new();
    case.insert("name".into(), format!("case {number}").into());
    let default_namespace = options["default_namespace"].as_str().unwrap_or("default");
    let endpoints = endpoints(source, default_namespace);
    let in_flight = in_flight(source, &endpoints, default_namespace);
    if !endpoints.is_empty() || source.one_in(4) {
        case.insert("endpoints".into(), endpoints.into());
    }
    if !in_flight.is_empty() || source.one_in(4) {
        case.insert("in_flight".into(), in_flight.into());
    }
    if source.one_in(2) {
        case.insert("before".into(), source.below(6).into());
    }
    case.insert("request".into(), request(source, documents, default_namespace));
    if source.one_in(8) {
        case.insert("now".into(), source.below(1 << 40).into());
    }
    if !source.one_in(16) {
        let seed = if source.one_in(4) { source.below(4) } else { source.below(1 << 53) };
        case.insert("seed".into(), seed.into());
    }
    Value::Object(case)
}

/// The rules of all routes among the documents.
pub(crate) fn rules(documents: &[Value]) -> Vec<&Value> {
    let is_route = |document: &&Value| ROUTE_KINDS.iter().any(|kind| document["kind"] == *kind);
    let routes = documents.iter().filter(is_route);
    routes.flat_map(|route| list(&route["spec"]["rules"])).collect()
}

/// The items of an array that may be absent.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Reported endpoints, no two of one namespace and name.
fn endpoints(source: &mut Source, default_namespace: &str) -> Vec<Value> {
    let count = if source.one_in(40) { 40 } else { source.pick(&[0, 1, 2, 2, 3, 4, 5, 6, 9]) };
    let none_ready = source.one_in(16);
    let mut seen = BTreeSet::new();
    let mut endpoints = Vec::new();
    for number in 0..count {
        let namespace = if source.one_in(3) { None } else { Some(objects::namespace(source)) };
        let name = if source.one_in(6) {
            "b0".to_owned()
        } else {
            format!("e{}", number - source.pick(&[0, 0, 0, 1]).min(number))
        };
        if !seen.insert((namespace.unwrap_or(default_namespace), name.clone())) {
            continue;
        }
        let mut endpoint = Map::new();
        endpoint.insert("name".into(), name.into());
        if let Some(namespace) = namespace {
            endpoint.insert("namespace".into(), namespace.into());
        }
        if !source.one_in(8) {
            endpoint.insert("address".into(), source.pick(&of::ADDRESSES).into());
        }
        if !source.one_in(8) {
            endpoint.insert("labels".into(), objects::labels(source));
        }
        if none_ready || source.one_in(3) {
            endpoint.insert("ready".into(), (!none_ready && !source.one_in(2)).into());
        }
        endpoints.push(Value::Object(endpoint));
    }
    endpoints
}

/// Loads under all ids that an endpoint may go by, and of backends.
fn in_flight(source: &mut Source, endpoints: &[Value], default_namespace: &str) -> Map<String, Value> {
    let mut loads = Map::new();
    if source.one_in(4) {
        return loads;
    }
    for endpoint in endpoints {
        let name = endpoint["name"].as_str().unwrap_or_default();
        let namespace = endpoint["namespace"].as_str().unwrap_or(default_namespace);
        if source.one_in(5) {
            continue;
        }
        loads.insert(format!("{namespace}/{name}"), source.pick(&of::LOADS).into());
        for _ in 0..source.below(4) {
            let port = source.pick(&of::PORTS);
            loads.insert(format!("{namespace}/{name}:{port}"), source.pick(&of::LOADS).into());
        }
    }
    for backend in &of::BACKENDS {
        if source.one_in(3) {
            let namespace = objects::namespace(source);
            loads.insert(format!("{namespace}/{backend}"), source.pick(&of::LOADS).into());
        }
    }
    loads
}

fn request(source: &mut Source, documents: &[Value], default_namespace: &str) -> Value {
    let mut headers: Vec<(String, String)> = Vec::new();
    let rules = rules(documents);
    let mut wanted = &Value::Null;
    if !rules.is_empty() && !source.one_in(6) {
        let matches = list(&rules[source.below(rules.len())]["matches"]);
        if !matches.is_empty() {
            wanted = &matches[source.below(matches.len())];
        }
    }
    for header in list(&wanted["headers"]) {
        meet(source, header, &mut headers);
    }
    for _ in 0..source.pick(&[0, 0, 1, 2, 3]) {
        headers.push((source.pick(&of::HEADER_NAMES).into(), sent(source).into()));
    }
    if source.one_in(3) {
        source.shuffle(&mut headers);
    }
    let mut request = Map::new();
    if !headers.is_empty() || source.one_in(4) {
        request.insert("headers".into(), headers.iter().map(|(name, value)| json!([name, value])).collect());
    }
    if !source.one_in(3) {
        let host = targets::host(source, documents);
        request.insert("host".into(), host.into());
    }
    if source.one_in(2) {
        request.insert("model".into(), source.pick(&of::MODELS).into());
    }
    if !source.one_in(6) {
        request.insert("path".into(), targets::target(source, wanted).into());
    }
    match wanted["method"].as_str() {
        Some(method) if !source.one_in(4) => _ = request.insert("method".into(), method.into()),
        _ if source.one_in(3) => {
            _ = request.insert("method".into(), source.pick(&["GET", "POST", "post", "PUT"]).into())
        }
        _ => {}
    }
    gateways::arrival(source, documents, default_namespace, &mut request);
    Value::Object(request)
}

/// Sends what the header match asks for, or something close to it.
fn meet(source: &mut Source, wanted: &Value, headers: &mut Vec<(String, String)>) {
    let name = wanted["name"].as_str().unwrap_or_default();
    let name = match source.below(4) {
        0 => name.to_ascii_uppercase(),
        1 => name.to_ascii_lowercase(),
        _ => name.to_owned(),
    };
    let is_regex = wanted["type"] == "RegularExpression";
    let value = if is_regex { sent(source) } else { wanted["value"].as_str().unwrap_or_default() };
    match source.below(12) {
        0 => {}
        1 => headers.push((name, String::new())),
        2 => headers.push((name, value.to_ascii_uppercase())),
        3 => headers.push((name, format!("{value}{}", sent(source)))),
        4 => headers.extend([(name.clone(), value.to_owned()), (name, sent(source).to_owned())]),
        // A value with a comma may also arrive in pieces.
        5 => headers.extend(value.split(',').map(|piece| (name.clone(), piece.to_owned()))),
        _ => headers.push((name, value.to_owned())),
    }
}

fn sent(source: &mut Source) -> &'static str {
    match source.below(8) {
        0 => "",
        1 => source.pick(&of::MODELS),
        _ => source.pick(&of::VALUES),
    }
}
