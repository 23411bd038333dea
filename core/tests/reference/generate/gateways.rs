//! Gateways, their listeners, Namespaces, and the references of routes to Gateways.

use serde_json::{Map, Value, json};

use super::alphabet as of;
use super::http_routes;
use super::objects;
use super::source::Source;

const GATEWAYS: [&str; 2] = ["g0", "g1"];
const LISTENERS: [&str; 4] = ["l0", "l1", "l2", "l3"];
const PORTS: [u64; 4] = [80, 80, 443, 8080];

/// A Gateway of one to four listeners that overlap in port and host names.
pub(crate) fn gateway(source: &mut Source) -> Value {
    let name = source.pick(&GATEWAYS);
    let metadata = objects::metadata(source, name);
    let mut listeners: Vec<Value> = Vec::new();
    for name in &LISTENERS[..source.pick(&[1, 1, 2, 2, 3, 4])] {
        let listener = listener(source, name);
        let is_taken = listeners
            .iter()
            .any(|earlier| ["port", "hostname"].iter().all(|field| earlier[field] == listener[field]));
        if !is_taken {
            listeners.push(listener);
        }
    }
    json!({
        "apiVersion": source.pick(&["gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1beta1"]),
        "kind": "Gateway",
        "metadata": metadata,
        "spec": {"gatewayClassName": "envoy", "listeners": listeners},
    })
}

fn listener(source: &mut Source, name: &str) -> Value {
    let mut listener = Map::new();
    let protocol = source.pick(&["HTTP", "HTTP", "HTTP", "HTTP", "HTTP", "HTTPS", "HTTPS", "TLS", "TCP"]);
    listener.insert("name".into(), name.into());
    listener.insert("port".into(), source.pick(&PORTS).into());
    listener.insert("protocol".into(), protocol.into());
    match protocol {
        "HTTPS" => {
            _ = listener
                .insert("tls".into(), json!({"mode": "Terminate", "certificateRefs": [{"name": "c"}]}))
        }
        "TLS" => _ = listener.insert("tls".into(), json!({"mode": "Passthrough"})),
        _ => {}
    }
    if protocol != "TCP" && source.one_in(4) {
        listener.insert("hostname".into(), source.pick(&of::HOSTNAMES).into());
    }
    if !source.one_in(4) {
        listener.insert("allowedRoutes".into(), allowed_routes(source));
    }
    Value::Object(listener)
}

fn allowed_routes(source: &mut Source) -> Value {
    let mut allowed = Map::new();
    match source.below(6) {
        0..=2 => _ = allowed.insert("namespaces".into(), json!({"from": "All"})),
        3 => _ = allowed.insert("namespaces".into(), json!({"from": "Same"})),
        4 => {
            let selector = selector(source);
            allowed.insert("namespaces".into(), json!({"from": "Selector", "selector": selector}));
        }
        _ => {}
    }
    if source.one_in(5) {
        let mut kinds = Vec::new();
        for kind in ["HTTPRoute", "GRPCRoute", "AIGatewayRoute"] {
            if source.one_in(2) {
                let group = if kind == "AIGatewayRoute" {
                    "aigateway.envoyproxy.io"
                } else {
                    "gateway.networking.k8s.io"
                };
                kinds.push(json!({"group": group, "kind": kind}));
            }
        }
        allowed.insert("kinds".into(), kinds.into());
    }
    Value::Object(allowed)
}

fn selector(source: &mut Source) -> Value {
    let mut selector = Map::new();
    if source.one_in(3) {
        selector
            .insert("matchLabels".into(), json!({"kubernetes.io/metadata.name": objects::namespace(source)}));
    } else if source.one_in(2) {
        selector.insert("matchLabels".into(), json!({"app": source.pick(&of::LABEL_VALUES)}));
    }
    if source.one_in(2) {
        let expressions: Vec<Value> = (0..1 + source.below(2)).map(|_| expression(source)).collect();
        selector.insert("matchExpressions".into(), expressions.into());
    }
    Value::Object(selector)
}

fn expression(source: &mut Source) -> Value {
    let key = source.pick(&["app", "app", "tier", "kubernetes.io/metadata.name"]);
    let operator = source.pick(&["In", "NotIn", "Exists", "DoesNotExist"]);
    if operator == "Exists" || operator == "DoesNotExist" {
        return json!({"key": key, "operator": operator});
    }
    let values: &[&str] = if key.contains('/') { &of::NAMESPACES } else { &of::LABEL_VALUES };
    let values: Vec<&str> = (0..1 + source.below(2)).map(|_| source.pick(values)).collect();
    json!({"key": key, "operator": operator, "values": values})
}

