//! Scorers and filters that keep a session on its endpoint.

use super::super::plugin_type::{Build, Effect, Interface, PluginType};
use crate::manifest::{Code, Section};
use crate::plan::{Filter, Scorer, Session};
use crate::units::Nanos;

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new(
        "session-affinity-scorer",
        &[Interface::Scorer],
        Effect::Decides,
        Build::Reads(|p| Scorer::SessionAffinity(session(p)).into()),
    ),
    PluginType::new(
        "session-affinity-filter",
        &[Interface::Filter],
        Effect::Decides,
        Build::Reads(|p| Filter::SessionAffinity(session(p)).into()),
    ),
    PluginType::new(
        "multicluster-session-affinity-filter",
        &[Interface::Filter],
        Effect::Decides,
        Build::Reads(|p| Filter::SessionAffinity(session(p)).into()),
    ),
];

fn session(parameters: &Section<'_>) -> Session {
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
    let encoded_header = encoded.name("header");
    encoded.close();
    let by_id = parameters.section("sessionIdConfig");
    let is_by_id = strategy == "session_id";
    let mut headers = Vec::new();
    let sources = by_id.sections("sources");
    for source in &sources {
        let (header, attribute) = (source.name("header"), source.name("attribute"));
        _ = source.text("producer");
        let is_one = header.is_some() != attribute.is_some();
        source.require(
            !is_by_id || is_one,
            "",
            "one of header and attribute is needed",
            "write one of the two",
        );
        headers.extend(header);
        source.close();
    }
    if is_by_id && sources.len() > headers.len().min(1) {
        let message = "sessions are told apart by one header, the first; other sources are passed over";
        parameters.say(Code::NotDone, "sessionIdConfig.sources", message, "write one source with a header");
    }
    // 0 stands for the default.
    let seconds = |field| {
        let seconds = by_id.number(field).unwrap_or_default();
        let help = "write seconds, or leave the field out";
        by_id.require(!is_by_id || seconds >= 0.0, field, "a time is above 0", help);
        seconds
    };
    let (keep, _) = (seconds("evictionTtlSeconds"), seconds("evictionSweepSeconds"));
    by_id.close();
    if !is_by_id {
        return encoded_header.map_or_else(Session::encoded_endpoint, |header| Session::EncodedEndpoint {
            header: header.to_owned(),
        });
    }
    let keep = if keep > 0.0 { keep } else { 300.0 };
    #[expect(
        clippy::as_conversions,
        reason = "a cast of a float saturates; a fraction of a nanosecond is nothing"
    )]
    let keep = Nanos::new((keep * 1e9) as u64);
    Session::Id { header: headers.first().copied().unwrap_or("x-session-id").to_owned(), keep }
}
