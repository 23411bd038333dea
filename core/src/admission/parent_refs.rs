//! parentRefs: which Gateways or other parents a route joins.
//!
//! The standard channel of Gateway API tells references to one parent apart by sectionName, the experimental one by sectionName and port. A list
//! in which a port is written is held to the experimental rules, every other list to the standard ones; without ports both accept the same.

use std::ops::RangeInclusive;

use super::fields::{group, kind, namespace, object_name, port, section_name};
use super::probe::{distinct, has, text, text_or, whole};
use super::schema::{Schema, list, object, opt, req};
use crate::manifest::Node;

fn reference() -> Schema {
    object([
        opt("group", group()),
        opt("kind", kind()),
        opt("namespace", namespace()),
        req("name", object_name()),
        opt("sectionName", section_name()),
        opt("port", port()),
    ])
}

/// Parents that are all Gateways, as the routes of AI Gateway want them.
pub(super) fn gateways(size: RangeInclusive<usize>) -> Schema {
    list(size, reference()).rule("only Gateway is supported", |parents| {
        parents.items().iter().all(|parent| text_or(parent, "kind", "Gateway") == "Gateway")
    })
}

/// Parents of a route of Gateway API.
pub(super) fn parents() -> Schema {
    let when = "when parentRefs includes 2 or more references to the same parent";
    list(0..=32, reference())
        .rule(format!("sectionName must be specified {when}"), |parents| {
            has_port(parents) || uniform(parents)
        })
        .rule(format!("sectionName must be unique {when}"), |parents| has_port(parents) || unique(parents))
        .rule(format!("sectionName or port must be specified {when}"), |parents| {
            !has_port(parents) || uniform(parents)
        })
        .rule(format!("sectionName or port must be unique {when}"), |parents| {
            !has_port(parents) || unique(parents)
        })
}

fn has_port(parents: &Node) -> bool {
    parents.items().iter().any(|parent| has(parent, "port"))
}

/// Which parent is meant.
fn parent(node: &Node) -> (&str, &str, &str, &str) {
    (
        text_or(node, "group", "gateway.networking.k8s.io"),
        text_or(node, "kind", "Gateway"),
        text_or(node, "namespace", ""),
        text_or(node, "name", ""),
    )
}

/// Which part of the parent is meant.
fn part(node: &Node) -> (&str, i64) {
    (text_or(node, "sectionName", ""), whole(node, "port").unwrap_or_default())
}

/// References to one parent all name a part in the same way.
fn uniform(parents: &Node) -> bool {
    let named = |node| text(node, "sectionName").is_some_and(|name| !name.is_empty());
    parents.items().iter().all(|a| {
        let same = parents.items().iter().filter(|b| parent(a) == parent(b));
        same.into_iter().all(|b| named(a) == named(b) && (part(a).1 == 0) == (part(b).1 == 0))
    })
}

fn unique(parents: &Node) -> bool {
    distinct(parents.items().iter().map(|node| (parent(node), part(node))))
}