/// A Namespace with labels.
pub(crate) fn namespace(source: &mut Source) -> Value {
    let mut labels = objects::labels(source);
    if source.one_in(4) {
        labels["kubernetes.io/metadata.name"] = source.pick(&of::NAMESPACES).into();
    }
    let name = source.pick(&["default", "default", "a", "a-b", "b"]);
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
}

/// References to Gateways; a Gateway is named twice only by different sections.
pub(crate) fn parents(source: &mut Source, kind: &str) -> Vec<Value> {
    let mut parents: Vec<Value> = Vec::new();
    for _ in 0..source.pick(&[0, 1, 1, 1, 2, 2, 3]) {
        let parent = parent(source, kind);
        let is_unclear = parents.iter().any(|earlier| {
            let is_same = earlier["name"] == parent["name"];
            let (one, other) = (&earlier["sectionName"], &parent["sectionName"]);
            is_same && (one.is_null() || other.is_null() || one == other)
        });
        if !is_unclear {
            parents.push(parent);
        }
    }
    parents
}

fn parent(source: &mut Source, kind: &str) -> Value {
    if kind != "AIGatewayRoute" && source.one_in(4) {
        return service(source);
    }
    let mut parent = Map::new();
    parent.insert("name".into(), source.pick(&["g0", "g0", "g0", "g0", "g1", "g1", "g9"]).into());
    if source.one_in(4) {
        parent.insert("group".into(), "gateway.networking.k8s.io".into());
        parent.insert("kind".into(), "Gateway".into());
    }
    if source.one_in(4) {
        parent.insert("namespace".into(), objects::namespace(source).into());
    }
    if source.one_in(5) {
        parent.insert("sectionName".into(), source.pick(&LISTENERS).into());
    }
    if source.one_in(8) {
        parent.insert("port".into(), source.pick(&PORTS).into());
    }
    Value::Object(parent)
}

/// A Service as parent.
fn service(source: &mut Source) -> Value {
    let mut parent = json!({"group": "", "kind": "Service", "name": source.pick(&http_routes::SERVED)});
    if source.one_in(4) {
        parent["namespace"] = source.pick(&of::NAMESPACES).into();
    }
    if source.one_in(5) {
        parent["sectionName"] = source.pick(&LISTENERS).into();
    }
    if source.one_in(4) {
        parent["port"] = source.pick(&PORTS).into();
    }
    parent
}

/// A request to a Service, by one of its names, from a client of some namespace.
fn within_mesh(source: &mut Source, request: &mut Map<String, Value>) {
    let name = source.pick(&http_routes::SERVED);
    let namespace = objects::namespace(source);
    let mut host = match source.below(6) {
        0 => name.to_owned(),
        1 => format!("{name}.{namespace}.svc"),
        2 => format!("{name}.{namespace}.svc.cluster.local"),
        3 => format!("{name}.{namespace}").to_ascii_uppercase(),
        _ => format!("{name}.{namespace}"),
    };
    if source.one_in(3) {
        host.push_str(source.pick(&[":80", ":8080", ":443", ":9", ":", ":x"]));
    }
    let client = if source.one_in(2) { "default" } else { source.pick(&of::NAMESPACES) };
    request.insert("client_namespace".into(), client.into());
    request.insert("host".into(), host.into());
    if source.one_in(6) {
        request.insert("port".into(), source.pick(&PORTS).into());
    }
}

/// Where a request arrived: a Gateway, with or without port, or unknown.
pub(crate) fn arrival(
    source: &mut Source,
    documents: &[Value],
    default_namespace: &str,
    request: &mut Map<String, Value>,
) {
    if source.one_in(5) {
        return within_mesh(source, request);
    }
    if source.one_in(8) {
        let pools = documents.iter().filter(|document| document["kind"] == "InferencePool");
        let names: Vec<&str> = pools.filter_map(|pool| pool["metadata"]["name"].as_str()).collect();
        let name = if names.is_empty() || source.one_in(8) { "p9" } else { source.pick(&names) };
        let namespace = if source.one_in(2) { default_namespace } else { objects::namespace(source) };
        request.insert("pool".into(), format!("{namespace}/{name}").into());
    }
    let gateways: Vec<&Value> = documents.iter().filter(|document| document["kind"] == "Gateway").collect();
    if gateways.is_empty() || source.one_in(8) {
        if source.one_in(3) {
            let name = source.pick(&["g0", "g1", "g9"]);
            request.insert("gateway".into(), format!("{}/{name}", objects::namespace(source)).into());
        }
    } else if !source.one_in(3) {
        let gateway = gateways[source.below(gateways.len())];
        let namespace = gateway["metadata"]["namespace"].as_str().unwrap_or(default_namespace);
        let name = gateway["metadata"]["name"].as_str().unwrap_or_default();
        request.insert("gateway".into(), format!("{namespace}/{name}").into());
    }
    if source.one_in(4) {
        request.insert("port".into(), source.pick(&PORTS).into());
    }
}
