//! Profile handlers: which profiles run for a request.

use super::super::plugin_type::{Build, Effect, HandlerPart, Interface, Need, Parts, PluginType, Stages};
use crate::manifest::{Code, Section};
use crate::plan::StageOrder;
use crate::units::port;

const HANDLER: &[Interface] = &[Interface::ProfileHandler];

const HEADERS: Effect =
    Effect::Host("the decision names the endpoints to prefill and encode on; the host sends them on");

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("single-profile-handler", HANDLER, Effect::Decides, Build::Reads(single)),
    PluginType::new("header-profile-handler", HANDLER, Effect::Decides, Build::Reads(header)),
    PluginType::new("disagg-profile-handler", HANDLER, Effect::Decides, Build::Reads(stages)),
    PluginType::new("data-parallel-profile-handler", HANDLER, Effect::Decides, Build::Reads(data_parallel))
        .deprecated("single-profile-handler"),
    PluginType::new("pd-profile-handler", HANDLER, Effect::Decides, Build::Reads(prefill_decode))
        .deprecated("disagg-profile-handler"),
    PluginType::new("disagg-headers-handler", &[Interface::RequestHook], HEADERS, Build::Reads(headers))
        .deprecated("disagg-profile-handler"),
    PluginType::new("prefill-header-handler", &[Interface::RequestHook], HEADERS, Build::Reads(headers))
        .deprecated("disagg-profile-handler"),
];

fn single(parameters: &Section<'_>) -> Parts {
    parameters.leave_open();
    HandlerPart::Single.into()
}

fn header(parameters: &Section<'_>) -> Parts {
    let text = |field| parameters.text(field).map(str::trim).filter(|text| !text.is_empty());
    let header = text("headerName").unwrap_or("EPP-Profile").to_ascii_lowercase();
    HandlerPart::Header { header, default: text("defaultProfile").unwrap_or("decode").to_owned() }.into()
}

fn data_parallel(parameters: &Section<'_>) -> Parts {
    let primary_port = primary_port(parameters).unwrap_or(8000);
    HandlerPart::DataParallel { primary_port }.into()
}

/// A port; 0 is none.
fn primary_port(parameters: &Section<'_>) -> Option<u16> {
    let number = parameters.int("primaryPort")?;
    let found = port(number);
    parameters.require(
        found.is_some() || number == 0,
        "primaryPort",
        "a port is 1 to 65535",
        "write the port that requests go to",
    );
    found
}

/// Flat fields of earlier releases, with what takes their place. The later of two that mean the same counts.
const FLAT: &[(&str, &str)] = &[
    ("decodeProfile", "profiles.decode"),
    ("prefillProfile", "profiles.prefill"),
    ("encodeProfile", "profiles.encode"),
    ("deciderPluginName", "deciders.prefill"),
    ("prefillDeciderPluginName", "deciders.prefill"),
    ("encodeDeciderPluginName", "deciders.encode"),
];

