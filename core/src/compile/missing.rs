//! References to what is not among the manifests: how much each weighs, and what may be meant.
//!
//! A manifest may live in a file that was not given, so a reference is only suspicious where its own kind is at home: the manifests hold others of
//! the kind in that namespace, or one of that name in another.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::attach::is_of_kind;
use super::objects::Objects;
use super::report::Report;
use super::route::Route;
use crate::ids::ObjectName;
use crate::manifest::{Body, Code, Kind, ListenerWire, ParentRefWire, Severity};
use crate::nearest::{nearest, with_nearest};

/// Names that one load compares with wrong ones before it stops to guess: a fraction of a second.
const MOST_COMPARED: usize = 2_000_000;

/// What to say of a reference to an object that is not there.
pub(super) struct Missing {
    pub(super) severity: Severity,
    pub(super) help: String,
}

/// All names that references can have, by kind. Built when the first of them is missing.
pub(super) struct Directory {
    names: BTreeMap<(Kind, String), BTreeSet<String>>,
    namespaces: BTreeMap<(Kind, String), BTreeSet<String>>,
    left: Cell<usize>,
}

impl Directory {
    pub(super) fn of<'n>(names: impl Iterator<Item = (Kind, &'n ObjectName)>) -> Self {
        let mut directory =
            Self { names: BTreeMap::new(), namespaces: BTreeMap::new(), left: Cell::new(MOST_COMPARED) };
        for (kind, name) in names {
            let (namespace, name) = (name.namespace().to_owned(), name.name().to_owned());
            directory.names.entry((kind, namespace.clone())).or_default().insert(name.clone());
            directory.namespaces.entry((kind, name)).or_default().insert(namespace);
        }
        directory
    }

    pub(super) fn missing(&self, kind: Kind, name: &ObjectName) -> Missing {
        let others = self.names.get(&(kind, name.namespace().to_owned()));
        let namespaces = self.namespaces.get(&(kind, name.name().to_owned()));
        let near = others.filter(|others| others.len() <= self.left.get()).and_then(|others| {
            self.left.set(self.left.get().saturating_sub(others.len()));
            nearest(name.name(), others.iter().map(String::as_str))
        });
        let help = "load the object too, or correct the name";
        let elsewhere = namespaces.and_then(BTreeSet::first);
        let help = match (near, elsewhere) {
            (Some(near), _) => format!("did you mean `{near}`? {help}"),
            (None, Some(namespace)) => {
                format!(
                    "did you mean the one in namespace `{namespace}`? load the object too, or correct the reference"
                )
            }
            (None, None) => help.to_owned(),
        };
        let is_at_home = others.is_some() || namespaces.is_some();
        Missing { severity: if is_at_home { Severity::Warning } else { Severity::Info }, help }
    }
}

/// Reports the parents of a route that are not there, and the listeners that they do not have.
pub(super) fn check_parents(objects: &Objects<'_>, route: &Route<'_>, report: &mut Report) {
    // An AIGatewayRoute names its parents in two lists.
    let split = match &route.source.body {
        Body::AiRoute(object) => object.spec.parent_refs.len(),
        _ => route.parents.len(),
    };
    for (position, parent) in route.parents.iter().enumerate() {
        let path = match position.checked_sub(split) {
            None => format!("spec.parentRefs[{position}]"),
            Some(position) => format!("spec.targetRefs[{position}]"),
        };
        let kinds = [Kind::Gateway, Kind::ListenerSet];
        let Some(kind) = kinds.into_iter().find(|kind| is_of_kind(parent, kind.as_str())) else { continue };
        let namespace = parent.namespace.as_deref().unwrap_or_else(|| route.name.namespace());
        let name = ObjectName::new(namespace, &parent.name);
        match listeners(objects, kind, &name) {
            Some(listeners) => check_section(route, parent, (kind, &name), listeners, &path, report),
            None => {
                let message = format!("there is no {} {name}", kind.as_str());
                let missing = objects.missing(kind, &name);
                report.missing(route.source, Code::NotFound, &format!("{path}.name"), message, missing);
            }
        }
    }
}

/// The own listeners of a Gateway or ListenerSet, `None` where there is no such object.
fn listeners<'o>(objects: &'o Objects<'_>, kind: Kind, name: &ObjectName) -> Option<&'o [ListenerWire]> {
    if kind == Kind::Gateway {
        return objects.gateway(name).map(|(_, gateway)| gateway.object.spec.listeners.as_slice());
    }
    let set = objects.listener_sets.iter().find(|set| set.name == *name);
    set.map(|set| set.object.spec.listeners.as_slice())
}

fn check_section(
    route: &Route<'_>,
    parent: &ParentRefWire,
    (kind, name): (Kind, &ObjectName),
    listeners: &[ListenerWire],
    path: &str,
    report: &mut Report,
) {
    let Some(section) = parent.section_name.as_deref().filter(|section| !section.is_empty()) else { return };
    if listeners.iter().any(|listener| listener.name == section) {
        return;
    }
    let message =
        format!("{} {name} has no listener `{section}`; the route is not attached here", kind.as_str());
    let names = listeners.iter().map(|listener| listener.name.as_str());
    let help =
        with_nearest(section, names, "write the name of one of its listeners, or leave sectionName out");
    report.add(route.source, Code::NoListener, &format!("{path}.sectionName"), message, help);
}
