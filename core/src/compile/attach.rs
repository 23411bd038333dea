//! Which routes are reached through which listeners, and under which hostnames (Gateway API, "Attaching Routes to Gateways").

use super::objects::{Named, Objects};
use super::route::Route;
use crate::ids::ObjectName;
use crate::manifest::{
    GATEWAY, GatewaySpec, Kind, LabelSelector, Labels, ListenerWire, ParentRefWire, RouteNamespacesWire,
};
use crate::plan;
use crate::units::port;

/// A listener of a Gateway, by its place among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ListenerAt {
    pub(super) gateway: usize,
    pub(super) listener: usize,
}

/// Where a route is reached.
#[derive(Debug)]
pub(super) enum Reach {
    /// On every gateway that is not among the manifests and that the route names, on all of those if it names none.
    Free { gateways: Vec<ObjectName> },
    /// On these listeners, each with the hostnames that it and the route have in common; an empty list stands for any host.
    Attached(Vec<(ListenerAt, Vec<String>)>),
}

/// A listener with the object that states it.
pub(super) struct Listener<'a> {
    pub(super) wire: &'a ListenerWire,
    owner: &'a ObjectName,
    is_of_set: bool,
}

/// The listeners of every Gateway, by their numbers: its own, then those of the ListenerSets that it lets in.
pub(super) fn listeners<'a>(objects: &'a Objects<'_>) -> Vec<Vec<Listener<'a>>> {
    objects.gateways.iter().map(|gateway| of_gateway(objects, gateway)).collect()
}

fn of_gateway<'a>(objects: &'a Objects<'_>, gateway: &'a Named<'_, GatewaySpec>) -> Vec<Listener<'a>> {
    let own = |wire| Listener { wire, owner: &gateway.name, is_of_set: false };
    let sets = objects.listener_sets.iter().filter(|set| {
        let parent = &set.object.spec.parent_ref;
        let namespace = parent.namespace.as_deref().unwrap_or_else(|| set.name.namespace());
        let allowed =
            gateway.object.spec.allowed_listeners.as_ref().and_then(|allowed| allowed.namespaces.as_ref());
        is_of_kind(parent, "Gateway")
            && ObjectName::new(namespace, &parent.name) == gateway.name
            && lets_in(objects, allowed, "None", gateway.name.namespace(), set.name.namespace())
    });
    let of_sets = sets.flat_map(|set| {
        set.object.spec.listeners.iter().map(|wire| Listener { wire, owner: &set.name, is_of_set: true })
    });
    gateway.object.spec.listeners.iter().map(own).chain(of_sets).collect()
}

/// Where a route is reached, among the `listeners` of all Gateways.
pub(super) fn reach(objects: &Objects<'_>, listeners: &[Vec<Listener<'_>>], route: &Route<'_>) -> Reach {
    if route.is_of_mesh() {
        return Reach::Attached(Vec::new());
    }
    let parents = route.parents.iter().filter_map(|parent| {
        let is_of_set = is_of_kind(parent, "ListenerSet");
        let namespace = parent.namespace.as_deref().unwrap_or_else(|| route.name.namespace());
        (is_of_set || is_of_kind(parent, "Gateway"))
            .then(|| (*parent, is_of_set, ObjectName::new(namespace, &parent.name)))
    });
    let parents: Vec<(&ParentRefWire, bool, ObjectName)> = parents.collect();
    let is_here = |is_of_set: bool, name: &ObjectName| match is_of_set {
        true => objects.listener_sets.iter().any(|set| set.name == *name),
        false => objects.gateway(name).is_some(),
    };
    if !parents.iter().any(|(_, is_of_set, name)| is_here(*is_of_set, name)) {
        let gateways = parents.into_iter().filter(|(_, is_of_set, _)| !is_of_set);
        return Reach::Free { gateways: gateways.map(|(_, _, gateway)| gateway).collect() };
    }
    let mut places: Vec<(ListenerAt, Vec<String>)> = Vec::new();
    for (gateway, listeners) in listeners.iter().enumerate() {
        for (position, listener) in listeners.iter().enumerate() {
            let selected = parents.iter().any(|(parent, is_of_set, name)| {
                listener.is_of_set == *is_of_set && listener.owner == name && selects(parent, listener.wire)
            });
            if selected && allows(objects, listener, route) {
                let at = ListenerAt { gateway, listener: position };
                places.extend(
                    common(listener.wire.hostname.as_deref(), route.hostnames)
                        .map(|hostnames| (at, hostnames)),
                );
            }
        }
    }
    Reach::Attached(places)
}

/// Whether a parent is of this kind of Gateway API; a Gateway where it states none.
pub(super) fn is_of_kind(parent: &ParentRefWire, kind: &str) -> bool {
    parent.kind.as_deref().unwrap_or("Gateway") == kind
        && parent.group.as_deref().is_none_or(|group| GATEWAY.contains(&group))
}

