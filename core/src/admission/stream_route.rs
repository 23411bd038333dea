//! TLSRoute, TCPRoute and UDPRoute: one rule, and host names where TLS tells them.

use std::net::IpAddr;
use std::sync::LazyLock;

use super::fields::{backend, backend_fields, hostname, section_name, spec, weight};
use super::parent_refs;
use super::patterns::DNS_NAME;
use super::schema::{Field, Schema, list, object, opt, req, with};
use crate::manifest::Node;

pub(super) static TLS: LazyLock<Schema> = LazyLock::new(|| {
    let wildcards = "Wildcards on hostnames must be the first label, and the rest of hostname must be valid based on RFC-1123";
    let hostnames = list(1..=1_024, hostname())
        .rule("Hostnames cannot contain an IP", |names| every(names, |name| name.parse::<IpAddr>().is_err()))
        .rule("Hostnames must be valid based on RFC-1123", |names| {
            every(names, |name| name.contains('*') || DNS_NAME.finds(name))
        })
        .rule(wildcards, |names| {
            every(names, |name| {
                !name.contains('*') || name.strip_prefix("*.").is_some_and(|rest| DNS_NAME.finds(rest))
            })
        });
    spec(req("spec", object(with(fields(), [req("hostnames", hostnames)]))))
});

/// UDPRoute is written in the same way.
pub(super) static TCP: LazyLock<Schema> = LazyLock::new(|| spec(req("spec", object(fields()))));

fn fields() -> Vec<Field> {
    let backends = list(1..=16, backend(with(backend_fields(), [opt("weight", weight())])));
    let rule = object([opt("name", section_name()), req("backendRefs", backends)]);
    vec![opt("parentRefs", parent_refs::parents()), req("rules", list(1..=1, rule))]
}

fn every(names: &Node, holds: impl Fn(&str) -> bool) -> bool {
    names.items().iter().filter_map(Node::text).all(holds)
}
