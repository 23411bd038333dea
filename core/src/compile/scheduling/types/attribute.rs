//! Scorers and filters by what is known of an endpoint beside its load: attributes, place, labels, length of context.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::Section;
use crate::plan::{
    AttributeFilter, Comparison, Filter, LoraFormula, Normalization, Scorer, TopologyLabels, TopologyLevel,
};

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("endpoint-attribute-scorer", &[Interface::Scorer], Effect::Decides, Build::Reads(scorer)),
    PluginType::new("endpoint-attribute-filter", &[Interface::Filter], Effect::Decides, Build::Reads(filter)),
    PluginType::new(
        "topology-affinity-scorer",
        &[Interface::Scorer],
        Effect::Decides,
        Build::Reads(topology_scorer),
    ),
    PluginType::new(
        "topology-affinity-filter",
        &[Interface::Filter],
        Effect::Decides,
        Build::Reads(topology),
    ),
    PluginType::new(
        "header-label-affinity-scorer",
        &[Interface::Scorer],
        Effect::Decides,
        Build::Reads(header_label),
    ),
    PluginType::new(
        "context-length-aware",
        &[Interface::Scorer, Interface::Filter],
        Effect::Decides,
        Build::Reads(context_length),
    ),
    PluginType::new("lora-affinity-scorer", &[Interface::Scorer], Effect::Decides, Build::Reads(lora)),
];

/// The attribute that a field names; one with a producer inside needs the field `producer`.
fn attribute(parameters: &Section<'_>, field: &'static str) -> String {
    let producer = parameters.text("producer");
    let Some(name) = parameters.name(field) else {
        parameters.lacks(field, "write the name of the attribute");
        return String::new();
    };
    let message = "the attribute and its producer are fields of their own";
    let help = format!("write the part after the last `/` as producer, or a producer beside {field}");
    if producer.is_none() && name.contains('/') {
        parameters.refuse(field, message, help);
    }
    name.to_owned()
}

fn scorer(parameters: &Section<'_>) -> Parts {
    let attribute = attribute(parameters, "attributeKey");
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
    let normalization =
        if fixed.is_there() { Normalization::Fixed { min, max } } else { Normalization::Adaptive };
    let less_is_better = algorithm.text("type") == Some("linear_lower_is_better");
    Scorer::EndpointAttribute { attribute, less_is_better, normalization }.into()
}

fn filter(parameters: &Section<'_>) -> Parts {
    let attribute = attribute(parameters, "attribute");
    let missing = parameters.text("onMissing").unwrap_or_default();
    let is_known = matches!(missing, "" | "Pass" | "Fail");
    parameters.require(
        is_known,
        "onMissing",
        "this is not a way to treat what is missing",
        "write Pass or Fail",
    );
    let fallback_on_empty = parameters.flag("fallbackOnEmpty").unwrap_or(false);
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
    let value = threshold.number("value").unwrap_or_default();
    threshold.close();
    algorithm.close();
    let comparison = match operator {
        "LessThan" => Comparison::Less,
        "LessThanOrEqual" => Comparison::LessOrEqual,
        "GreaterThan" => Comparison::Greater,
        "GreaterThanOrEqual" => Comparison::GreaterOrEqual,
        "NotEqual" => Comparison::NotEqual,
        _ => Comparison::Equal,
    };
    let keep_missing = missing != "Fail";
    Filter::EndpointAttribute(AttributeFilter {
        attribute,
        comparison,
        value,
        keep_missing,
        fallback_on_empty,
    })
    .into()
}

const OPERATORS: &[&str] =
    &["LessThan", "LessThanOrEqual", "GreaterThan", "GreaterThanOrEqual", "Equal", "NotEqual"];

fn topology(parameters: &Section<'_>) -> Parts {
    let level = parameters.text("minAffinity").unwrap_or_default();
    let is_known = matches!(level, "" | "host" | "rack" | "zone" | "region");
    parameters.require(is_known, "minAffinity", "this is not a place", "write host, rack, zone or region");
    _ = parameters.text("topologyProducerName");
    let closest = match level {
        "rack" => TopologyLevel::Rack,
        "zone" => TopologyLevel::Zone,
        "region" => TopologyLevel::Region,
        _ => TopologyLevel::Host,
    };
    Filter::TopologyAffinity { closest, labels: TopologyLabels::default() }.into()
}

fn topology_scorer(parameters: &Section<'_>) -> Parts {
    _ = parameters.text("topologyProducerName");
    Scorer::TopologyAffinity(TopologyLabels::default()).into()
}

fn lora(parameters: &Section<'_>) -> Parts {
    parameters.leave_open();
    Scorer::LoraAffinity(LoraFormula::Upstream).into()
}

fn header_label(parameters: &Section<'_>) -> Parts {
    for field in ["headerName", "labelKey"] {
        if parameters.name(field).is_none() {
            parameters.lacks(field, "write the header and the label whose values shall be equal");
        }
    }
    let text = |field| parameters.text(field).unwrap_or_default().to_owned();
    let header = text("headerName").to_ascii_lowercase();
    Scorer::HeaderLabelAffinity { header, label: text("labelKey") }.into()
}

fn context_length(parameters: &Section<'_>) -> Parts {
    let label = parameters.text("label").unwrap_or("llm-d.ai/context-length-range");
    parameters.require(
        !label.is_empty(),
        "label",
        "a label has a key",
        "write the key, or leave the field out",
    );
    let label = label.to_owned();
    let filters = parameters.flag("enableFiltering").unwrap_or(false);
    let filter = filters.then(|| Filter::ContextLength { label: label.clone() });
    Parts { filter, ..Parts::from(Scorer::ContextLength { label }) }
}
