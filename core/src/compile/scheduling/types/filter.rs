//! Filters by labels and load.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::{Code, LabelSelector, Operator, Section};
use crate::plan::{Filter, LoadLimit, LoadMetric, Role};

const FILTER: &[Interface] = &[Interface::Filter];

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("label-selector-filter", FILTER, Effect::Decides, Build::Reads(selector)),
    PluginType::new("by-label-selector", FILTER, Effect::Decides, Build::Reads(selector))
        .deprecated("label-selector-filter"),
    PluginType::new("by-label", FILTER, Effect::Decides, Build::Reads(by_label))
        .deprecated("label-selector-filter"),
    PluginType::new("decode-filter", FILTER, Effect::Decides, Build::Reads(|p| role(p, Role::Decode))),
    PluginType::new("prefill-filter", FILTER, Effect::Decides, Build::Reads(|p| role(p, Role::Prefill))),
    PluginType::new("encode-filter", FILTER, Effect::Decides, Build::Reads(|p| role(p, Role::Encode))),
    PluginType::new("utilization-filter", FILTER, Effect::Decides, Build::Reads(utilization)),
    PluginType::new("header-based-testing-filter", FILTER, Effect::Decides, Build::Reads(testing)),
];

fn selector(parameters: &Section<'_>) -> Parts {
    let mut selector = LabelSelector::default();
    for (key, value) in parameters.pairs("matchLabels") {
        selector = selector.label(key, value);
    }
    for expression in parameters.sections("matchExpressions") {
        let operator = match expression.text("operator") {
            Some("In") => Operator::In,
            Some("NotIn") => Operator::NotIn,
            Some("Exists") => Operator::Exists,
            Some("DoesNotExist") => Operator::DoesNotExist,
            _ => Operator::Unknown,
        };
        let values = expression.texts("values");
        let help = "write In, NotIn, Exists or DoesNotExist";
        expression.require(operator != Operator::Unknown, "operator", "this is not an operator", help);
        let is_set = matches!(operator, Operator::In | Operator::NotIn);
        expression.require(
            is_set != values.is_empty(),
            "values",
            "In and NotIn need values, other operators have none",
            help,
        );
        selector = selector.expression(expression.text("key").unwrap_or_default(), operator, &values);
        expression.close();
    }
    Filter::LabelSelector(selector).into()
}

fn by_label(parameters: &Section<'_>) -> Parts {
    let label = parameters.name("label");
    if label.is_none() {
        parameters.lacks("label", "write the key of the label to look at");
    }
    let values: Vec<String> = parameters.texts("validValues").into_iter().map(str::to_owned).collect();
    let allow_missing = parameters.flag("allowsNoLabel").unwrap_or(false);
    if values.is_empty() && !allow_missing {
        parameters.lacks(
            "validValues",
            "list the values that stay, or let endpoints without the label stay with allowsNoLabel: true",
        );
    }
    Filter::ByLabel { label: label.unwrap_or_default().to_owned(), values, allow_missing }.into()
}

fn role(parameters: &Section<'_>, role: Role) -> Parts {
    parameters.leave_open();
    Filter::Role(role).into()
}

/// Upstream has no parameters and looks at none. A header that any client may send counts for nothing unless someone says that no client can.
fn testing(parameters: &Section<'_>) -> Parts {
    let trusted = parameters.flag("trusted").unwrap_or(false);
    if !trusted {
        let message = "a client may not choose its endpoint by a header: everyone stays";
        let help = "write trusted: true where the gateway removes `test-epp-endpoint-selection` from what clients send";
        parameters.say(Code::NotDone, "trusted", message, help);
    }
    parameters.leave_open();
    Filter::HeaderBasedTesting { header: "test-epp-endpoint-selection".to_owned(), trusted }.into()
}

fn utilization(parameters: &Section<'_>) -> Parts {
    let conditions = parameters.sections("conditions");
    if conditions.is_empty() {
        parameters
            .lacks("conditions", "write at least one, for example {metric: waiting-queue, maxValue: 5}");
    }
    let limits = conditions.iter().filter_map(limit).collect();
    let fallback_on_empty = parameters.flag("fallbackOnEmpty").unwrap_or(false);
    _ = parameters.text("inFlightLoadProducerName");
    Filter::Utilization { limits, fallback_on_empty }.into()
}

fn limit(condition: &Section<'_>) -> Option<LoadLimit> {
    let metric = match condition.text("metric") {
        Some("active-requests") => Some(LoadMetric::ActiveRequests),
        Some("running-requests") => Some(LoadMetric::RunningRequests),
        Some("waiting-queue") => Some(LoadMetric::WaitingQueue),
        Some("kv-cache-utilization") => Some(LoadMetric::KvCacheUtilization),
        _ => None,
    };
    let help = "write active-requests, running-requests, waiting-queue or kv-cache-utilization";
    condition.require(metric.is_some(), "metric", "this is not a metric", help);
    if condition.get("maxValue").is_none() {
        condition.lacks("maxValue", "write the most that an endpoint may have");
    }
    let max = condition.number("maxValue");
    condition.close();
    let max = max?;
    let most = if metric == Some(LoadMetric::KvCacheUtilization) { 1.0 } else { f64::MAX };
    let message = "a limit is not negative, and a share of the KV cache at most 1";
    condition.require(
        (0.0..=most).contains(&max),
        "maxValue",
        message,
        "write 0 or more, for a share 0 to 1",
    );
    Some(LoadLimit { metric: metric?, max })
}
