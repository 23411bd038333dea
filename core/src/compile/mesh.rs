//! Services as addresses: which routes requests to them fall under (Gateway API for service mesh, GEP-1294).

use std::collections::HashMap;

use super::objects::Objects;
use super::route::Route;
use crate::ids::{Ix, ObjectName, RuleIx};
use crate::manifest::{CORE, Kind, ParentRefWire, ServicePortWire};
use crate::plan::{Entry, Matcher, Options, ServicePort, Services};
use crate::units::port;

/// Whether a parent is a Service.
pub(super) fn is_service(parent: &ParentRefWire) -> bool {
    parent.kind.as_deref() == Some(Kind::Service.as_str())
        && parent.group.as_deref().is_none_or(|group| CORE.contains(&group))
}

/// One port of one Service, with the rule that sends requests straight on.
pub(super) struct Address<'a> {
    pub(super) service: &'a ObjectName,
    pub(super) port: u16,
    wire: &'a ServicePortWire,
}

/// The ports of all Services in the order of the texts. The rule of each stands, in this order, after those of the routes.
pub(super) fn addresses<'a>(objects: &'a Objects<'_>, options: &Options) -> Vec<Address<'a>> {
    let services = objects.services.iter().filter(|_| options.mesh);
    let ports = services.flat_map(|(service, ports)| ports.iter().map(move |wire| (service, wire)));
    ports.filter_map(|(service, wire)| Some(Address { service, port: port(wire.port)?, wire })).collect()
}

/// The matchers of all addresses. `matcher` makes that of some routes, by their numbers, under any host.
pub(super) fn services(
    objects: &Objects<'_>,
    addresses: &[Address<'_>],
    matcher: impl Fn(&[usize]) -> Matcher,
) -> Services {
    let first: usize = objects.routes.iter().map(|route| route.rules.len()).sum();
    let attached = attached(objects);
    let mut services = Services::default();
    for (position, address) in addresses.iter().enumerate() {
        let here = attached.get(address.service).map(Vec::as_slice).unwrap_or_default();
        let here = here.iter().filter(|(_, parent)| selects(parent, address));
        let mut producers = Vec::new();
        let mut consumers: HashMap<Box<str>, Vec<usize>> = HashMap::new();
        for (number, _) in here {
            let Some(route) = objects.routes.get(*number) else { continue };
            // A route of the Service's own namespace is for all clients, one of another namespace for its own.
            let group = match route.name.namespace() == address.service.namespace() {
                true => &mut producers,
                false => consumers.entry(route.name.namespace().into()).or_default(),
            };
            group.push(*number);
        }
        let straight =
            Entry { rule: RuleIx::new(first + position), match_index: 0, conditions: [].into(), host: None };
        let of = |numbers: Vec<usize>| matcher(&of_one_kind(objects, numbers));
        let port = ServicePort {
            number: address.port,
            any: if producers.is_empty() { Matcher::new(vec![straight]) } else { of(producers) },
            from: consumers.into_iter().map(|(namespace, numbers)| (namespace, of(numbers))).collect(),
        };
        services.add(address.service.namespace(), address.service.name(), port);
    }
    services
}

/// The routes that name a Service as their parent, by the Service.
fn attached<'a>(objects: &'a Objects<'_>) -> HashMap<ObjectName, Vec<(usize, &'a ParentRefWire)>> {
    let mut attached: HashMap<ObjectName, Vec<_>> = HashMap::new();
    for (number, route) in objects.routes.iter().enumerate() {
        for parent in route.parents.iter().filter(|parent| is_service(parent)) {
            let namespace = parent.namespace.as_deref().unwrap_or_else(|| route.name.namespace());
            attached.entry(ObjectName::new(namespace, &parent.name)).or_default().push((number, *parent));
        }
    }
    attached
}

fn selects(parent: &ParentRefWire, address: &Address<'_>) -> bool {
    let section = parent.section_name.as_deref().filter(|section| !section.is_empty());
    section.is_none_or(|section| address.wire.name.as_deref() == Some(section))
        && parent.port.is_none_or(|port| port == address.wire.port)
}

/// Where a GRPCRoute is attached, routes of other kinds are not looked at (GEP-1294, "Route types").
fn of_one_kind(objects: &Objects<'_>, mut numbers: Vec<usize>) -> Vec<usize> {
    let is_grpc = |number: &usize| {
        objects.routes.get(*number).is_some_and(|route: &Route<'_>| route.kind == Kind::GRPCRoute)
    };
    if numbers.iter().any(is_grpc) {
        numbers.retain(is_grpc);
    }
    numbers
}
