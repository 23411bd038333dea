//! Which routes a request can see, and under which hostnames: section "Attachment".

use serde_json::Value;

use super::host::{self, Fit};
use super::load::{Object, World, items};
use super::mesh;
use super::namespaces;
use super::request::Request;

/// How well the route fits the host of the request where it arrived; none if the route is not there.
pub(crate) fn fit(world: &World, route: &Object, request: &Request) -> Option<Fit> {
    if request.client_namespace.is_some() {
        // Only routes of the Service are asked, and for those of a mesh hostnames mean nothing.
        return Some(Fit::Any);
    }
    if mesh::is_of_mesh(route) {
        return None;
    }
    let parents = parents(route);
    let is_free =
        !parents.iter().any(|parent| world.find("Gateway", parent.namespace, parent.name).is_some());
    let Some(named) = request.gateway else {
        return if is_free {
            host::fit(&hostnames(route), request.host)
        } else {
            anywhere(world, route, request)
        };
    };
    let (namespace, name) = named.split_once('/').unwrap_or(("", named));
    if let Some(gateway) = world.find("Gateway", namespace, name) {
        let listener = receiving(gateway, request)?;
        return host::fit(&attached(world, route, gateway, listener)?, request.host);
    }
    let is_named = parents.iter().any(|parent| parent.namespace == namespace && parent.name == name);
    if is_free && (is_named || parents.is_empty()) {
        host::fit(&hostnames(route), request.host)
    } else {
        None
    }
}

/// The best fit over all listeners of all Gateways that the route is attached to.
fn anywhere(world: &World, route: &Object, request: &Request) -> Option<Fit> {
    let mut fits = Vec::new();
    for gateway in world.of_kind("Gateway") {
        for listener in items(&gateway.spec()["listeners"]) {
            if let Some(hostnames) = attached(world, route, gateway, listener) {
                fits.extend(host::fit(&hostnames, request.host));
            }
        }
    }
    fits.sort();
    fits.first().copied()
}

/// The listener that a request falls to: of those for its port and host the one whose hostname is the most specific.
fn receiving<'a>(gateway: &Object<'a>, request: &Request) -> Option<&'a Value> {
    let mut covering = Vec::new();
    for (place, listener) in items(&gateway.spec()["listeners"]).iter().enumerate() {
        let is_port = request.port.is_none_or(|port| listener["port"] == port);
        if is_port && carries_requests(listener) {
            let hostname: Vec<String> = hostname(listener).map(str::to_owned).into_iter().collect();
            covering.extend(host::fit(&hostname, request.host).map(|fit| (fit, place, listener)));
        }
    }
    covering.sort_by_key(|(fit, place, _)| (*fit, *place));
    covering.first().map(|(_, _, listener)| *listener)
}

/// The hostnames of a route on a listener, none of them if neither has any; nothing if it is not attached.
fn attached(world: &World, route: &Object, gateway: &Object, listener: &Value) -> Option<Vec<String>> {
    let is_named = parents(route).iter().any(|parent| {
        let section = &parent.json["sectionName"];
        let port = &parent.json["port"];
        parent.namespace == gateway.namespace
            && parent.name == gateway.name
            && (section.is_null() || *section == listener["name"])
            && (port.is_null() || *port == listener["port"])
    });
    let is_attached = is_named
        && carries_requests(listener)
        && namespaces::allowed(world, route, gateway, &listener["allowedRoutes"]["namespaces"])
        && kind_allowed(route, &listener["allowedRoutes"]["kinds"]);
    if !is_attached {
        return None;
    }
    let own = hostnames(route);
    let Some(hostname) = hostname(listener) else { return Some(own) };
    if own.is_empty() {
        return Some(vec![hostname.to_owned()]);
    }
    let common: Vec<String> = own.iter().filter_map(|name| host::common(hostname, name)).collect();
    if common.is_empty() { None } else { Some(common) }
}

fn kind_allowed(route: &Object, kinds: &Value) -> bool {
    let kinds = items(kinds);
    kinds.is_empty()
        || kinds.iter().any(|allowed| {
            allowed["kind"] == route.kind
                || (allowed["kind"] == "HTTPRoute" && route.kind == "AIGatewayRoute")
        })
}

fn carries_requests(listener: &Value) -> bool {
    ["HTTP", "HTTPS", "TLS"].iter().any(|protocol| listener["protocol"] == *protocol)
}

/// The hostname of a listener; the empty one is none.
fn hostname(listener: &Value) -> Option<&str> {
    listener["hostname"].as_str().filter(|hostname| !hostname.is_empty())
}

fn hostnames(route: &Object) -> Vec<String> {
    items(&route.spec()["hostnames"]).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A reference of a route to a Gateway.
struct Parent<'a> {
    namespace: &'a str,
    name: &'a str,
    json: &'a Value,
}

fn parents<'a>(route: &Object<'a>) -> Vec<Parent<'a>> {
    let spec = route.spec();
    let mut parents = Vec::new();
    for json in items(&spec["parentRefs"]).iter().chain(items(&spec["targetRefs"])) {
        if json["kind"].as_str().unwrap_or("Gateway") == "Gateway" {
            parents.push(Parent {
                namespace: json["namespace"].as_str().unwrap_or(route.namespace),
                name: json["name"].as_str().unwrap_or(""),
                json,
            });
        }
    }
    parents
}
