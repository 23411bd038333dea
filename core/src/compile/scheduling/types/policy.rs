//! Policies of the queues of flow control, which the host runs.

use super::super::plugin_type::{Build, Effect, Interface, Parts, PluginType};
use crate::manifest::{Section, Shape};

const QUEUES: Effect = Effect::Host("queues are the host's; a decision never waits");

pub(super) const TYPES: &[PluginType] = &[
    PluginType::new("fcfs-ordering-policy", &[Interface::Ordering], QUEUES, Build::Ignored),
    PluginType::new("edf-ordering-policy", &[Interface::Ordering], QUEUES, Build::Ignored),
    PluginType::new("slo-deadline-ordering-policy", &[Interface::Ordering], QUEUES, Build::Ignored),
    PluginType::new("global-strict-fairness-policy", &[Interface::Fairness], QUEUES, Build::Ignored),
    PluginType::new("round-robin-fairness-policy", &[Interface::Fairness], QUEUES, Build::Ignored),
    PluginType::new("program-aware-fairness", &[Interface::Fairness], QUEUES, Build::Reads(program_aware)),
    PluginType::new(
        "static-usage-limit-policy",
        &[Interface::UsageLimit],
        QUEUES,
        Build::Shape(&[("threshold", Shape::Number)]),
    ),
    PluginType::new("priority-holdback-policy", &[Interface::UsageLimit], QUEUES, Build::Reads(holdback)),
    PluginType::new("soft-reflective-ceiling-policy", &[Interface::UsageLimit], QUEUES, Build::Shape(&[])),
    PluginType::new("sheddable-eviction-filter", &[Interface::Eviction], QUEUES, Build::Ignored),
    PluginType::new(
        "priority-then-time-eviction-order-policy",
        &[Interface::Eviction],
        QUEUES,
        Build::Ignored,
    ),
];

fn program_aware(parameters: &Section<'_>) -> Parts {
    let strategy = parameters.text("strategy").unwrap_or("las");
    parameters.require(matches!(strategy, "" | "las"), "strategy", "this is not a strategy", "write las");
    for field in ["evictionTtlSeconds", "lasWeightService", "lasWeightHeadWait", "lasHalfLifeSeconds"] {
        let value = parameters.number(field).unwrap_or_default();
        parameters.require(value >= 0.0, field, "this is not negative", "write 0 or more");
    }
    let sweep = parameters.number("evictionSweepSeconds").unwrap_or(300.0);
    parameters.require(sweep > 0.0, "evictionSweepSeconds", "a time is above 0", "write seconds");
    Parts::default()
}

fn holdback(parameters: &Section<'_>) -> Parts {
    let shape = parameters.text("shape").unwrap_or("linear");
    parameters.require(shape == "linear", "shape", "this is not a shape", "write linear");
    let domain = parameters.text("domain").unwrap_or("rank");
    parameters.require(
        matches!(domain, "rank" | "value"),
        "domain",
        "this is not a domain",
        "write rank or value",
    );
    let max = parameters.number("maxCeiling").unwrap_or(1.0);
    parameters.require(
        max > 0.0 && max <= 1.0,
        "maxCeiling",
        "a ceiling is above 0 and at most 1",
        "write up to 1",
    );
    match parameters.number("minCeiling") {
        None if parameters.get("minCeiling").is_none() => {
            parameters.lacks("minCeiling", "write the ceiling of the lowest priority, for example 0.5");
        }
        None => {}
        Some(min) => {
            let is_ceiling = (0.0..1.0).contains(&min) && min < max;
            let message = "the lowest ceiling is at least 0 and below the highest";
            parameters.require(is_ceiling, "minCeiling", message, "write a share below maxCeiling");
        }
    }
    Parts::default()
}
