//! HTTPRoute: the standard channel, with the fields and rules that the experimental channel adds (retry, sessionPersistence, externalAuth, unique
//! rule names, ports of parents).

use std::sync::LazyLock;

use super::fields::{
    backend, backend_fields, duration, header_matches, header_name, hostname, section_name, spec, timeouts,
    weight,
};
use super::http_filter::http_filters;
use super::parent_refs;
use super::patterns::HTTP_PATH;
use super::probe::{at, distinct, field, has, items, text, text_or};
use super::schema::{Schema, list, list_by, object, opt, req, set, text as length, text_of, wide_int, with};
use crate::manifest::Node;

pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let rules = list(1..=16, rule())
        .rule(
            "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128",
            |rules| {
                let matches = |rule| field(rule, "matches").map_or(1, |matches| matches.items().len());
                rules.items().iter().map(matches).sum::<usize>() <= 128
            },
        )
        .rule("Rule name must be unique within the route", |rules| {
            distinct(rules.items().iter().filter_map(|rule| text(rule, "name")))
        });
    let fields = [
        opt("parentRefs", parent_refs::parents()),
        opt("hostnames", list(0..=16, hostname())),
        opt("useDefaultGateways", text_of(&["All", "None"])),
        opt("rules", rules),
    ];
    spec(req("spec", object(fields)))
});

fn rule() -> Schema {
    let backend = backend(with(backend_fields(), [opt("weight", weight()), opt("filters", http_filters())]));
    let fields = [
        opt("name", section_name()),
        opt("matches", list(0..=64, one_match())),
        opt("filters", http_filters()),
        opt("backendRefs", list(0..=16, backend)),
        opt("timeouts", timeouts()),
        opt("retry", retry()),
        opt("sessionPersistence", session()),
    ];
    let rule =
        object(fields).rule("RequestRedirect filter must not be used together with backendRefs", |rule| {
            items(rule, "backendRefs").is_empty()
                || !items(rule, "filters").iter().any(|filter| has(filter, "requestRedirect"))
        });
    let needs = "filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified";
    rule.rule(format!("When using RequestRedirect {needs}"), |rule| {
        !replaces_prefix(rule, "requestRedirect") || has_one_prefix(rule)
    })
    .rule(format!("When using URLRewrite {needs}"), |rule| {
        !replaces_prefix(rule, "urlRewrite") || has_one_prefix(rule)
    })
    .rule(format!("Within backendRefs, when using RequestRedirect {needs}"), |rule| {
        !backend_replaces_prefix(rule, "requestRedirect") || has_one_prefix(rule)
    })
    .rule(format!("Within backendRefs, When using URLRewrite {needs}"), |rule| {
        !backend_replaces_prefix(rule, "urlRewrite") || has_one_prefix(rule)
    })
}

/// Whether exactly one filter under the rule or backend replaces the prefix of the path.
fn replaces_prefix(node: &Node, filter_field: &str) -> bool {
    let replaces = |filter: &&Node| {
        at(filter, &[filter_field, "path"]).is_some_and(|path| {
            text(path, "type") == Some("ReplacePrefixMatch") && has(path, "replacePrefixMatch")
        })
    };
    items(node, "filters").iter().filter(replaces).count() == 1
}

fn backend_replaces_prefix(rule: &Node, filter_field: &str) -> bool {
    let backends = items(rule, "backendRefs").iter();
    backends.filter(|backend| replaces_prefix(backend, filter_field)).count() == 1
}

/// Whether the rule has one match and that is a prefix, as both are where nothing is written.
fn has_one_prefix(rule: &Node) -> bool {
    let is_prefix = |one: &Node| {
        field(one, "path").is_none_or(|path| text_or(path, "type", "PathPrefix") == "PathPrefix")
    };
    match field(rule, "matches").map(Node::items) {
        None => true,
        Some([one]) => is_prefix(one),
        Some(_) => false,
    }
}

fn one_match() -> Schema {
    let query = object([
        req("name", header_name()),
        opt("type", text_of(&["Exact", "RegularExpression"])),
        req("value", length(1..=1_024)),
    ]);
    let methods = &["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    object([
        opt("path", path()),
        opt("headers", header_matches()),
        opt("queryParams", list_by("name", 0..=16, query)),
        opt("method", text_of(methods)),
    ])
}

fn path() -> Schema {
    let fields = [
        opt("type", text_of(&["Exact", "PathPrefix", "RegularExpression"])),
        opt("value", length(0..=1_024)),
    ];
    let when = "when type one of ['Exact', 'PathPrefix']";
    let mut path = object(fields)
        .rule(format!("value must be an absolute path and start with '/' {when}"), |path| {
            literal(path).is_none_or(|value| value.starts_with('/'))
        });
    for part in ["//", "/./", "/../", "%2f", "%2F", "#"] {
        path = path.rule(format!("must not contain '{part}' {when}"), move |path| {
            literal(path).is_none_or(|value| !value.contains(part))
        });
    }
    for end in ["/..", "/."] {
        path = path.rule(format!("must not end with '{end}' {when}"), move |path| {
            literal(path).is_none_or(|value| !value.ends_with(end))
        });
    }
    path.rule(
        format!(
            "must only contain valid characters (matching {}) for types ['Exact', 'PathPrefix']",
            HTTP_PATH.text
        ),
        |path| literal(path).is_none_or(|value| HTTP_PATH.finds(value)),
    )
}

/// The value of a path that is compared as it stands.
fn literal(path: &Node) -> Option<&str> {
    (text_or(path, "type", "PathPrefix") != "RegularExpression").then(|| text_or(path, "value", "/"))
}

fn retry() -> Schema {
    object([
        opt("attempts", wide_int(1..=i64::MAX)),
        opt("backoff", duration()),
        opt("codes", set(0..=usize::MAX, wide_int(400..=599))),
    ])
}

fn session() -> Schema {
    let cookie = object([
        opt("name", header_name()),
        opt("path", length(0..=1_024)),
        opt("lifetimeType", text_of(&["Permanent", "Session"])),
    ]);
    let fields = [
        opt("type", text_of(&["Cookie", "Header"])),
        opt("absoluteTimeout", duration()),
        opt("cookie", cookie),
        opt("header", object([req("name", header_name())])),
    ];
    let is = |session: &Node, kind: &str| text_or(session, "type", "Cookie") == kind;
    object(fields)
        .rule("AbsoluteTimeout must be specified when cookie lifetimeType is Permanent", |session| {
            at(session, &["cookie", "lifetimeType"]).and_then(Node::text) != Some("Permanent")
                || has(session, "absoluteTimeout")
        })
        .rule("cookie must be nil if type is not Cookie", move |session| {
            !has(session, "cookie") || is(session, "Cookie")
        })
        .rule("cookie must be specified for Cookie type", move |session| {
            has(session, "cookie") || !is(session, "Cookie")
        })
        .rule("header must be nil if type is not Header", move |session| {
            !has(session, "header") || is(session, "Header")
        })
        .rule("header must be specified for Header type", move |session| {
            has(session, "header") || !is(session, "Header")
        })
}