fn selects(parent: &ParentRefWire, listener: &ListenerWire) -> bool {
    parent.section_name.as_deref().is_none_or(|section| section.is_empty() || section == listener.name)
        && (parent.port.is_none() || parent.port == listener.port)
}

fn allows(objects: &Objects<'_>, listener: &Listener<'_>, route: &Route<'_>) -> bool {
    let allowed = listener.wire.allowed_routes.as_ref();
    // An AIGatewayRoute reaches a Gateway as an HTTPRoute.
    let is_route = |kind: &str| {
        kind == route.kind.as_str() || (route.kind == Kind::AIGatewayRoute && kind == "HTTPRoute")
    };
    let is_kind = allowed.is_none_or(|allowed| {
        allowed.kinds.is_empty() || allowed.kinds.iter().any(|allowed| is_route(&allowed.kind))
    });
    let namespaces = allowed.and_then(|allowed| allowed.namespaces.as_ref());
    takes_http(listener.wire)
        && is_kind
        && lets_in(objects, namespaces, "Same", listener.owner.namespace(), route.name.namespace())
}

/// Whether an object of namespace `owner` lets in those of `guest`. `default` is what an absent `from` means.
fn lets_in(
    objects: &Objects<'_>,
    allowed: Option<&RouteNamespacesWire>,
    default: &str,
    owner: &str,
    guest: &str,
) -> bool {
    match allowed.and_then(|allowed| allowed.from.as_deref()).unwrap_or(default) {
        "All" => true,
        "Same" => owner == guest,
        "Selector" => {
            let selector = allowed.and_then(|allowed| allowed.selector.as_ref());
            selector.is_some_and(|selector| selects_namespace(objects, selector, guest))
        }
        _ => false,
    }
}

/// Whether a listener receives requests that routes can be about.
pub(super) fn takes_http(listener: &ListenerWire) -> bool {
    matches!(listener.protocol.as_deref(), None | Some("HTTP" | "HTTPS" | "TLS"))
}

fn selects_namespace(objects: &Objects<'_>, selector: &LabelSelector, namespace: &str) -> bool {
    let mut labels: Labels = objects.namespace_labels(namespace).cloned().unwrap_or_default();
    // Every namespace of a cluster carries its own name.
    labels.insert("kubernetes.io/metadata.name".to_owned(), namespace.to_owned());
    selector.selects(&labels)
}

/// The hostnames that a listener and a route have in common, `None` where there is none. Empty: any host.
fn common(listener: Option<&str>, route: &[String]) -> Option<Vec<String>> {
    let lower = |hostname: &String| hostname.to_ascii_lowercase();
    let listener = listener.filter(|hostname| !hostname.is_empty()).map(str::to_ascii_lowercase);
    match (listener, route) {
        (None, route) => Some(route.iter().map(lower).collect()),
        (Some(listener), []) => Some(vec![listener]),
        (Some(listener), route) => {
            let mut shared: Vec<String> = Vec::new();
            for narrower in route.iter().map(lower).filter_map(|hostname| narrower(&listener, hostname)) {
                if !shared.contains(&narrower) {
                    shared.push(narrower);
                }
            }
            (!shared.is_empty()).then_some(shared)
        }
    }
}

/// Of two hostnames the narrower one, where the other covers it.
fn narrower(listener: &str, route: String) -> Option<String> {
    if covers(listener, &route) { Some(route) } else { covers(&route, listener).then(|| listener.to_owned()) }
}

/// Whether `wide` equals `narrow` or is a wildcard over it.
fn covers(wide: &str, narrow: &str) -> bool {
    // What a narrower wildcard stands for ends as the wildcard does.
    wide == narrow
        || (wide.starts_with('*')
            && plan::covers(wide, narrow.strip_prefix('*').unwrap_or(narrow).as_bytes()))
}

/// The port of a listener, where it is one.
pub(super) fn listener_port(listener: &ListenerWire) -> Option<u16> {
    listener.port.and_then(port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrower_of_two_hostnames_is_common() {
        let cases = [
            ("*.a.b", "x.a.b", Some("x.a.b")),
            ("x.a.b", "*.a.b", Some("x.a.b")),
            ("*.a.b", "*.x.a.b", Some("*.x.a.b")),
            ("*.a.b", "*.a.b", Some("*.a.b")),
            ("*.a.b", "a.b", None),
            ("*.a.b", "xa.b", None),
            ("x.a.b", "y.a.b", None),
        ];
        for (listener, route, expected) in cases {
            assert_eq!(narrower(listener, route.to_owned()).as_deref(), expected, "{listener} and {route}");
        }
    }
}
