//! Which routes are reached through which listeners, and under which hostnames (Gateway API, "Attaching Routes to Gateways").

use super::objects::Objects;
use super::route::Route;
use crate::ids::ObjectName;
use crate::manifest::{GATEWAY, LabelSelector, Labels, ListenerWire, ParentRefWire};
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

/// The listeners of each Gateway and the routes' places among them.
pub(super) fn reach(objects: &Objects<'_>, route: &Route<'_>) -> Reach {
    let parents: Vec<(&ParentRefWire, ObjectName)> = route
        .parents
        .iter()
        .filter(|parent| names_gateway(parent))
        .map(|parent| {
            let namespace = parent.namespace.as_deref().unwrap_or_else(|| route.name.namespace());
            (*parent, ObjectName::new(namespace, &parent.name))
        })
        .collect();
    if !parents.iter().any(|(_, gateway)| objects.gateway(gateway).is_some()) {
        return Reach::Free { gateways: parents.into_iter().map(|(_, gateway)| gateway).collect() };
    }
    let mut places: Vec<(ListenerAt, Vec<String>)> = Vec::new();
    for (parent, name) in &parents {
        let Some((number, gateway)) = objects.gateway(name) else { continue };
        for (position, listener) in gateway.object.spec.listeners.iter().enumerate() {
            let at = ListenerAt { gateway: number, listener: position };
            let is_open = selects(parent, listener) && allows(objects, listener, &gateway.name, route);
            if is_open && !places.iter().any(|(place, _)| *place == at) {
                places.extend(
                    common(listener.hostname.as_deref(), route.hostnames).map(|hostnames| (at, hostnames)),
                );
            }
        }
    }
    Reach::Attached(places)
}

fn names_gateway(parent: &ParentRefWire) -> bool {
    parent.kind.as_deref().is_none_or(|kind| kind == "Gateway")
        && parent.group.as_deref().is_none_or(|group| GATEWAY.contains(&group))
}

fn selects(parent: &ParentRefWire, listener: &ListenerWire) -> bool {
    parent.section_name.as_deref().is_none_or(|section| section.is_empty() || section == listener.name)
        && (parent.port.is_none() || parent.port == listener.port)
}

fn allows(objects: &Objects<'_>, listener: &ListenerWire, gateway: &ObjectName, route: &Route<'_>) -> bool {
    if !matches!(listener.protocol.as_deref(), None | Some("HTTP" | "HTTPS" | "TLS")) {
        return false;
    }
    let Some(allowed) = &listener.allowed_routes else {
        return gateway.namespace() == route.name.namespace();
    };
    let is_kind =
        allowed.kinds.is_empty() || allowed.kinds.iter().any(|allowed| allowed.kind == route.kind.as_str());
    let namespaces = allowed.namespaces.as_ref();
    let is_namespace = match namespaces.and_then(|namespaces| namespaces.from.as_deref()) {
        Some("All") => true,
        Some("Selector") => {
            let selector = namespaces.and_then(|namespaces| namespaces.selector.as_ref());
            selector.is_some_and(|selector| selects_namespace(objects, selector, route.name.namespace()))
        }
        None | Some("Same") => gateway.namespace() == route.name.namespace(),
        Some(_) => false,
    };
    is_kind && is_namespace
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
    wide == narrow
        || wide.strip_prefix('*').is_some_and(|suffix| {
            let rest = narrow.strip_prefix('*').unwrap_or(narrow);
            rest.len() > suffix.len() && rest.ends_with(suffix)
        })
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
