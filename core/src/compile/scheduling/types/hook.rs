//! What happens to requests and responses around a decision.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::{Section, Shape};

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new(
        "agent-identity",
        &[Interface::RequestHook],
        Effect::Host("the host says whose request it is"),
        Build::Shape(&[("additionalSessionHeaders", Shape::Texts)]),
    ),
    PluginType::new(
        "request-attribute-reporter",
        &[Interface::ResponseHook],
        Effect::Host("the host reads responses"),
        Build::Reads(reporter),
    ),
    PluginType::new(
        "destination-endpoint-served-verifier",
        &[Interface::ResponseHook],
        Effect::Host("the host reads responses"),
        Build::Ignored,
    ),
];

/// Expressions are not compiled: that takes a CEL compiler.
fn reporter(parameters: &Section<'_>) -> Parts {
    let attributes = parameters.sections("attributes");
    parameters.require(attributes.len() == 1, "attributes", "exactly one attribute is needed", "write one");
    for attribute in attributes {
        let key = attribute.section("key");
        _ = key.text("namespace");
        if key.name("name").is_none() {
            attribute.lacks("key.name", "write the name to report under");
        }
        key.close();
        if attribute.name("expression").is_none() {
            attribute.lacks("expression", "write a CEL expression over usage");
        }
        _ = attribute.text("condition");
        attribute.close();
    }
    Parts::default()
}
