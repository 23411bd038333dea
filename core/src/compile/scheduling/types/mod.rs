//! All types of plugins that releases of the Inference Extension and of llm-d-router register, by family, and those of our own.

mod added;
mod admission;
mod attribute;
mod completion;
mod data;
mod decider;
pub(super) mod detector;
mod filter;
mod handler;
mod hook;
mod latency;
mod parser;
mod picker;
mod policy;
mod prefix;
mod prefix_index;
mod producer;
mod scorer;
mod session;
mod tokens;
mod tree;

use super::plugin_type::{Build, Effect, Interface, PluginType};

/// A scorer of the host's own, whatever its name.
pub(super) static OWN_SCORER: PluginType =
    PluginType::new("", &[Interface::Scorer], Effect::Decides, Build::Shape(&[]));

const FAMILIES: &[&[PluginType]] = &[
    handler::TYPES,
    decider::TYPES,
    filter::TYPES,
    tree::TYPES,
    scorer::TYPES,
    prefix::TYPES,
    session::TYPES,
    attribute::TYPES,
    latency::TYPES,
    picker::TYPES,
    detector::TYPES,
    admission::TYPES,
    policy::TYPES,
    prefix_index::TYPES,
    producer::TYPES,
    tokens::TYPES,
    data::TYPES,
    parser::TYPES,
    hook::TYPES,
    added::TYPES,
];

/// Every type, in the order of the documentation.
pub(super) fn all() -> impl Iterator<Item = &'static PluginType> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// The type of that name.
pub(super) fn find(name: &str) -> Option<&'static PluginType> {
    all().find(|each| each.name == name)
}
