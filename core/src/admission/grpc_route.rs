//! GRPCRoute: the standard channel, with unique rule names as in the experimental one.

use std::sync::LazyLock;

use super::fields::{backend, backend_fields, header_matches, hostname, section_name, spec, weight};
use super::http_filter::grpc_filters;
use super::parent_refs;
use super::patterns::{GRPC_METHOD, GRPC_SERVICE, Pattern};
use super::probe::{distinct, has, items, text, text_or};
use super::schema::{Schema, any, list, object, opt, req, text as length, text_of, with};

pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let backend = backend(with(backend_fields(), [opt("weight", weight()), opt("filters", grpc_filters())]));
    let one_match = object([opt("method", method()), opt("headers", header_matches())]);
    let rule = object([
        opt("name", section_name()),
        opt("matches", list(0..=64, one_match)),
        opt("filters", grpc_filters()),
        opt("backendRefs", list(0..=16, backend)),
        opt("sessionPersistence", any()),
    ]);
    let rules = list(0..=16, rule)
        .rule(
            "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128",
            |rules| rules.items().iter().map(|rule| items(rule, "matches").len()).sum::<usize>() <= 128,
        )
        .rule("Rule name must be unique within the route", |rules| {
            distinct(rules.items().iter().filter_map(|rule| text(rule, "name")))
        });
    let fields = [
        opt("parentRefs", parent_refs::parents()),
        opt("hostnames", list(0..=16, hostname())),
        opt("rules", rules),
    ];
    spec(req("spec", object(fields)))
});

fn method() -> Schema {
    let fields = [
        opt("type", text_of(&["Exact", "RegularExpression"])),
        opt("service", length(0..=1_024)),
        opt("method", length(0..=1_024)),
    ];
    let method = object(fields).rule("One or both of 'service' or 'method' must be specified", |method| {
        has(method, "service") || has(method, "method")
    });
    let parts: [(&str, &'static Pattern); 2] = [("service", &GRPC_SERVICE), ("method", &GRPC_METHOD)];
    parts.into_iter().fold(method, |method, (part, pattern)| {
        let message = format!("{part} must only contain valid characters (matching {})", pattern.text);
        method.rule(message, move |method| {
            text_or(method, "type", "Exact") != "Exact"
                || text(method, part).is_none_or(|value| pattern.finds(value))
        })
    })
}
