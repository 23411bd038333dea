//! Scorers and filters by what is known of an endpoint beside its load: attributes, place, labels, length of context.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::{Section, Shape};

const PLACES: Effect = Effect::NotDone("endpoints are not compared by their place");
const ATTRIBUTES: Effect = Effect::NotDone("endpoints are not compared by reported attributes");

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("endpoint-attribute-scorer", &[Interface::Scorer], ATTRIBUTES, Build::Reads(scorer)),
    PluginType::new("endpoint-attribute-filter", &[Interface::Filter], ATTRIBUTES, Build::Reads(filter)),
    PluginType::new(
        "topology-affinity-scorer",
        &[Interface::Scorer],
        PLACES,
        Build::Shape(&[("topologyProducerName", Shape::Text)]),
    ),
    PluginType::new("topology-affinity-filter", &[Interface::Filter], PLACES, Build::Reads(topology)),
    PluginType::new(
        "header-label-affinity-scorer",
        &[Interface::Scorer],
        Effect::NotDone("endpoints are not rated by a header of the request"),
        Build::Reads(header_label),
    ),
    PluginType::new(
        "context-length-aware",
        &[Interface::Scorer, Interface::Filter],
        Effect::NotDone("endpoints are not compared by length of context"),
        Build::Reads(context_length),
    ),
    PluginType::new(
        "lora-affinity-scorer",
        &[Interface::Scorer],
        Effect::NotDone("endpoints are not rated by their adapters"),
        Build::Ignored,
    ),
];

/// The attribute that a field names; one with a producer inside needs the field `producer`.
fn attribute(parameters: &Section<'_>, field: &'static str) {
    let producer = parameters.text("producer");
    let Some(name) = parameters.name(field) else {
        return parameters.lacks(field, "write the name of the attribute");
    };
    let message = "the attribute and its producer are fields of their own";
    let help = format!("write the part after the last `/` as producer, or a producer beside {field}");
    if producer.is_none() && name.contains('/') {
        parameters.refuse(field, message, help);
    }
}

fn scorer(parameters: &Section<'_>) -> Parts {
    attribute(parameters, "attributeKey");
    let algorithm = parameters.section("algorithm");
    let is_known =
        matches!(algorithm.text("type"), Some("linear_lower_is_better" | "linear_higher_is_better"));
    let help = "write linear_lower_is_better or linear_higher_is_better";
    parameters.require(is_known, "algorithm.type", "this is not an algorithm", help);
    let normalization = algorithm.section("normalization");
    let (fixed, adaptive) = (normalization.section("fixedRange"), normalization.section("adaptiveRange"));
    let is_one = !(fixed.is_there() && adaptive.is_there());
    normalization.require(
        is_one,
        "",
        "fixedRange and adaptiveRange stand side by side",
        "keep one of the two",
    );
    let (min, max) = (fixed.number("min").unwrap_or_default(), fixed.number("max").unwrap_or_default());
    fixed.require(
        !fixed.is_there() || min < max,
        "",
        "min is not below max",
        "write a range from min to max",
    );
    [&fixed, &adaptive, &normalization, &algorithm].into_iter().for_each(Section::close);
    Parts::default()
}

fn filter(parameters: &Section<'_>) -> Parts {
    attribute(parameters, "attribute");
    let missing = parameters.text("onMissing").unwrap_or_default();
    let is_known = matches!(missing, "" | "Pass" | "Fail");
    parameters.require(
        is_known,
        "onMissing",
        "this is not a way to treat what is missing",
        "write Pass or Fail",
    );
    _ = parameters.flag("fallbackOnEmpty");
    let algorithm = parameters.section("algorithm");
    let is_threshold = algorithm.text("type") == Some("threshold");
    parameters.require(is_threshold, "algorithm.type", "this is not an algorithm", "write threshold");
    let threshold = algorithm.section("threshold");
    if !threshold.is_there() {
        algorithm.lacks("threshold", "write {operator: LessThan, value: 0.8}");
    }
    let operator = threshold.text("operator").unwrap_or_default();
    let is_known = OPERATORS.contains(&operator) || !threshold.is_there();
    let help = format!("write one of {}", OPERATORS.join(", "));
    threshold.require(is_known, "operator", "this is not an operator", &help);
    _ = threshold.number("value");
    threshold.close();
    algorithm.close();
    Parts::default()
}

const OPERATORS: &[&str] =
    &["LessThan", "LessThanOrEqual", "GreaterThan", "GreaterThanOrEqual", "Equal", "NotEqual"];

fn topology(parameters: &Section<'_>) -> Parts {
    let level = parameters.text("minAffinity").unwrap_or_default();
    let is_known = matches!(level, "" | "host" | "rack" | "zone" | "region");
    parameters.require(is_known, "minAffinity", "this is not a place", "write host, rack, zone or region");
    _ = parameters.text("topologyProducerName");
    Parts::default()
}

fn header_label(parameters: &Section<'_>) -> Parts {
    for field in ["headerName", "labelKey"] {
        if parameters.name(field).is_none() {
            parameters.lacks(field, "write the header and the label whose values shall be equal");
        }
    }
    Parts::default()
}

fn context_length(parameters: &Section<'_>) -> Parts {
    let label = parameters.text("label").unwrap_or("llm-d.ai/context-length-range");
    parameters.require(
        !label.is_empty(),
        "label",
        "a label has a key",
        "write the key, or leave the field out",
    );
    _ = parameters.flag("enableFiltering");
    Parts::default()
}
