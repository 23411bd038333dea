//! InferencePool in the three shapes that were served. For v1 the widest released definition holds: up to eight ports, and no need for an endpoint
//! picker; releases before v1.6 wanted one, v1.0 only one port.

use std::sync::LazyLock;

use super::fields::{group, kind, object_name, port, spec};
use super::patterns::LABEL_VALUE;
use super::probe::{distinct, has, text_or, whole};
use super::schema::{Schema, list, map, object, opt, req, string, text_like, text_of};

pub(super) static V1: LazyLock<Schema> = LazyLock::new(|| {
    let number = || object([req("number", port())]);
    let message = "port is required when kind is 'Service' or unspecified (defaults to 'Service')";
    let picker = object([
        opt("group", group()),
        opt("kind", kind()),
        req("name", object_name()),
        opt("port", number()),
        opt("failureMode", failure_mode()),
    ])
    .rule(message, |picker| text_or(picker, "kind", "Service") != "Service" || has(picker, "port"));
    let ports = list(1..=8, number()).rule("port number must be unique", |ports| {
        distinct(ports.items().iter().filter_map(|port| whole(port, "number")))
    });
    let fields = [
        req("selector", object([req("matchLabels", map(1..=64, label_value()))])),
        req("targetPorts", ports),
        opt("appProtocol", text_of(&["http", "kubernetes.io/h2c"])),
        opt("endpointPickerRef", picker),
    ];
    spec(req("spec", object(fields)))
});

pub(super) static V1ALPHA2: LazyLock<Schema> = LazyLock::new(|| {
    early(object([
        opt("group", group()),
        opt("kind", kind()),
        req("name", object_name()),
        opt("portNumber", port()),
        opt("failureMode", failure_mode()),
    ]))
});

pub(super) static V1ALPHA1: LazyLock<Schema> = LazyLock::new(|| {
    early(object([
        opt("group", string()),
        opt("kind", string()),
        req("name", string()),
        opt("targetPortNumber", port()),
        opt("failureMode", failure_mode()),
    ]))
});

fn early(extension: Schema) -> Schema {
    let fields = [
        req("selector", map(0..=usize::MAX, label_value())),
        req("targetPortNumber", port()),
        req("extensionRef", extension),
    ];
    spec(opt("spec", object(fields)))
}

fn failure_mode() -> Schema {
    text_of(&["FailOpen", "FailClose"])
}

fn label_value() -> Schema {
    text_like(0..=63, &LABEL_VALUE)
}
