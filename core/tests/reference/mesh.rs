//! Requests to Services: section "Mesh".

use serde_json::{Value, json};

use super::load::{Object, World, items};
use super::request::Request;

/// The port of a Service that a request is made to.
pub(crate) struct Destination<'a> {
    service: Object<'a>,
    port: &'a Value,
}

/// Where a request of a mesh goes before any route is looked at; none if its host is no address.
pub(crate) fn destination<'a>(world: &World<'a>, request: &Request, client: &str) -> Option<Destination<'a>> {
    if !world.mesh {
        return None;
    }
    let host = request.host?.to_ascii_lowercase();
    let (host, stated) = match host.rsplit_once(':') {
        Some((name, port)) => (name.to_owned(), Some(port.parse::<u16>().ok()?)),
        None => (host, None),
    };
    let number = request.port.or(stated.map(u64::from)).unwrap_or(80);
    let mut name = host.as_str();
    for ending in [".svc.cluster.local", ".svc"] {
        if let Some(rest) = name.strip_suffix(ending) {
            name = rest;
            break;
        }
    }
    let (name, namespace) = name.split_once('.').unwrap_or((name, client));
    let service = *world.find("Service", namespace, name)?;
    let port = items(&service.spec()["ports"]).iter().find(|port| port["port"] == number)?;
    Some(Destination { service, port })
}

/// The routes that decide on a request there: the client's own, else the Service's.
pub(crate) fn routes<'a>(world: &World<'a>, destination: &Destination, client: &str) -> Vec<Object<'a>> {
    let here: Vec<Object> = world.routes().filter(|route| is_attached(route, destination)).copied().collect();
    let home = destination.service.namespace;
    let of = |namespace: &str| -> Vec<Object<'a>> {
        here.iter().filter(|route| route.namespace == namespace).copied().collect()
    };
    let mut routes = of(client);
    if routes.is_empty() {
        routes = of(home);
    }
    if routes.iter().any(|route| route.kind == "GRPCRoute") {
        routes.retain(|route| route.kind == "GRPCRoute");
    }
    routes
}

/// What a request meets that no route is there for.
pub(crate) fn straight(destination: &Destination, request: &Request) -> Value {
    let Object { namespace, name, .. } = destination.service;
    json!({
        "route": destination.service.id(),
        "rule": 0,
        "backend": {"kind": "Service", "namespace": namespace, "name": name},
        "pool": null,
        "endpoint": destination.service.id(),
        "address": format!("{name}.{namespace}.svc.cluster.local:{}", destination.port["port"]),
        "model": request.model,
        "fallbacks": [],
    })
}

/// Whether all parents of a route are Services.
pub(crate) fn is_of_mesh(route: &Object) -> bool {
    let spec = route.spec();
    let mut parents = items(&spec["parentRefs"]).iter().chain(items(&spec["targetRefs"])).peekable();
    parents.peek().is_some() && parents.all(is_service)
}

fn is_attached(route: &Object, destination: &Destination) -> bool {
    items(&route.spec()["parentRefs"]).iter().any(|parent| {
        is_service(parent)
            && parent["name"] == destination.service.name
            && parent["namespace"].as_str().unwrap_or(route.namespace) == destination.service.namespace
            && (parent["port"].is_null() || parent["port"] == destination.port["port"])
            && (parent["sectionName"].is_null() || parent["sectionName"] == destination.port["name"])
    })
}

fn is_service(parent: &Value) -> bool {
    parent["kind"] == "Service" && parent["group"].as_str().unwrap_or("").is_empty()
}
