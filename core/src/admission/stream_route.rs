//! TLSRoute, TCPRoute and UDPRoute: one rule, and host names where TLS tells them.

use std::net::IpAddr;
use std::sync::LazyLock;

use super::fields::{backend, backend_fields, hostname, section_name, spec, weight};
use super::parent_refs;
use super::schema::{Field, Schema, list, object, opt, req, with};

pub(super) static TLS: LazyLock<Schema> = LazyLock::new(|| {
    let hostnames = list(1..=1_024, hostname()).rule("Hostnames cannot contain an IP", |hostnames| {
        let is_address = |name: &str| name.parse::<IpAddr>().is_ok();
        !hostnames.items().iter().filter_map(|name| name.text()).any(is_address)
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
