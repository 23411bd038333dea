//! Fields that several kinds write in the same way: names, references, header entries, times.

use super::patterns::{DNS_LABEL, DNS_NAME, DURATION, GROUP, HEADER_NAME, HOSTNAME, KIND};
use super::probe::{has, milliseconds, text, text_or, whole};
use super::schema::{
    Field, Schema, int, list_by, object, opt, req, set, string, text as length, text_like, text_of,
};

pub(super) fn group() -> Schema {
    text_like(0..=253, &GROUP)
}

pub(super) fn kind() -> Schema {
    text_like(1..=63, &KIND)
}

pub(super) fn object_name() -> Schema {
    length(1..=253)
}

pub(super) fn namespace() -> Schema {
    text_like(1..=63, &DNS_LABEL)
}

/// The name of a rule, a listener or another part of an object.
pub(super) fn section_name() -> Schema {
    text_like(1..=253, &DNS_NAME)
}

pub(super) fn hostname() -> Schema {
    text_like(1..=253, &HOSTNAME)
}

/// A host name without a wildcard.
pub(super) fn precise_hostname() -> Schema {
    text_like(1..=253, &DNS_NAME)
}

pub(super) fn port() -> Schema {
    int(1..=65_535)
}

pub(super) fn duration() -> Schema {
    text_like(0..=usize::MAX, &DURATION)
}

pub(super) fn header_name() -> Schema {
    text_like(1..=256, &HEADER_NAME)
}

/// group, kind and name, all to be written.
pub(super) fn local_reference() -> Vec<Field> {
    vec![req("group", group()), req("kind", kind()), req("name", object_name())]
}

/// A reference to a Secret of any namespace.
pub(super) fn secret_reference() -> Schema {
    object([
        opt("group", group()),
        opt("kind", kind()),
        req("name", object_name()),
        opt("namespace", namespace()),
    ])
}

/// The fields of a reference to what serves requests, by default a Service.
pub(super) fn backend_fields() -> Vec<Field> {
    vec![
        opt("group", group()),
        opt("kind", kind()),
        req("name", object_name()),
        opt("namespace", namespace()),
        opt("port", port()),
    ]
}

/// A reference to what serves requests, with more fields of its own.
pub(super) fn backend(fields: Vec<Field>) -> Schema {
    object(fields).rule("Must have port for Service reference", |backend| {
        let is_service =
            text_or(backend, "group", "").is_empty() && text_or(backend, "kind", "Service") == "Service";
        !is_service || has(backend, "port")
    })
}

pub(super) fn weight() -> Schema {
    int(0..=1_000_000)
}

/// Conditions on headers, each header once.
pub(super) fn header_matches() -> Schema {
    let entry = object([
        req("name", header_name()),
        opt("type", text_of(&["Exact", "RegularExpression"])),
        req("value", length(1..=4_096)),
    ]);
    list_by("name", 0..=16, entry)
}

/// Header entries to write, each header once.
pub(super) fn header_values() -> Schema {
    list_by("name", 0..=16, object([req("name", header_name()), req("value", length(1..=4_096))]))
}

/// Names to take away.
pub(super) fn removals() -> Schema {
    set(0..=16, string())
}

/// Timeouts of a rule, the inner not longer than the outer.
pub(super) fn timeouts() -> Schema {
    let fields = [opt("request", duration()), opt("backendRequest", duration())];
    object(fields).rule("backendRequest timeout cannot be longer than request timeout", |timeouts| {
        let of = |name| text(timeouts, name).map(milliseconds);
        match (of("request"), of("backendRequest")) {
            (Some(request), Some(backend)) => request == 0 || backend <= request,
            _ => true,
        }
    })
}

/// A share of requests as a fraction.
pub(super) fn fraction() -> Schema {
    let fields = [req("numerator", int(0..=i64::MAX)), opt("denominator", int(1..=i64::MAX))];
    object(fields).rule("numerator must be less than or equal to denominator", |fraction| {
        let of = |name| whole(fraction, name);
        of("numerator").unwrap_or_default() <= of("denominator").unwrap_or(100)
    })
}

/// The object's `spec`, with or without the duty to write it.
pub(super) fn spec(field: Field) -> Schema {
    object([field])
}