fn stages(parameters: &Section<'_>) -> Parts {
    let is_flat = FLAT.iter().any(|(flat, _)| parameters.get(flat).is_some());
    let is_nested = ["profiles", "deciders"].iter().any(|nested| parameters.get(nested).is_some());
    if is_flat && is_nested {
        let help = "write profiles and deciders only";
        parameters.refuse("", "flat and nested fields stand side by side", help);
    }
    let (profiles, deciders) = (parameters.section("profiles"), parameters.section("deciders"));
    let nested = |path: &str| match path {
        "profiles.decode" => profiles.name("decode"),
        "profiles.prefill" => profiles.name("prefill"),
        "profiles.encode" => profiles.name("encode"),
        "deciders.prefill" => deciders.name("prefill"),
        _ => deciders.name("encode"),
    };
    let value = |path: &'static str| {
        let mut found = nested(path).map(|name| (name.to_owned(), parameters.at(path)));
        for (flat, _) in FLAT.iter().filter(|(_, instead)| *instead == path) {
            if let Some(name) = parameters.name(flat) {
                let message = format!("`{flat}` is deprecated");
                parameters.say(Code::Deprecated, flat, message, format!("write it as `{path}`"));
                found = Some((name.to_owned(), parameters.at(flat)));
            }
        }
        found
    };
    let profile = |path, default: &str| value(path).map_or_else(|| default.to_owned(), |(name, _)| name);
    let (decode, prefill, encode) = (
        profile("profiles.decode", "decode"),
        profile("profiles.prefill", "prefill"),
        profile("profiles.encode", "encode"),
    );
    let (prefill_decider, encode_decider) = (value("deciders.prefill"), value("deciders.encode"));
    profiles.close();
    deciders.close();
    let order = stage_order(parameters);
    if order == StageOrder::PrefillFirst && prefill_decider.is_some() {
        let help =
            "remove the decider, or decode first: it looks at the endpoint that was chosen to decode on";
        parameters.refuse("stageOrder", "prefill-first goes without a decider of prefill", help);
    }
    let need = |decider: &Option<(String, String)>| {
        let (plugin, path) = decider.clone()?;
        Some(Need { plugin, interface: Interface::Decider, path })
    };
    let needs = [need(&prefill_decider), need(&encode_decider)].into_iter().flatten().collect();
    let name = |decider: Option<(String, String)>| decider.map(|(name, _)| name);
    let stages = Stages {
        decode,
        prefill,
        encode,
        prefill_decider: name(prefill_decider),
        encode_decider: name(encode_decider),
        order,
    };
    Parts { handler: Some(HandlerPart::Stages(stages)), needs, ..Parts::default() }
}

/// `-` and `_` and the case of letters do not count. `joint` is ours.
fn stage_order(parameters: &Section<'_>) -> StageOrder {
    let Some(order) = parameters.text("stageOrder") else { return StageOrder::DecodeFirst };
    let order: String = order.chars().filter(|c| !matches!(c, '-' | '_')).collect();
    let order = order.to_ascii_lowercase();
    let known = match order.as_str() {
        "" | "decode" | "decodefirst" => Some(StageOrder::DecodeFirst),
        "prefill" | "prefillfirst" => Some(StageOrder::PrefillFirst),
        "joint" => Some(StageOrder::Joint),
        _ => None,
    };
    parameters.require(
        known.is_some(),
        "stageOrder",
        "this is not an order of stages",
        "write decode-first, prefill-first or joint",
    );
    known.unwrap_or_default()
}

fn prefill_decode(parameters: &Section<'_>) -> Parts {
    let profile = |field, default: &str| parameters.text(field).unwrap_or(default).to_owned();
    let (decode, prefill) = (profile("decodeProfile", "decode"), profile("prefillProfile", "prefill"));
    let decider = parameters.text("deciderPluginName").unwrap_or("prefix-based-pd-decider").to_owned();
    if decider.is_empty() {
        parameters.refuse(
            "deciderPluginName",
            "a decider is needed",
            "name a plugin, or leave the field out",
        );
    }
    _ = parameters.text("prefixMatchInfoProducerName");
    if primary_port(parameters).is_some() {
        let message = "the port is passed over: requests go to the endpoint that was chosen";
        parameters.say(
            Code::NotDone,
            "primaryPort",
            message,
            "use data-parallel-profile-handler to send them to one port",
        );
    }
    let mut needs = vec![Need {
        plugin: decider.clone(),
        interface: Interface::Decider,
        path: parameters.at("deciderPluginName"),
    }];
    // The type is the plugin's name where no name is given.
    let prefix = parameters.name("prefixPluginName").map(|name| (name, "prefixPluginName"));
    let by_type = parameters.name("prefixPluginType").map(|name| (name, "prefixPluginType"));
    if let Some((name, field)) = prefix.or(by_type) {
        needs.push(Need {
            plugin: name.to_owned(),
            interface: Interface::Scorer,
            path: parameters.at(field),
        });
    }
    let stages = Stages {
        decode,
        prefill,
        encode: String::new(),
        prefill_decider: Some(decider),
        encode_decider: None,
        order: StageOrder::DecodeFirst,
    };
    Parts { handler: Some(HandlerPart::Stages(stages)), needs, ..Parts::default() }
}

fn headers(parameters: &Section<'_>) -> Parts {
    for field in ["prefillProfile", "encodeProfile"] {
        _ = parameters.text(field);
    }
    Parts::default()
}
