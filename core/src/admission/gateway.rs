//! Gateway: listeners, addresses and what its infrastructure is given. Of an address that is no IP address the API server says more than one thing;
//! one of them is kept.

use std::net::IpAddr;
use std::sync::LazyLock;

use super::fields::{
    group, hostname, kind, local_reference, namespace, object_name, port, secret_reference, section_name,
    spec,
};
use super::patterns::{ADDRESS_TYPE, HOSTNAME, LABEL_VALUE, PREFIXED_NAME, PROTOCOL};
use super::probe::{distinct, field, has, items, keys, text, text_or, whole};
use super::schema::{
    Schema, list, list_by, map, object, opt, req, string, text as length, text_like, text_of, with,
};
use crate::manifest::Node;

pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let fields = [
        req("gatewayClassName", object_name()),
        req("listeners", listeners()),
        opt("addresses", addresses()),
        opt("infrastructure", infrastructure()),
        opt(
            "allowedListeners",
            object([opt("namespaces", namespaces(&["All", "Selector", "Same", "None"]))]),
        ),
        opt("tls", tls()),
        opt("defaultScope", text_of(&["All", "None"])),
    ];
    spec(req("spec", object(fields)))
});

fn listeners() -> Schema {
    let kinds = object([opt("group", group()), req("kind", kind())]);
    let allowed = object([
        opt("namespaces", namespaces(&["All", "Selector", "Same"])),
        opt("kinds", list(0..=8, kinds)),
    ]);
    let tls = object([
        opt("mode", text_of(&["Terminate", "Passthrough"])),
        opt("certificateRefs", list(0..=64, secret_reference())),
        opt("options", map(0..=16, length(0..=4_096))),
    ])
    .rule("certificateRefs or options must be specified when mode is Terminate", |tls| {
        text_or(tls, "mode", "Terminate") != "Terminate"
            || !items(tls, "certificateRefs").is_empty()
            || field(tls, "options").is_some_and(|options| keys(options).next().is_some())
    });
    let listener = object([
        req("name", section_name()),
        opt("hostname", hostname()),
        req("port", port()),
        req("protocol", text_like(1..=255, &PROTOCOL)),
        opt("tls", tls),
        opt("allowedRoutes", allowed),
    ]);
    let each = |listeners: &Node, holds: fn(&Node) -> bool| listeners.items().iter().all(holds);
    list_by("name", 1..=64, listener)
        .rule("tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']", move |listeners| {
            each(listeners, |one| !speaks(one, &["HTTP", "TCP", "UDP"]) || !has(one, "tls"))
        })
        .rule("tls mode must be Terminate for protocol HTTPS", move |listeners| {
            each(listeners, |one| {
                let mode = field(one, "tls").map(|tls| text_or(tls, "mode", "Terminate"));
                !speaks(one, &["HTTPS"]) || mode.is_none_or(|mode| mode == "Terminate")
            })
        })
        .rule("tls mode must be set for protocol TLS", move |listeners| {
            each(listeners, |one| !speaks(one, &["TLS"]) || has(one, "tls"))
        })
        .rule("hostname must not be specified for protocols ['TCP', 'UDP']", move |listeners| {
            each(listeners, |one| !speaks(one, &["TCP", "UDP"]) || !has(one, "hostname"))
        })
        .rule("Listener name must be unique within the Gateway", |listeners| {
            distinct(listeners.items().iter().filter_map(|one| text(one, "name")))
        })
        .rule("Combination of port, protocol and hostname must be unique for each listener", |listeners| {
            let place = |one| Some((whole(one, "port")?, text(one, "protocol")?, text(one, "hostname")));
            distinct(listeners.items().iter().filter_map(place))
        })
}

fn speaks(listener: &Node, protocols: &[&str]) -> bool {
    text(listener, "protocol").is_some_and(|protocol| protocols.contains(&protocol))
}

fn namespaces(from: &'static [&'static str]) -> Schema {
    let expression = object([
        req("key", string()),
        req("operator", string()),
        opt("values", list(0..=usize::MAX, string())),
    ]);
    let selector = object([
        opt("matchLabels", map(0..=usize::MAX, string())),
        opt("matchExpressions", list(0..=usize::MAX, expression)),
    ]);
    object([opt("from", text_of(from)), opt("selector", selector)])
}

fn addresses() -> Schema {
    let is = |address: &Node, kind: &str| text_or(address, "type", "IPAddress") == kind;
    let address = object([opt("type", text_like(1..=253, &ADDRESS_TYPE)), opt("value", length(0..=253))])
        .rule("must validate one and only one schema (oneOf). Found none valid", move |address| {
            !is(address, "IPAddress")
                || text(address, "value").is_none_or(|value| value.parse::<IpAddr>().is_ok())
        })
        .rule(
            format!(
                "Hostname value must be empty or contain only valid characters (matching {})",
                HOSTNAME.text
            ),
            move |address| {
                !is(address, "Hostname") || text(address, "value").is_none_or(|value| HOSTNAME.finds(value))
            },
        );
    ["IPAddress", "Hostname"].into_iter().fold(list(0..=16, address), |addresses, kind| {
        addresses.rule(format!("{kind} values must be unique"), move |addresses| {
            let of_kind = addresses.items().iter().filter(|address| is(address, kind));
            distinct(of_kind.filter_map(|address| text(address, "value")))
        })
    })
}

fn infrastructure() -> Schema {
    let named = |what: &str, labels: Schema| {
        let lower = what.to_lowercase();
        labels
            .rule(
                format!("{what} keys must be in the form of an optional DNS subdomain prefix followed by a required name segment of up to 63 characters."),
                |labels| keys(labels).all(|key| PREFIXED_NAME.finds(key)),
            )
            .rule(
                format!("If specified, the {lower} key's prefix must be a DNS subdomain not longer than 253 characters in total."),
                |labels| keys(labels).all(|key| key.split('/').next().is_none_or(|prefix| prefix.len() < 253)),
            )
    };
    object([
        opt("labels", named("Label", map(0..=8, text_like(0..=63, &LABEL_VALUE)))),
        opt("annotations", named("Annotation", map(0..=16, length(0..=4_096)))),
        opt("parametersRef", object(local_reference())),
    ])
}

fn tls() -> Schema {
    let validation = || {
        let authority = object(with(local_reference(), [opt("namespace", namespace())]));
        let modes = &["AllowValidOnly", "AllowInsecureFallback"];
        let fields = [req("caCertificateRefs", list(1..=16, authority)), opt("mode", text_of(modes))];
        object([opt("validation", object(fields))])
    };
    let per_port = list_by("port", 0..=64, object([req("port", port()), req("tls", validation())]))
        .rule("Port for TLS configuration must be unique within the Gateway", |ports| {
            distinct(ports.items().iter().filter_map(|one| whole(one, "port")))
        });
    let frontend = object([req("default", validation()), opt("perPort", per_port)]);
    object([
        opt("backend", object([opt("clientCertificateRef", secret_reference())])),
        opt("frontend", frontend),
    ])
}
