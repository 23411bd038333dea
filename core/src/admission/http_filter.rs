//! Filters of a route: each has a type and the one field of that type. HTTPRoute and GRPCRoute share the words, not the list.
//!
//! `externalAuth` exists in the experimental channel only; it is accepted. The experimental limit on the characters of a header value is not
//! applied, as the standard channel has none.

use super::fields::{
    backend, backend_fields, fraction, header_name, header_values, local_reference, port, precise_hostname,
    removals,
};
use super::patterns::{CORS_ORIGIN, HTTP_PATH};
use super::probe::{has, text};
use super::schema::{
    Field, Schema, boolean, int, int_of, list, object, opt, req, set, string, text as length, text_like,
    text_of,
};
use crate::manifest::Node;

const METHODS: &[&str] =
    &["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"];

/// A type, its field and what the field holds.
type Kind = (&'static str, &'static str, fn() -> Schema);

const HTTP: [Kind; 8] = [
    ("CORS", "cors", cors),
    ("RequestHeaderModifier", "requestHeaderModifier", header_modifier),
    ("ResponseHeaderModifier", "responseHeaderModifier", header_modifier),
    ("RequestMirror", "requestMirror", mirror),
    ("RequestRedirect", "requestRedirect", redirect),
    ("URLRewrite", "urlRewrite", rewrite),
    ("ExtensionRef", "extensionRef", extension),
    ("ExternalAuth", "externalAuth", external_auth),
];

const GRPC: [Kind; 4] = [
    ("RequestHeaderModifier", "requestHeaderModifier", header_modifier),
    ("ResponseHeaderModifier", "responseHeaderModifier", header_modifier),
    ("RequestMirror", "requestMirror", mirror),
    ("ExtensionRef", "extensionRef", extension),
];

/// The filters of an HTTPRoute's rule or backend.
pub(super) fn http_filters() -> Schema {
    let types = &[
        "RequestHeaderModifier",
        "ResponseHeaderModifier",
        "RequestMirror",
        "RequestRedirect",
        "URLRewrite",
        "ExtensionRef",
        "CORS",
        "ExternalAuth",
    ];
    let either =
        "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both";
    let filters = list(0..=16, filter(types, &HTTP))
        .rule(either, |filters| count(filters, "RequestRedirect") == 0 || count(filters, "URLRewrite") == 0);
    let once = ["CORS", "RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite"];
    once.into_iter().fold(filters, not_repeated)
}

/// The filters of a GRPCRoute's rule or backend.
pub(super) fn grpc_filters() -> Schema {
    let types = &["ResponseHeaderModifier", "RequestHeaderModifier", "RequestMirror", "ExtensionRef"];
    let filters = list(0..=16, filter(types, &GRPC));
    ["RequestHeaderModifier", "ResponseHeaderModifier"].into_iter().fold(filters, not_repeated)
}

fn filter(types: &'static [&'static str], kinds: &[Kind]) -> Schema {
    let mut fields = vec![req("type", text_of(types))];
    fields.extend(kinds.iter().map(|(_, field, schema)| opt(field, schema())));
    kinds.iter().fold(object(fields), |filter, &(kind, field, _)| {
        filter
            .rule(format!("filter.{field} must be nil if the filter.type is not {kind}"), move |filter| {
                !has(filter, field) || is(filter, kind)
            })
            .rule(format!("filter.{field} must be specified for {kind} filter.type"), move |filter| {
                has(filter, field) || !is(filter, kind)
            })
    })
}

fn is(filter: &Node, kind: &str) -> bool {
    text(filter, "type") == Some(kind)
}

fn count(filters: &Node, kind: &str) -> usize {
    filters.items().iter().filter(|filter| is(filter, kind)).count()
}

fn not_repeated(filters: Schema, kind: &'static str) -> Schema {
    filters.rule(format!("{kind} filter cannot be repeated"), move |filters| count(filters, kind) <= 1)
}

fn header_modifier() -> Schema {
    object([opt("set", header_values()), opt("add", header_values()), opt("remove", removals())])
}

fn mirror() -> Schema {
    let fields = [
        req("backendRef", backend(backend_fields())),
        opt("percent", int(0..=100)),
        opt("fraction", fraction()),
    ];
    object(fields)
        .rule("Only one of percent or fraction may be specified in HTTPRequestMirrorFilter", |mirror| {
            !(has(mirror, "percent") && has(mirror, "fraction"))
        })
}

fn redirect() -> Schema {
    object([
        opt("scheme", text_of(&["http", "https"])),
        opt("hostname", precise_hostname()),
        opt("path", path_modifier()),
        opt("port", port()),
        opt("statusCode", int_of(&[301, 302, 303, 307, 308])),
    ])
}

fn rewrite() -> Schema {
    object([opt("hostname", precise_hostname()), opt("path", path_modifier())])
}

fn path_modifier() -> Schema {
    let kinds = [("ReplaceFullPath", "replaceFullPath"), ("ReplacePrefixMatch", "replacePrefixMatch")];
    let fields: Vec<Field> = [req("type", text_of(&["ReplaceFullPath", "ReplacePrefixMatch"]))]
        .into_iter()
        .chain(kinds.map(|(_, field)| opt(field, length(0..=1_024))))
        .collect();
    kinds.into_iter().fold(object(fields), |path, (kind, field)| {
        path.rule(format!("{field} must be specified when type is set to '{kind}'"), move |path| {
            !is(path, kind) || has(path, field)
        })
        .rule(format!("type must be '{kind}' when {field} is set"), move |path| {
            !has(path, field) || is(path, kind)
        })
    })
}

fn extension() -> Schema {
    object(local_reference())
}

fn cors() -> Schema {
    let alone = |name: &str, what: &str, list: Schema| {
        list.rule(format!("{name} cannot contain '*' alongside other {what}"), |list| {
            let values = list.items();
            values.len() <= 1 || !values.iter().any(|value| value.text() == Some("*"))
        })
    };
    let headers = || set(0..=64, header_name());
    object([
        opt("allowOrigins", alone("AllowOrigins", "origins", set(0..=64, text_like(1..=253, &CORS_ORIGIN)))),
        opt("allowMethods", alone("AllowMethods", "methods", set(0..=9, text_of(METHODS)))),
        opt("allowHeaders", alone("AllowHeaders", "methods", headers())),
        opt("exposeHeaders", headers()),
        opt("allowCredentials", boolean()),
        opt("maxAge", int(1..=i64::MAX)),
    ])
}

fn external_auth() -> Schema {
    let headers = || set(0..=64, string());
    let http = object([
        opt("path", text_like(0..=1_024, &HTTP_PATH)),
        opt("allowedHeaders", headers()),
        opt("allowedResponseHeaders", headers()),
    ]);
    let fields = [
        req("protocol", text_of(&["HTTP", "GRPC"])),
        req("backendRef", backend(backend_fields())),
        opt("grpc", object([opt("allowedHeaders", headers())])),
        opt("http", http),
        opt("forwardBody", object([opt("maxSize", int(0..=i64::MAX))])),
    ];
    [("GRPC", "grpc"), ("HTTP", "http")].into_iter().fold(object(fields), |auth, (protocol, field)| {
        let speaks = move |auth: &Node| text(auth, "protocol") == Some(protocol);
        auth.rule(format!("{field} must be specified when protocol is set to '{protocol}'"), move |auth| {
            !speaks(auth) || has(auth, field)
        })
        .rule(format!("protocol must be '{protocol}' when {field} is set"), move |auth| {
            !has(auth, field) || speaks(auth)
        })
    })
}
