//! Scorers and filters that keep a session on its endpoint.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::Section;

const SESSIONS: Effect = Effect::NotDone("sessions are not kept on their endpoints");

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("session-affinity-scorer", &[Interface::Scorer], SESSIONS, Build::Reads(session)),
    PluginType::new("session-affinity-filter", &[Interface::Filter], SESSIONS, Build::Reads(session)),
    PluginType::new(
        "multicluster-session-affinity-filter",
        &[Interface::Filter],
        SESSIONS,
        Build::Reads(session),
    ),
];

fn session(parameters: &Section<'_>) -> Parts {
    let strategy = parameters.text("strategy").unwrap_or("encoded_endpoint_header");
    let is_known = matches!(strategy, "encoded_endpoint_header" | "session_id");
    parameters.require(
        is_known,
        "strategy",
        "this is not a strategy",
        "write encoded_endpoint_header or session_id",
    );
    _ = parameters.text("profileName");
    let encoded = parameters.section("encodedEndpointHeaderConfig");
    _ = encoded.text("header");
    encoded.close();
    let by_id = parameters.section("sessionIdConfig");
    let checked = strategy == "session_id";
    for source in by_id.sections("sources") {
        let (header, attribute) = (source.name("header"), source.name("attribute"));
        _ = source.text("producer");
        let is_one = header.is_some() != attribute.is_some();
        source.require(
            !checked || is_one,
            "",
            "one of header and attribute is needed",
            "write one of the two",
        );
        source.close();
    }
    for field in ["evictionTtlSeconds", "evictionSweepSeconds"] {
        // 0 stands for the default.
        let seconds = by_id.number(field).unwrap_or_default();
        by_id.require(
            !checked || seconds >= 0.0,
            field,
            "a time is above 0",
            "write seconds, or leave the field out",
        );
    }
    by_id.close();
    Parts::default()
}
